// Timeout: how long a call may wait. Any std::chrono duration, or std::nullopt (Python's None) for
// "as long as it takes".
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace mp {

// A plain value, made implicitly at the call: conn.poll(250ms), lock.acquire(1.5s),
// conn.poll(std::nullopt). Negative durations count as zero ("look, do not wait"); those beyond the
// range of nanoseconds as never.
class Timeout {
 public:
  template <typename Rep, typename Period>
  constexpr Timeout(std::chrono::duration<Rep, Period> duration) noexcept
      : ns_(saturate(std::chrono::duration<double, std::nano>(duration).count())) {}
  constexpr Timeout(std::nullopt_t) noexcept : ns_(kNever) {}

  static constexpr Timeout never() noexcept { return Timeout(std::nullopt); }

  [[nodiscard]] constexpr bool is_never() const noexcept { return ns_ == kNever; }
  // Meaningless for never.
  [[nodiscard]] constexpr std::chrono::nanoseconds duration() const noexcept {
    return std::chrono::nanoseconds(ns_);
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  static constexpr std::int64_t saturate(double ns) noexcept {
    if (!(ns > 0)) return 0;
    return ns >= 9.0e18 ? kNever : static_cast<std::int64_t>(ns);
  }

  std::int64_t ns_;
};

}  // namespace mp
