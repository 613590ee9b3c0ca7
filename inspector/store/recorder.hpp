// Recorder: writes a session into a file while it runs. Whatever kills it, the file opens and lacks
// the last quarter second at most.
#pragma once

#include "base/result.hpp"
#include "model/model.hpp"
#include "session/event_source.hpp"
#include "store/schema.hpp"

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace inspector::store {

// A finding of the analysis, as it is kept in the table `alarm`.
struct AlarmRow {
  std::string rule;  // "deadlock"
  std::uint64_t open_ns = 0;
  std::uint64_t close_ns = 0;  // 0 = still
  std::string confidence;      // "proven", "probable", "possible"
  std::string text;
  std::string evidence;  // JSON
};

// Threads: add() and the setters never block on the disk; one thread of its own writes. close() and
// the destructor wait for it. Fails: create() says why. Later, a full disk or any other error ends
// the recording, is told once by trouble(), and the session goes on without it; what was written
// until then stays readable.
class Recorder {
 public:
  struct Limits {
    std::chrono::milliseconds commit_every{100};
    std::size_t commit_bytes = 1U << 20;
    std::size_t inbox_events = 4'000'000;  // beyond it the disk is too slow
    std::size_t checkpoint_events = 50'000;
    std::uint64_t checkpoint_ns = 5'000'000'000;  // and at least a chunk
  };

  static mp::Result<std::unique_ptr<Recorder>> create(const std::filesystem::path& path);
  static mp::Result<std::unique_ptr<Recorder>> create(const std::filesystem::path& path,
                                                      Limits limits);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // For a recording that begins in the middle of a session: the state that its first batch follows.
  // Before the first add().
  void begin_from(model::Model state);
  void add(session::BatchPtr batch);
  void set_hello(const mp::wire::HelloFrame& hello);
  // The sentence that stands for the whole session, and how bad it is ("ok", "warning", "problem").
  void set_verdict(std::string severity, std::string sentence);
  // Replaces the alarms of before.
  void set_alarms(std::vector<AlarmRow> alarms);

  // One sentence once something went wrong.
  [[nodiscard]] std::optional<std::string> trouble() const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  // Written and safe from now on.
  [[nodiscard]] std::uint64_t committed_events() const;

  // Writes the rest and leaves one file. May be called again.
  mp::Result<void> close();

 private:
  // What waits for the writing thread.
  struct Inbox {
    std::vector<session::BatchPtr> batches;
    std::size_t events = 0;
    std::optional<mp::wire::HelloFrame> hello;
    std::optional<model::Model> state;
    std::optional<std::pair<std::string, std::string>> verdict;
    std::optional<std::vector<AlarmRow>> alarms;
    bool close = false;
    [[nodiscard]] bool empty() const {
      return batches.empty() && !hello && !state && !verdict && !alarms && !close;
    }
  };

  Recorder(std::filesystem::path path, DatabasePtr db, Limits limits);
  void write_loop(DatabasePtr db);
  void fail(std::string why);

  const std::filesystem::path path_;
  const Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Inbox inbox_;
  std::optional<std::string> trouble_;
  std::uint64_t committed_ = 0;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace inspector::store
