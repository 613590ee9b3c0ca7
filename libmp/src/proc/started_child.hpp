// What a parent holds of a child that runs: its pidfd, and in the end its exit code.
#pragma once

#include "os/clock.hpp"
#include "os/unique_fd.hpp"
#include <libmp/detail/target.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace mp::proc {

// Owns the pidfd. The child is reaped by the first call that learns of its end, through the pidfd:
//   nobody else's children are ever touched. How it ended is told to the probes before the zombie
//   goes, so that a waiter of something the dead process held finds the cause at every moment.
// Threads: all functions may be called at any time, by several at once.
// fork: belongs to the process that made it; a forked child calls forget() and nothing else.
class StartedChild {
 public:
  explicit StartedChild(std::uint64_t puid) noexcept : puid_(puid) {}

  // First of all, by the thread that has made it. `status` is where the fork server says how its
  // child ended; none for this process's own children.
  void is_born(std::uint32_t pid, os::UniqueFd pidfd, os::UniqueFd status = {}) noexcept {
    pid_ = pid;
    pidfd_ = std::move(pidfd);
    status_ = std::move(status);
  }

  [[nodiscard]] std::uint32_t pid() const noexcept { return pid_; }
  [[nodiscard]] std::uint64_t puid() const noexcept { return puid_; }
  [[nodiscard]] int sentinel() const noexcept { return pidfd_.get(); }

  // Its exit code, or -N when signal N ended it; empty while it lives. Never blocks.
  std::optional<int> poll() noexcept;

  // Blocks until the child has ended; false when the deadline passed before.
  bool wait(os::Deadline deadline);

  // Nothing happens when it has ended.
  void signal(int number);

  // Keeps what the child was given, and the parent has no use for any more, until both are freed.
  void keep(std::unique_ptr<detail::Target> target) noexcept { target_ = std::move(target); }

  void forget() noexcept {
    if (pidfd_.valid()) pidfd_.reset();
    if (status_.valid()) status_.reset();
  }

 private:
  // What a child reads whose end was collected by somebody else, or whose fork server was killed;
  // asyncio's choice for the same misfortune.
  static constexpr int kUnknownCode = 255;

  [[nodiscard]] std::optional<int> code_of_own_child() const noexcept;
  [[nodiscard]] std::optional<int> code_from_server() const noexcept;

  const std::uint64_t puid_;
  std::uint32_t pid_ = 0;
  os::UniqueFd pidfd_;
  os::UniqueFd status_;
  std::mutex mutex_;  // guards code_, and that only one thread reaps
  std::optional<int> code_;
  std::unique_ptr<detail::Target> target_;
  std::atomic<int> asked_by_ = 0;  // the last signal that was sent to it
};

}  // namespace mp::proc
