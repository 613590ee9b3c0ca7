#include "app/options.hpp"

#include <filesystem>
#include <iostream>
#include <memory>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>

namespace inspector::app {
namespace {

constexpr char kIntro[] = R"(mp-inspector shows, records and replays programs that use libmp.

Watch a program      mp-inspector run -- ./your_program --its-options
                     MP_INSPECT=1 ./your_program            (with this window open)
Look into a hang     mp-inspector attach PID
Record a run         mp-inspector record -o run.mpr -- ./your_program --its-options
Look at it later     mp-inspector run.mpr
Use it in CI         mp-inspector report run.mpr --fail-on deadlock,worker-died
See it at once       mp-inspector demo)";

constexpr char kOutro[] =
    R"(Every subcommand has its own --help. Recordings are SQLite files: sqlite3 run.mpr "select name, pid, exit from process".)";

// The first line stands in the list of commands, the rest in the command's own --help.
constexpr char kReplayHelp[] = R"(Open a recording in the window.
Any moment of it can be looked at: drag on the time strip, or play it.

  mp-inspector replay run.mpr
  mp-inspector run.mpr                            the same)";

constexpr char kAttachHelp[] =
    R"(Open the window on a program that runs already, for example one that hangs.
It needs no preparation: every program with libmp can be looked into by its own user, unless it was
started with MP_INSPECT=0. Closing the window leaves it alone.

  mp-inspector ls                                 who is there
  mp-inspector attach 4711                        any process of the program will do)";

constexpr char kRunHelp[] = R"(Start a program and open the window on it.
Closing the window ends the program.

  mp-inspector run -- ./server --port 80)";

constexpr char kRecordHelp[] = R"(Record a program, started here or running already, to a file.
The program's own output is untouched, and its exit code becomes that of this command. If it cannot be
started the code is 127, if nothing can be recorded 2. SIGINT goes to the program and ends the recording with it.

  mp-inspector record -o run.mpr -- ./server --port 80
  mp-inspector record -o run.mpr --for 60 -- ./server       ends the program after 60 s
  mp-inspector record -o run.mpr --attach 4711 --for 5      looks for 5 s, leaves the program alone
  mp-inspector record -o run.mpr --wait                     then: MP_INSPECT=1 ./server, in another terminal)";

constexpr char kReportHelp[] = R"(Say in words what a recording shows.
The verdict, each finding with its evidence, processes, locks, queues. With --fail-on the exit code is 1 if
any of these findings is in the recording: deadlock, owner-died, worker-died, stall, queue-stuck, queue-full,
queue-growing, lock-contended, lock-order, leak, fork-risk, auth-failed, data-lost, or any. Any is all but
fork-risk, which is no problem by itself. The code is 2 if the file cannot be read, else 0.

  mp-inspector report run.mpr
  mp-inspector report run.mpr --format json -o run.json
  mp-inspector report run.mpr --fail-on deadlock,worker-died)";

constexpr char kShotHelp[] = R"(Draw one screen of a recording into a picture (PNG).
Exactly as the window would show it. Needs a display or xvfb-run.

  mp-inspector shot run.mpr --panel locks -o locks.png
  mp-inspector shot run.mpr --panel locks --graph --at 12.5 -o graph.png
  xvfb-run -a mp-inspector shot run.mpr -o overview.png)";

constexpr char kLsHelp[] = R"(List the programs on this machine that use libmp.
Of the own user; those started with MP_INSPECT=0 are not seen.

  mp-inspector ls
  mp-inspector ls --all                           also the dead that left something to read)";

constexpr char kDemoHelp[] = R"(Watch a small real program, in one of four moods.
The program is `pipeline`, which stands beside mp-inspector; pipeline --help says what it does.

  mp-inspector demo                               a deadlock, live
  mp-inspector demo kill                          a worker dies while it holds a lock
  xvfb-run -a mp-inspector demo --headless -o demo slow)";

const std::vector<std::string> kPanels = {"sessions", "overview", "processes", "queues", "locks", "resources", "connections"};
const std::vector<std::string> kModes = {"ok", "deadlock", "slow", "kill"};

class Help : public CLI::Formatter {
 public:
  std::string make_subcommand(const CLI::App* sub) const override {
    const std::string text = sub->get_description();
    std::ostringstream out;
    CLI::detail::format_help(out, sub->get_display_name(true), text.substr(0, text.find('\n')),
                             column_width_);
    return out.str();
  }
  std::string make_description(const CLI::App* app) const override {
    return Formatter::make_description(app) + "\n";
  }
};

CLI::Validator is_there(std::string what) {
  return {[what = std::move(what)](const std::string& name) {
            std::error_code ignored;
            return std::filesystem::exists(name, ignored)
                       ? std::string()
                       : "there is no such " + what + ": " + name;
          },
          "FILE"};
}

CLI::App* add_gui(CLI::App& app, GuiOptions& gui) {
  app.add_option("file", gui.file, "a recording (.mpr) to open")
      ->check(is_there("command or file"));
  app.add_option("--listen", gui.listen,
                 "also listen here: a path or host:port (the key is asked of every peer)");
  app.add_flag("--light", gui.light, "light theme");
  app.add_option("--scale", gui.scale, "size of everything, 1 = 15 px text")
      ->check(CLI::Range(0.5, 4.0));
  CLI::App* replay = app.add_subcommand("replay", kReplayHelp);
  replay->add_option("file", gui.file, "the recording")->required()->check(is_there("file"));
  CLI::App* attach = app.add_subcommand("attach", kAttachHelp);
  attach->add_option("pid", gui.attach, "any process of the program (mp-inspector ls lists them)")
      ->required();
  CLI::App* run = app.add_subcommand("run", kRunHelp);
  run->add_option("program", gui.program, "the program and its arguments, after --")->required();
  return replay;
}

CLI::App* add_record(CLI::App& app, RecordOptions& record) {
  CLI::App* sub = app.add_subcommand("record", kRecordHelp);
  sub->add_option("-o,--output", record.output, "the file to write (.mpr)")->required();
  sub->add_option("--attach", record.attach, "record this running program instead of starting one");
  sub->add_flag("--wait", record.wait,
                "record the first program that is started with MP_INSPECT=1 by somebody else");
  sub->add_option("--for", record.seconds, "stop after this many seconds")
      ->check(CLI::PositiveNumber);
  sub->add_option("--level", record.level, "1 stand-by, 2 normal, 3 full")
      ->check(CLI::Range(1, 3))
      ->capture_default_str();
  sub->add_flag("-f,--force", record.force, "overwrite the file if it is there");
  sub->add_flag("-q,--quiet", record.quiet, "no progress and no summary");
  sub->add_option("program", record.program, "the program and its arguments, after --");
  sub->positionals_at_end();
  return sub;
}

CLI::App* add_report(CLI::App& app, ReportOptions& report) {
  CLI::App* sub = app.add_subcommand("report", kReportHelp);
  sub->add_option("file", report.file, "the recording")->required();
  sub->add_option("--format", report.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  sub->add_option("--fail-on", report.fail_on,
                  "exit with 1 if one of these was found (comma-separated, or any)");
  sub->add_option("-o,--output", report.output, "write to this file instead of standard output");
  return sub;
}

CLI::App* add_shot(CLI::App& app, ShotOptions& shot) {
  CLI::App* sub = app.add_subcommand("shot", kShotHelp);
  sub->add_option("file", shot.file, "the recording; without one, the sessions screen");
  sub->add_option("--panel", shot.panel, "which screen")
      ->check(CLI::IsMember(kPanels))
      ->capture_default_str();
  sub->add_option("-o,--output", shot.output, "the picture to write (.png)")->required();
  sub->add_option("--at", shot.at_seconds,
                  "at this many seconds into the recording (default: its end)");
  sub->add_option("--select", shot.select, "select the process or object of this name");
  sub->add_flag("--graph", shot.graph, "locks: the wait graph, queues: the flow graph, instead of the table");
  sub->add_flag("--messages", shot.messages, "queues, connections: the messages of the selected or fullest one");
  sub->add_flag("--light", shot.light, "light theme");
  sub->add_option("--width", shot.width, "in pixels")
      ->check(CLI::Range(640, 7680))
      ->capture_default_str();
  sub->add_option("--height", shot.height, "in pixels")
      ->check(CLI::Range(480, 4320))
      ->capture_default_str();
  sub->add_option("--scale", shot.scale, "size of everything, 1 = 15 px text")
      ->check(CLI::Range(0.5, 4.0))
      ->capture_default_str();
  return sub;
}

CLI::App* add_demo(CLI::App& app, DemoOptions& demo) {
  CLI::App* sub = app.add_subcommand("demo", kDemoHelp);
  sub->add_option("mode", demo.mode, "ok, deadlock, slow or kill")
      ->check(CLI::IsMember(kModes))
      ->capture_default_str();
  sub->add_flag("--headless", demo.headless,
                "no window: leave a recording, a picture and a report in a folder");
  sub->add_option("-o,--output", demo.folder,
                  "that folder (default: a new one in the temporary folder)");
  sub->add_option("--for", demo.seconds, "headless: how long to watch, in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  return sub;
}

}  // namespace

Options parse_options(int argc, char** argv) {
  GuiOptions gui;
  RecordOptions record;
  ReportOptions report;
  ShotOptions shot;
  LsOptions ls;
  DemoOptions demo;
  CLI::App app(kIntro, "mp-inspector");
  app.footer(kOutro);
  app.set_version_flag("--version", "mp-inspector " MP_VERSION);
  app.require_subcommand(0, 1);
  app.formatter(std::make_shared<Help>());
  app.get_formatter()->column_width(28);
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "mp-inspector: " + std::string(error.what()) + " (mp-inspector --help says how)\n";
  });
  add_gui(app, gui);
  CLI::App* record_app = add_record(app, record);
  CLI::App* report_app = add_report(app, report);
  CLI::App* shot_app = add_shot(app, shot);
  CLI::App* ls_app = app.add_subcommand("ls", kLsHelp);
  ls_app->add_flag("-a,--all", ls.all, "also those that have ended and left their files");
  CLI::App* demo_app = add_demo(app, demo);
  try {
    app.parse(argc, argv);
    const int what =
        (record.program.empty() ? 0 : 1) + (record.attach != 0 ? 1 : 0) + (record.wait ? 1 : 0);
    if (record_app->parsed() && what != 1) {
      throw CLI::ValidationError("record",
                                 "needs one of: a program after --, --attach PID, --wait");
    }
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" of code 0.
    return Exit{app.exit(error, std::cout, std::cerr) == 0 ? 0 : 2};
  }
  if (record_app->parsed()) return record;
  if (report_app->parsed()) return report;
  if (shot_app->parsed()) return shot;
  if (ls_app->parsed()) return ls;
  if (demo_app->parsed() && !demo.headless) {
    gui.demo = demo.mode;
    return gui;
  }
  if (demo_app->parsed()) return demo;
  return gui;
}

}  // namespace inspector::app
