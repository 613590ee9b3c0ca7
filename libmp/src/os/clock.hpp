// The one clock of the library: CLOCK_MONOTONIC in nanoseconds, the same origin for every process of a host.
#pragma once

#include <chrono>
#include <cstdint>

namespace mp::os {

// About 20 ns (vDSO). Async-signal-safe.
std::uint64_t monotonic_ns() noexcept;

// CLOCK_REALTIME in nanoseconds since the epoch, for the wall time of recordings.
std::uint64_t realtime_ns() noexcept;

// When to stop waiting: never, or at a moment of CLOCK_MONOTONIC. Built once at the border, handed down as a value,
// so that retries after EINTR or spurious wake-ups cannot stretch a wait.
class Deadline {
 public:
  static Deadline never() noexcept { return Deadline(kNever); }
  static Deadline at_ns(std::uint64_t moment_ns) noexcept { return Deadline(moment_ns); }
  // Negative durations count as zero; durations beyond the clock's range count as never.
  template <typename Rep, typename Period>
  static Deadline after(std::chrono::duration<Rep, Period> timeout) noexcept {
    const auto ns = std::chrono::duration<double, std::nano>(timeout).count();
    if (!(ns > 0)) return Deadline(0);
    if (ns >= 9.0e18) return never();
    return Deadline(monotonic_ns() + static_cast<std::uint64_t>(ns));
  }

  [[nodiscard]] bool is_never() const noexcept { return moment_ns_ == kNever; }
  [[nodiscard]] std::uint64_t moment_ns() const noexcept { return moment_ns_; }
  [[nodiscard]] bool has_passed() const noexcept { return !is_never() && remaining_ns() == 0; }
  // Zero once it has passed; the largest value when it never will.
  [[nodiscard]] std::uint64_t remaining_ns() const noexcept {
    if (is_never()) return kNever;
    const std::uint64_t now = moment_ns_ == 0 ? 0 : monotonic_ns();
    return moment_ns_ > now ? moment_ns_ - now : 0;
  }
  // For poll(2): -1 never, otherwise milliseconds rounded up.
  [[nodiscard]] int poll_timeout_ms() const noexcept;

 private:
  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  explicit Deadline(std::uint64_t moment_ns) noexcept : moment_ns_(moment_ns) {}
  std::uint64_t moment_ns_;
};

}  // namespace mp::os
