#include "shm/tracker_main.hpp"

#include "os/child.hpp"
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/journal.hpp"
#include "os/named_memory.hpp"
#include "os/output.hpp"
#include "os/process_id.hpp"
#include "os/shared_file.hpp"
#include "os/watch.hpp"
#include "shm/tracker_record.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp::shm {
namespace {

constexpr char kName[] = "mp-resource-tracker";
constexpr std::uint64_t kBellTag = 0;             // the others are pids
constexpr std::uint64_t kRewriteAfter = 1 << 20;  // bytes of journal
constexpr std::chrono::milliseconds kFirstPause{20};
constexpr std::chrono::milliseconds kLongestPause{1000};

enum class ExitCode : std::uint8_t { Clean = 0, Leaks = 1, Failed = 2 };

void say(const std::string& text) {
  try {
    os::write_text(os::kStandardError, text);
  } catch (const OSError&) {  // whoever listened has gone
  }
}

// A process that has made names: alive until its pidfd tells otherwise.
struct Maker {
  std::uint64_t start_ticks = 0;
  os::UniqueFd pidfd;
  [[nodiscard]] bool has_ended() const noexcept { return !pidfd.valid(); }
};

struct Entry {
  TrackerRecord facts;
  std::shared_ptr<Maker> maker;
  bool is_known = false;  // not only by what was said of it after it had been unlinked
};

// The journal is writable for all of the tree: texts end where their field ends, at the latest.
void terminate_texts(TrackerRecord& record) {
  record.name[sizeof record.name - 1] = '\0';
  record.maker[sizeof record.maker - 1] = '\0';
  record.site[sizeof record.site - 1] = '\0';
}

bool is_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos;
}

// shared_memory '/psm_x' (4096 bytes, 2.5 s old, made by Process-1 (pid 77) at main.cpp:12)
std::string describe(const TrackerRecord& facts) {
  const double age = static_cast<double>(os::monotonic_ns() - facts.born_ns) / 1e9;
  char seconds[32];
  (void)std::snprintf(seconds, sizeof seconds, "%.1f", age);
  return "shared_memory '/" + std::string(facts.name) + "' (" + std::to_string(facts.bytes) +
         " bytes, " + seconds + " s old, made by " + facts.maker + " (pid " +
         std::to_string(facts.pid) + ") at " + facts.site + ")";
}

class Tracker {
 public:
  Tracker(int journal, os::UniqueFd listening)
      : journal_(journal), listening_(std::move(listening)), at_(os::start_of(journal)) {
    epoll_.add(listening_.get(), kBellTag);
  }

  // True when another tracker of this tree has been here before.
  bool begin() {
    append_start();
    read_journal();
    return readers_ > 1;
  }

  ExitCode run() {
    std::chrono::milliseconds pause = kFirstPause;
    for (;;) {
      const bool is_waiting = sweep();
      if (is_over_ && entries_.empty()) return code_;
      if (!listen(is_waiting ? os::Deadline::after(pause) : os::Deadline::never())) {
        pause = std::min(pause * 2, kLongestPause);  // for whoever still holds a block
      } else {
        pause = kFirstPause;
      }
    }
  }

 private:
  void append_start() const {
    TrackerRecord start;
    start.is_reader = 1;
    os::append(journal_, std::as_bytes(std::span(&start, 1)));
  }

  // False when nothing was heard until the deadline.
  bool listen(os::Deadline deadline) {
    std::array<std::uint64_t, 64> tags;
    const std::size_t count = epoll_.wait(tags, deadline);
    for (const std::uint64_t tag : std::span(tags).first(count)) {
      if (tag == kBellTag) {
        is_over_ = !os::hear(listening_.get());
        if (is_over_) epoll_.remove(listening_.get());
      } else if (const auto found = makers_.find(tag); found != makers_.end()) {
        if (const auto maker = found->second.lock(); maker != nullptr) maker->pidfd.reset();
        makers_.erase(found);
      }
    }
    read_journal();
    return count != 0;
  }

  // All that is there, as one piece of news: of a block that is named and unlinked in it nothing is
  // left to do.
  void read_journal() {
    TrackerRecord record;
    const auto room = std::as_writable_bytes(std::span(&record, 1));
    while (os::read_at(journal_, at_, room) == sizeof record) {
      at_ += sizeof record;
      take(record);
    }
    std::erase_if(entries_, [](const auto& entry) {
      return !entry.second.is_known || entry.second.facts.state == BlockState::Unlinked;
    });
    if (at_ > written_at_ + kRewriteAfter + entries_.size() * sizeof record) rewrite();
  }

  void take(TrackerRecord& record) {
    readers_ += record.is_reader == 1 ? 1 : 0;
    const bool is_news =
        record.state >= BlockState::Reserved && record.state <= BlockState::Unlinked;
    terminate_texts(record);
    if (!is_news || !is_name(record.name)) return;
    const auto [place, is_new] = entries_.try_emplace({record.device, record.inode});
    Entry& entry = place->second;
    if (is_new) {
      entry.facts = record;
    } else {
      entry.facts.state = std::max(entry.facts.state, record.state);
    }
    if (entry.is_known || (record.state != BlockState::Reserved && record.is_rewritten != 1))
      return;
    entry.is_known = true;
    entry.facts.pid = record.pid;
    entry.facts.start_ticks = record.start_ticks;
    entry.maker = watch(record);
  }

  std::shared_ptr<Maker> watch(const TrackerRecord& record) {
    std::weak_ptr<Maker>& known = makers_[record.pid];
    if (const auto maker = known.lock(); maker != nullptr) {
      if (maker->start_ticks == record.start_ticks) return maker;
      maker->pidfd.reset();  // its pid belongs to somebody else by now
    }
    auto maker = std::make_shared<Maker>();
    maker->start_ticks = record.start_ticks;
    maker->pidfd = os::watch_process({record.pid, record.start_ticks});
    if (!maker->has_ended()) epoll_.add(maker->pidfd.get(), record.pid);
    known = maker;
    return maker;
  }

  // What still counts is written once more, and all before it given back. Read at once together
  // with what others have written in between: see read_journal().
  void rewrite() {
    const std::uint64_t before = at_;
    try {
      append_start();
      for (const auto& [key, entry] : entries_) {
        TrackerRecord known = entry.facts;
        known.is_rewritten = 1;
        os::append(journal_, std::as_bytes(std::span(&known, 1)));
      }
    } catch (const OSError&) {  // no memory: it stays as long as it is
      written_at_ = at_;
      return;
    }
    written_at_ = os::file_size(journal_);
    read_journal();
    os::forget_until(journal_, before);
  }

  // A name is cleaned up when its maker has ended, and either had not closed it or nobody of the
  // tree is left; in both cases only if nobody holds the block. The bell may be gone a moment
  // before its last holder is: what that still has open counts until it has ended.
  [[nodiscard]] bool is_abandoned(const Entry& entry) const noexcept {
    return entry.maker->has_ended() && (is_over_ || entry.facts.state != BlockState::Left);
  }

  // True when some abandoned block is held by somebody.
  bool sweep() {
    bool is_waiting = false;
    std::vector<std::string> lines;
    std::erase_if(entries_, [&](const auto& one) {
      const Entry& entry = one.second;
      if (!is_abandoned(entry)) return false;
      const bool is_done = clean_up(entry.facts, lines);
      is_waiting |= !is_done;
      return is_done;
    });
    report(lines);
    return is_waiting;
  }

  // False when it is still held.
  bool clean_up(const TrackerRecord& facts, std::vector<std::string>& lines) {
    try {
      const os::Removal removal = os::remove_unheld(facts.name, {facts.device, facts.inode});
      if (removal == os::Removal::Held) return false;
      if (removal == os::Removal::Missing) {
        // Killed before it had its name; or somebody removed it, which matters only to those who
        // have told nobody.
        if (facts.state == BlockState::Reserved || !is_over_) return true;
        throw OSError(ENOENT, "unlink", "/" + std::string(facts.name));
      }
      lines.push_back(describe(facts) + (is_over_ ? "" : ": unlinked, its maker has ended"));
      code_ = std::max(code_, ExitCode::Leaks);
    } catch (const OSError& error) {
      lines.push_back(describe(facts) + ": [Errno " + std::to_string(error.error_number()) + "] " +
                      error.what());
      code_ = ExitCode::Failed;
    }
    return true;
  }

  void report(const std::vector<std::string>& lines) const {
    if (lines.empty()) return;
    std::string text;
    if (is_over_) {
      text = "resource_tracker: There appear to be " + std::to_string(lines.size()) +
             " leaked shared_memory objects to clean up at shutdown\n";
    }
    for (const std::string& line : lines)
      text += (is_over_ ? "resource_tracker: " : "resource_tracker: leaked ") + line + "\n";
    say(text);
  }

  int journal_;
  os::UniqueFd listening_;
  os::Epoll epoll_;
  std::uint64_t at_;                // what lies before has been read
  std::uint64_t written_at_ = at_;  // what counted then begins before it
  std::uint64_t readers_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Entry> entries_;  // by device and inode
  std::map<std::uint64_t, std::weak_ptr<Maker>> makers_;              // by pid, which is their tag
  bool is_over_ = false;
  ExitCode code_ = ExitCode::Clean;
};

// Where run_self_detached() has put them.
constexpr int kJournal = 3;
constexpr int kListening = 4;
constexpr int kReady = 5;

// Runs before main() in every program that links libmp, and returns at once unless it is the
// tracker that was started.
[[gnu::constructor]] void become_tracker_if_asked(int argc, char** argv, char** /*environment*/) {
  if (argc != 1 || argv == nullptr || argv[0] == nullptr || std::strcmp(argv[0], kName) != 0)
    return;
  int code = static_cast<int>(ExitCode::Failed);
  try {
    code = run_tracker(kJournal, os::UniqueFd(kListening), os::UniqueFd(kReady));
  } catch (const std::exception& error) {
    say(std::string("libmp: resource_tracker: ") + error.what() + "\n");
  }
  os::exit_now(code);
}

}  // namespace

const char* const kTrackerName = kName;

int run_tracker(int journal, os::UniqueFd listening, os::UniqueFd ready) {
  if (!os::become_reader(journal)) {
    os::ring(ready.get());
    return 0;
  }
  Tracker tracker(journal, std::move(listening));
  if (tracker.begin())
    say("resource_tracker: process died unexpectedly, relaunching. No resources are lost.\n");
  os::ring(ready.get());
  ready.reset();
  return static_cast<int>(tracker.run());
}

}  // namespace mp::shm
