#include "app/record_command.hpp"

#include "analysis/words.hpp"
#include "app/complaint.hpp"
#include "app/program.hpp"
#include "app/watch.hpp"
#include "link/attach.hpp"
#include "link/server.hpp"
#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/rendezvous.hpp"
#include "os/stop_signals.hpp"
#include "os/terminal.hpp"
#include "report/inspector_place.hpp"
#include "report/tree_reader.hpp"
#include <libmp/exceptions.hpp>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

namespace inspector::app {
namespace {

constexpr int kCannotStart = 127;
constexpr auto kRound = std::chrono::milliseconds(20);
constexpr auto kPatience =
    std::chrono::seconds(3);  // between SIGTERM and SIGKILL, and for the last frames

// One recording from its first event to its last.
class Recording {
 public:
  explicit Recording(const RecordOptions& options) : options_(options) {}

  int run() {
    if (std::filesystem::exists(options_.output) && !options_.force) {
      return complain(options_.output +
                      " is there already; give another name, or --force to overwrite it");
    }
    mp::os::count_stop_signals();
    if (const int code = begin(); code != 0) return code;
    const auto deadline =
        options_.seconds > 0
            ? mp::os::Deadline::after(std::chrono::duration<double>(options_.seconds))
            : mp::os::Deadline::never();
    while (!done_) {
      find_source();
      if (watch_ && !watch_->pump()) std::this_thread::sleep_for(kRound);
      if (!watch_) std::this_thread::sleep_for(kRound);
      show_progress();
      look_at_ends(deadline);
    }
    return finish();
  }

 private:
  int begin() {
    try {
      if (options_.attach != 0) return begin_attached();
      if (options_.wait) {
        server_ = std::make_unique<link::Server>(
            link::Server::Options{.addresses = {""}, .key = mp::report::inspector_key()});
      } else {
        folder_ = mp::os::make_temp_dir("mp-inspector-");
        const std::string address = folder_ + "/reporter.sock";
        const std::string key =
            fmt::format("{:016x}{:016x}", mp::os::random_u64(), mp::os::random_u64());
        server_ = std::make_unique<link::Server>(
            link::Server::Options{.addresses = {address}, .key = key});
        program_ = std::make_unique<Program>(options_.program, address, key, options_.level);
      }
    } catch (const mp::OSError& error) {
      return complain(error.what(), kCannotStart);
    } catch (const mp::Error& error) {
      return complain(error.what());
    }
    if (!server_->problems().empty()) return complain(server_->problems().front());
    return 0;
  }

  int begin_attached() {
    const auto tree = mp::report::find_tree_of(options_.attach);
    if (tree.dir.empty()) {
      return complain(fmt::format(
          "no program of yours with pid {} uses libmp (mp-inspector ls lists those that do)",
          options_.attach));
    }
    return watch(link::attach(tree.dir, static_cast<std::uint32_t>(options_.level)));
  }

  int watch(std::unique_ptr<session::EventSource> source) {
    if (options_.level != 2) source->set_level(static_cast<std::uint32_t>(options_.level));
    watch_ = std::make_unique<Watch>(std::move(source));
    const auto recording = watch_->record_to(options_.output);
    if (recording.ok()) return 0;
    done_ = true;
    failed_ = true;
    return complain(recording.failure());
  }

  void find_source() {
    if (watch_ || !server_) return;
    auto fresh = server_->take_new();
    if (!fresh.empty()) watch(std::move(fresh.front()));
    for (const std::string& notice : server_->take_notices()) complain(notice);
  }

  void look_at_ends(mp::os::Deadline deadline) {
    if (watch_ && watch_->session().state() != session::SourceState::Running) {
      if (!watch_->session().trouble().empty()) complain(watch_->session().trouble());
      done_ = true;
    }
    const bool stopped = mp::os::stop_signals_seen() > signals_passed_;
    if ((stopped || deadline.has_passed()) && !stopping_) stop();
    if (stopped && program_) {
      const int number = signals_passed_ == 0 ? mp::os::newest_stop_signal() : SIGKILL;
      if (!program_->ended()) tell_signal(number);
      program_->signal(number);
      ++signals_passed_;
    }
    if (program_ && program_->ended() && last_words_until_.is_never())
      last_words_until_ = mp::os::Deadline::after(kPatience);
    // What was said at the end is on its way; a program that never spoke will not begin now.
    if (last_words_until_.has_passed()) done_ = true;
  }

  void stop() {
    stopping_ = true;
    if (program_) {
      tell_signal(SIGTERM);
      program_->end(kPatience);
    } else {
      done_ = true;
    }
  }

  int finish() {
    clear_progress();
    const std::optional<int> code = program_ ? program_->ended() : std::nullopt;
    server_.reset();
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
    if (failed_) return kBadInput;
    if (!watch_) {
      if (program_ && code) {
        complain(options_.program.front() +
                 " ended without having used libmp; nothing was recorded");
        return *code != 0 ? shell_code(*code) : kBadInput;
      }
      return complain("nothing was recorded");
    }
    watch_->pump();
    if (code) tell_exit(*code);
    if (const auto closed = watch_->stop_recording(); !closed.ok()) complain(closed.failure());
    if (!options_.quiet) summarize();
    return code ? shell_code(*code) : 0;
  }

  // Those who die of what we send them are no problem of the program.
  void tell_signal(int number) {
    if (!watch_) return;
    const model::Model& model = watch_->session().newest();
    auto batch = std::make_shared<mp::wire::Batch>();
    for (const auto& [puid, process] : model.processes().rows()) {
      if (process.dead()) continue;
      batch->add({.t_ns = model.now_ns(),
                  .a = puid,
                  .c = static_cast<std::uint32_t>(number),
                  .kind = mp::wire::EventKind::SignalSent});
    }
    if (!batch->events.empty()) watch_->session().add(std::move(batch));
  }

  // Nobody in the tree waits for its root: how it ended, only we know.
  void tell_exit(int code) {
    const model::Model& model = watch_->session().newest();
    for (const auto& [puid, process] : model.processes().rows()) {
      if (process.pid != program_->pid() || process.parent != 0) continue;
      auto batch = std::make_shared<mp::wire::Batch>();
      batch->add({.t_ns = model.now_ns(),
                  .process = puid,
                  .c = static_cast<std::uint32_t>(code),
                  .kind = mp::wire::EventKind::Gone});
      watch_->session().add(std::move(batch));
    }
  }

  void show_progress() {
    if (options_.quiet || !watch_ || !mp::os::is_terminal(2)) return;
    const std::uint64_t now = mp::os::monotonic_ns();
    if (now - shown_ns_ < 250'000'000) return;
    shown_ns_ = now;
    const model::Model& model = watch_->session().newest();
    fmt::print(stderr, "\r\033[Krecording  {}  {}  {}  ",
               analysis::duration_text(model.now_ns() - model.start_ns()),
               analysis::plural(model.processes().alive_count(), "process", "processes"),
               analysis::plural(model.event_count(), "event", "events"));
    std::fflush(stderr);
  }

  void clear_progress() {
    if (shown_ns_ != 0) fmt::print(stderr, "\r\033[K");
  }

  void summarize() {
    const model::Model& model = watch_->session().newest();
    const std::uint64_t watched = model.now_ns() - model.start_ns();
    std::error_code ignored;
    fmt::print(stderr, "mp-inspector: recorded {} of {}, {} -> {} ({})\n",
               analysis::duration_text(watched),
               analysis::plural(model.processes().rows().size(), "process", "processes"),
               analysis::plural(model.event_count(), "event", "events"), options_.output,
               analysis::bytes_text(std::filesystem::file_size(options_.output, ignored)));
    fmt::print(stderr, "mp-inspector: {}\n",
               analysis::verdict(watch_->findings_up_to_now(), watched).plain());
  }

  const RecordOptions& options_;
  std::string folder_;
  std::unique_ptr<link::Server> server_;
  std::unique_ptr<Program> program_;
  std::unique_ptr<Watch> watch_;
  mp::os::Deadline last_words_until_ = mp::os::Deadline::never();
  std::uint64_t shown_ns_ = 0;
  int signals_passed_ = 0;
  bool stopping_ = false;
  bool done_ = false;
  bool failed_ = false;
};

}  // namespace

int run_record(const RecordOptions& options) { return Recording(options).run(); }

}  // namespace inspector::app
