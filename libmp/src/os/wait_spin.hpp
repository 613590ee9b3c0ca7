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
    if (!can_spin()) return false;
    const std::uint64_t budget = next_budget();
    const std::uint64_t end = std::min(monotonic_ns() + budget, deadline.moment_ns());
    do {
      for (int i = 0; i < 16; ++i) {
        if (changed()) {
          misses_.store(0, std::memory_order_relaxed);
          return true;
        }
        cpu_relax();
      }
    } while (monotonic_ns() < end);
    if (budget == kLong) misses_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }

 private:
  static constexpr std::uint64_t kShort = 1'000;
  static constexpr std::uint64_t kLong = 50'000;  // about what sleeping and being woken costs
  static constexpr std::uint32_t kPatience = 4;

  // After some misses in a row only now and then, to notice that the peer has become quick.
  std::uint64_t next_budget() noexcept {
    if (misses_.load(std::memory_order_relaxed) < kPatience) return kLong;
    return turn_.fetch_add(1, std::memory_order_relaxed) % 8 == 0 ? kLong : kShort;
  }

  std::atomic<std::uint32_t> misses_{0};
  std::atomic<std::uint32_t> turn_{0};
};

}  // namespace mp::os
