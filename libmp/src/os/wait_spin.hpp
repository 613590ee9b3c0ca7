// WaitSpin: how long to look for a change before going to sleep. Sleeping and being woken costs
// tens of microseconds; a peer that answers sooner is worth looking for, one that does not is not.
#pragma once

#include "os/clock.hpp"
#include "os/cpu.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace mp::os {

// Learns from its last waits. Private to a process; races between threads only blur the estimate.
class WaitSpin {
 public:
  // Whether `changed` came true within the budget. False at once on a machine with one processor.
  template <typename Changed>
  bool until(Changed&& changed, Deadline deadline) noexcept {
    return spin(deadline, [&] {
      for (int look = 0; look < 16; ++look) {
        if (changed()) return true;
        cpu_relax();
      }
      return false;
    });
  }

  // The same for memory that its owner writes all the time: looks at moments that lie farther and
  // farther apart, since each look takes the cache line from the owner, who needs it to let go.
  // (T. Anderson, The Performance of Spin Lock Alternatives for Shared-Memory Multiprocessors, 1990.)
  template <typename Changed>
  bool until_backing_off(Changed&& changed, Deadline deadline) noexcept {
    std::uint32_t gap = 1;
    return spin(deadline, [&] {
      if (changed()) return true;
      for (std::uint32_t pause = 0; pause < gap; ++pause) cpu_relax();
      gap = std::min(2 * gap, kMaxGap);
      return false;
    });
  }

 private:
  template <typename Look>
  bool spin(Deadline deadline, Look&& look) noexcept {
    if (!can_spin()) return false;
    const std::uint64_t budget = next_budget();
    const std::uint64_t end = std::min(monotonic_ns() + budget, deadline.moment_ns());
    do {
      if (look()) {
        misses_.store(0, std::memory_order_relaxed);
        return true;
      }
    } while (monotonic_ns() < end);
    if (budget == kLong) misses_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

  static constexpr std::uint64_t kShort = 1'000;
  static constexpr std::uint64_t kLong = 50'000;  // about what sleeping and being woken costs
  static constexpr std::uint32_t kPatience = 4;
  static constexpr std::uint32_t kMaxGap = 256;  // pauses, of 10 to 40 ns each

  // After some misses in a row only now and then, to notice that the peer has become quick.
  std::uint64_t next_budget() noexcept {
    if (misses_.load(std::memory_order_relaxed) < kPatience) return kLong;
    return turn_.fetch_add(1, std::memory_order_relaxed) % 8 == 0 ? kLong : kShort;
  }

  std::atomic<std::uint32_t> misses_{0};
  std::atomic<std::uint32_t> turn_{0};
};

}  // namespace mp::os
