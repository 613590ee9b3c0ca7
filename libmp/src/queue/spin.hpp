// WaitSpin: how long to look for a change before going to sleep. Sleeping and being woken costs
// tens of microseconds; a peer that answers sooner is worth looking for, one that does not is not.
#pragma once

#include "os/clock.hpp"
#include "os/cpu.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace mp::queue {

// Learns from its last waits. Private to a process; races between threads only blur the estimate.
class WaitSpin {
 public:
  // Whether `changed` came true within the budget. False at once on a machine with one processor.
  template <typename Changed>
  bool until(Changed&& changed, os::Deadline deadline) noexcept {
    if (!os::can_spin()) return false;
    const std::uint64_t begin = os::monotonic_ns();
    const std::uint64_t budget = next_budget();
    const std::uint64_t end = std::min(begin + budget, deadline.moment_ns());
    for (;;) {
      for (int i = 0; i < 16; ++i) {
        if (changed()) {
          learn(os::monotonic_ns() - begin);
          return true;
        }
        os::cpu_relax();
      }
      if (os::monotonic_ns() >= end) break;
    }
    learn(kMax * 2);
    return false;
  }

 private:
  static constexpr std::uint64_t kMin = 1'000;
  static constexpr std::uint64_t kMax = 50'000;  // about what sleeping and waking costs

  // Twice what it took lately; now and then the whole, so that a peer that has become quick is
  // noticed.
  std::uint64_t next_budget() noexcept {
    const std::uint32_t turn = turn_.load(std::memory_order_relaxed) + 1;
    turn_.store(turn, std::memory_order_relaxed);
    const std::uint64_t expected = expected_ns_.load(std::memory_order_relaxed);
    if (expected > kMax && turn % 16 != 0) return kMin;
    return std::min(kMax, 2 * expected + kMin);
  }
  void learn(std::uint64_t took_ns) noexcept {
    const std::uint64_t old = expected_ns_.load(std::memory_order_relaxed);
    expected_ns_.store((3 * old + took_ns) / 4, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> expected_ns_{kMax / 2};
  std::atomic<std::uint32_t> turn_{0};
};

}  // namespace mp::queue
