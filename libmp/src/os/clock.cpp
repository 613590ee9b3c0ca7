#include "os/clock.hpp"

#include <time.h>

#include <climits>

namespace mp::os {
namespace {

std::uint64_t read_clock(clockid_t id) noexcept {
  timespec now{};
  ::clock_gettime(id, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

std::uint64_t monotonic_ns() noexcept { return read_clock(CLOCK_MONOTONIC); }

std::uint64_t realtime_ns() noexcept { return read_clock(CLOCK_REALTIME); }

int Deadline::poll_timeout_ms() const noexcept {
  if (is_never()) return -1;
  const std::uint64_t ms = (remaining_ns() + 999'999) / 1'000'000;
  return ms > INT_MAX ? INT_MAX : static_cast<int>(ms);
}

}  // namespace mp::os
