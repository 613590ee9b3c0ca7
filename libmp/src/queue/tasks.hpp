// Tasks: which process has taken how many items of a joinable queue and not called task_done() for
// them, known at every instruction of any of them.
//
// What a process has taken changes with the very store that commits a get, and what it has done
// with the one that commits a task_done: each commit says who made it, and that process's sum since
// the queue was made. Whoever comes next first writes that sum down in the table of holders.
#pragma once

#include "os/clock.hpp"
#include "queue/layout.hpp"
#include "sync/lock_core.hpp"

#include <atomic>
#include <cstdint>

namespace mp::queue {

class Tasks {
 public:
  explicit Tasks(Header& header) noexcept
      : tasks_(header.tasks), holders_(header.holders), put_(header.put), get_(header.get) {}

  // By the holder of the get lock, before it commits `next` instead of `count` items got.
  void take(std::uint64_t count, std::uint64_t next) noexcept;

  // One task of the calling process, or of the `dead`, is done. False when none is left to do.
  bool task_done(sync::LazyWait& wait) noexcept;

  // What those who have ended took and nobody has done; nothing while somebody living has done more
  // than it took, for it may be doing these too.
  struct Lost {
    std::uint64_t count = 0;
    sync::Word who = sync::kFree;  // one of the dead
  };
  [[nodiscard]] Lost lost() const noexcept;
  // Counts those as done, and returns how many.
  std::uint64_t recover(sync::LazyWait& wait) noexcept;

  // Put and not done, at a moment during the call.
  [[nodiscard]] std::uint64_t unfinished() const noexcept;

  enum class Join { Done, TimedOut, OwnerDied };
  // Until nothing is left to do, also if only for a moment.
  Join join(os::Deadline deadline, sync::LazyWait& wait, Lost& lost) noexcept;

 private:
  void lock(sync::LazyWait& wait) noexcept;
  void commit_done(std::uint32_t holder, std::uint64_t number) noexcept;
  void tell_joiners(std::uint64_t done) noexcept;
  std::uint32_t my_entry() noexcept;
  std::uint32_t find_entry(sync::Word mine) noexcept;
  // Empty (false) if the queue changed meanwhile, several times.
  bool read_balances(std::int64_t (&balances)[kTaskHolders]) const noexcept;

  TaskSide& tasks_;
  TaskHolder (&holders_)[kTaskHolders];
  const PutSide& put_;
  const GetSide& get_;
  std::atomic<sync::Word> me_{0};  // whose entry `mine_` is
  std::atomic<std::uint32_t> mine_{0};
  os::WaitSpin spin_;
};

}  // namespace mp::queue
