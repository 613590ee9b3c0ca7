#include "app/demo_command.hpp"

#include "app/complaint.hpp"
#include "app/machine.hpp"
#include "app/record_command.hpp"
#include "app/report_command.hpp"
#include "app/shot_command.hpp"
#include "os/rendezvous.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

namespace inspector::app {

namespace {

// Pictures show the program while it still runs.
constexpr double kBeforeTheEnd = 0.5;

}  // namespace

int run_demo(const DemoOptions& options) {
  const std::string program = Machine::demo_program();
  if (program.empty())
    return complain("the demo program 'pipeline' is not installed beside mp-inspector");
  const std::string folder =
      options.folder.empty() ? mp::os::make_temp_dir("mp-inspector-demo-") : options.folder;
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const auto file = [&](const char* name) {
    return (std::filesystem::path(folder) / name).string();
  };
  RecordOptions record;
  record.output = file("session.mpr");
  record.program = {program, options.mode, "--seconds", fmt::format("{}", options.seconds)};
  record.force = true;
  run_record(record);
  ReportOptions report;
  report.file = record.output;
  report.output = file("report.txt");
  int code = run_report(report);
  for (const char* panel :
       {"overview", "processes", "queues", "connections", "locks", "resources"}) {
    ShotOptions shot;
    shot.file = record.output;
    shot.panel = panel;
    shot.output = file(panel) + ".png";
    shot.at_seconds = std::max(0.0, options.seconds - kBeforeTheEnd);
    shot.graph = options.mode == "deadlock";
    const int drawn = run_shot(shot);
    if (code == 0) code = drawn;
  }
  fmt::print("session  {}\nreport   {}\npictures {}/*.png\n", file("session.mpr"),
             file("report.txt"), folder);
  return code;
}

}  // namespace inspector::app
