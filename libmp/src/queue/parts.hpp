// What both sides of a queue are made of: how they free their lock, sleep, and wake each other.
#pragma once

#include "os/clock.hpp"
#include "os/eventfd.hpp"
#include "os/futex.hpp"
#include "queue/layout.hpp"
#include "sync/lock_core.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace mp::queue {

inline constexpr auto kRelaxed = std::memory_order_relaxed;
inline constexpr auto kAcquire = std::memory_order_acquire;
inline constexpr auto kRelease = std::memory_order_release;
inline constexpr auto kSeqCst = std::memory_order_seq_cst;

// Frees a side's lock at the end of the scope, whatever happens in it.
class Unlock {
 public:
  explicit Unlock(std::atomic<sync::Word>& lock) noexcept : lock_(lock) {}
  Unlock(const Unlock&) = delete;
  Unlock& operator=(const Unlock&) = delete;
  ~Unlock() { sync::release_own(lock_); }

 private:
  std::atomic<sync::Word>& lock_;
};

// After a commit and after the lock was freed (a full barrier between the two): the sleeper either
// sees the commit, or is seen here.
inline void wake(std::atomic<std::uint32_t>& flag) noexcept {
  if (flag.load(kSeqCst) != 0 && flag.exchange(0, kRelaxed) != 0) os::futex_wake(flag, 1);
}

// Likewise after whatever get() may wait for: the one in get(), and those in mp::wait.
inline void wake_getters(Waits& waits, const os::UniqueFd& eventfd) noexcept {
  wake(waits.getter);
  if (waits.polled.load(kSeqCst) != 0 && waits.polled.exchange(0, kRelaxed) != 0)
    os::ring_eventfd(eventfd.get());
}

// Sleeps until `changed`; false when the deadline passed first. Ticks, for the one who should wake
// us may be killed after its commit.
template <typename Changed>
bool sleep_until(std::atomic<std::uint32_t>& flag, Changed&& changed, os::Deadline deadline,
                 sync::LazyWait& wait) {
  for (;;) {
    flag.exchange(1, kSeqCst);
    const bool done = changed();
    if (done || deadline.has_passed()) {
      flag.store(0, kRelaxed);
      return done;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + sync::kTickNs;
    os::futex_wait(flag, 1, os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
    if (changed()) return true;
  }
}

inline std::uint64_t load_header(const std::byte* at) noexcept {
  std::uint64_t header = 0;
  std::memcpy(&header, at, sizeof header);
  return header;
}

inline void store_header(std::byte* at, std::uint64_t header) noexcept {
  std::memcpy(at, &header, sizeof header);
}

// The usual small items without a call.
inline void copy_item(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
  if (bytes == 8) {
    std::memcpy(to, from, 8);
  } else if (bytes == 4) {
    std::memcpy(to, from, 4);
  } else if (bytes != 0) {
    std::memcpy(to, from, bytes);
  }
}

}  // namespace mp::queue
