// The watching side: starts the workload, follows it as mp-inspector does, and keeps the score.
#include "bench/bench.hpp"
#include "bench/soak/alarms.hpp"
#include "bench/soak/soak.hpp"
#include "link/server.hpp"
#include "os/child.hpp"
#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/poll.hpp"
#include "os/rendezvous.hpp"
#include "os/spawn.hpp"
#include "os/stop_signals.hpp"
#include "session/session.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace bench::soak {
namespace {

using namespace std::chrono_literals;
using mp::os::Deadline;

constexpr auto kPatience = 30s;  // to begin, and to end
constexpr auto kRound = 20ms;
constexpr std::uint64_t kStillNs = 30'000'000'000;  // without an operation
constexpr std::uint64_t kLineEveryNs = 10'000'000'000;

// The workload, as a child in a group of its own; what is left of it ends with this.
class Program {
 public:
  Program(const Options& options, const std::string& folder, const std::string& key)
      : pid_(mp::os::spawn_program(
            {"/proc/self/exe", "soak", "--work", folder + "/words.sock", key,
             std::to_string(options.processes), std::to_string(options.seed)},
            {.extra_environment = {"MP_INSPECT=" + folder + "/reporter.sock",
                                   "MP_INSPECT_KEY=" + key, "MP_INSPECT_LEVEL=2"},
             .own_group = true})),
        pidfd_(mp::os::open_pidfd(pid_)) {}
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program() {
    mp::os::signal_group(pid_, SIGKILL);
    (void)has_ended(5s);
    mp::os::reap_child(pidfd_.get());
  }
  [[nodiscard]] bool has_ended(std::chrono::seconds patience) const {
    return mp::os::poll_readable(pidfd_.get(), Deadline::after(patience));
  }

 private:
  std::uint32_t pid_;
  mp::os::UniqueFd pidfd_;
};

struct Folder {
  std::string path = mp::os::make_temp_dir("mp-soak-");
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

class Watcher {
 public:
  explicit Watcher(const Options& options) : options_(options) {}

  int run() {
    mp::os::count_stop_signals();
    const std::string key = std::to_string(mp::os::random_u64());
    inspector::link::Server server({.addresses = {folder_.path + "/reporter.sock"}, .key = key});
    if (!server.problems().empty()) return fail(server.problems().front());
    mp::Listener listener(mp::Address(folder_.path + "/words.sock"), {.authkey = key});
    const Program program(options_, folder_.path, key);
    workload_ = listener.accept(kPatience);
    if (!workload_) return fail("the workload does not connect");
    begun_ns_ = moved_ns_ = mp::os::monotonic_ns();
    const auto end = Deadline::after(std::chrono::duration<double>(options_.minutes * 60));
    watch(server, end);
    finish(program);
    return score();
  }

 private:
  int fail(const std::string& why) {
    std::fprintf(stderr, "mp-bench: soak: %s\n", why.c_str());
    ++failures_;
    return 1;
  }

  void watch(inspector::link::Server& server, Deadline end) {
    while (!end.has_passed() && mp::os::stop_signals_seen() == 0 && failures_ == 0) {
      if (!session_) {
        auto fresh = server.take_new();
        if (!fresh.empty())
          session_ = std::make_unique<inspector::session::Session>(std::move(fresh.front()));
      }
      hear(kRound);
      look();
      say_progress();
      if (mp::os::monotonic_ns() - moved_ns_ > kStillNs) fail("the workload stands still");
    }
    if (!session_ && failures_ == 0) fail("nobody reports what happens");
  }

  void hear(mp::Timeout patience) {
    try {
      while (workload_->poll(patience)) {
        Word word;
        const std::string bytes = workload_->recv_bytes(sizeof word);
        if (bytes.size() != sizeof word) continue;
        std::memcpy(&word, bytes.data(), sizeof word);
        take(word);
        patience = 0ms;
      }
    } catch (const mp::EOFError&) {
      if (!is_over_) fail("the workload has ended before its time");
      is_over_ = true;
    }
  }

  void take(const Word& word) {
    switch (word.kind) {
      case Word::Kind::Count:
        if (word.operations > operations_) moved_ns_ = mp::os::monotonic_ns();
        operations_ = word.operations;
        return;
      case Word::Kind::Seeded:
        return alarms_.seeded(word);
      case Word::Kind::Broken:
        return alarms_.broken(mp::os::monotonic_ns());
      case Word::Kind::Died:
        fail("worker " + std::to_string(word.first) + " died of itself");
        return;
      case Word::Kind::Stuck:
        fail("worker " + std::to_string(word.first) + " did not end when it was told to");
        return;
      case Word::Kind::Over:
        is_over_ = true;
        return;
    }
  }

  void look() {
    if (!session_) return;
    session_->pump();
    if (session_->state() == inspector::session::SourceState::Lost && !is_over_)
      fail(session_->trouble());
    if (alarms_.look(session_->newest(), mp::os::monotonic_ns())) tell(Order::Break);
  }

  void tell(Order order) {
    const char word = static_cast<char>(order);
    try {
      workload_->send_bytes(std::string_view(&word, 1));
    } catch (const mp::OSError&) {  // hear() finds out
    }
  }

  void finish(const Program& program) {
    tell(Order::Stop);
    const auto patience = Deadline::after(kPatience);
    while (!is_over_ && !patience.has_passed()) {
      hear(kRound);
      if (session_) session_->pump();
    }
    if (!is_over_ || !program.has_ended(std::chrono::seconds(kPatience)))
      fail("the workload does not end");
    alarms_.close(mp::os::monotonic_ns());
  }

  void say_progress() {
    const std::uint64_t now = mp::os::monotonic_ns();
    if (now < next_line_ns_) return;
    next_line_ns_ = now + kLineEveryNs;
    std::fprintf(stderr,
                 "soak: %5.0f s  %llu operations  %llu seeded  %llu found  slowest %.0f ms  "
                 "%zu false alarms\n",
                 static_cast<double>(now - begun_ns_) / 1e9,
                 static_cast<unsigned long long>(operations_),
                 static_cast<unsigned long long>(alarms_.seeds()),
                 static_cast<unsigned long long>(alarms_.found()),
                 static_cast<double>(alarms_.slowest_ns()) / 1e6, alarms_.false_alarms().size());
  }

  int score() {
    for (const std::string& sentence : alarms_.false_alarms()) fail("false alarm: " + sentence);
    if (alarms_.late() > 0)
      fail(std::to_string(alarms_.late()) + " deadlocks were found after more than a second");
    // One may have been seeded at the very end.
    if (alarms_.found() + 1 < alarms_.seeds()) fail("not every seeded deadlock was found");
    const double seconds = static_cast<double>(mp::os::monotonic_ns() - begun_ns_) / 1e9;
    report("soak_minutes", seconds / 60, "min");
    report("soak_processes", options_.processes, "processes");
    report("soak_operations", static_cast<double>(operations_), "operations");
    report("soak_events", session_ ? static_cast<double>(session_->newest().event_count()) : 0,
           "events");
    report("soak_events_lost",
           session_ ? static_cast<double>(session_->newest().journal().lost) : 0, "events");
    report("soak_seeded", static_cast<double>(alarms_.seeds()), "deadlocks");
    report("soak_found", static_cast<double>(alarms_.found()), "deadlocks");
    report("soak_slowest_detection", static_cast<double>(alarms_.slowest_ns()) / 1e6, "ms");
    report("soak_false_alarms", static_cast<double>(alarms_.false_alarms().size()), "alarms");
    return failures_ == 0 ? 0 : 1;
  }

  const Options& options_;
  const Folder folder_;
  std::optional<mp::Connection> workload_;
  std::unique_ptr<inspector::session::Session> session_;
  Alarms alarms_;
  std::uint64_t begun_ns_ = 0;
  std::uint64_t moved_ns_ = 0;  // when operations were last seen to grow
  std::uint64_t next_line_ns_ = 0;
  std::uint64_t operations_ = 0;
  int failures_ = 0;
  bool is_over_ = false;
};

constexpr const char* kHelp =
    R"(usage: mp-bench soak [--minutes N] [--processes N] [--seed N]

Locks, semaphores, conditions, events and queues, used at random by N processes (16) for N minutes (60),
while an inspector watches. Deadlocks are made on purpose now and then: each must be found within a
second, and nothing else be taken for one. Exit code 1 if a claim fails. Ctrl-C ends it in good order.
)";

int complain(const char* about) {
  std::fprintf(stderr, "mp-bench: soak: what is '%s'?\n%s", about, kHelp);
  return 2;
}

}  // namespace

int run(std::span<char* const> words) {
  if (words.size() == 5 && std::strcmp(words[0], "--work") == 0)
    return work(words[1], words[2], std::atoi(words[3]), std::strtoull(words[4], nullptr, 10));
  Options options;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    const std::string_view name = words[i];
    if (name == "--help" || name == "-h") return std::fputs(kHelp, stdout), 0;
    char* end = nullptr;
    const double number = i + 1 < words.size() ? std::strtod(words[i + 1], &end) : -1;
    if (end == nullptr || *end != '\0' || end == words[i + 1] || !(number >= 0))
      return complain(words[i]);
    if (name == "--minutes") {
      options.minutes = number;
    } else if (name == "--processes" && number >= 2 && number <= 256) {
      options.processes = static_cast<int>(number);
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(number);
    } else {
      return complain(words[i]);
    }
  }
  try {
    return Watcher(options).run();
  } catch (const mp::Error& error) {
    std::fprintf(stderr, "mp-bench: soak: %s\n", error.what());
    return 1;
  }
}

}  // namespace bench::soak
