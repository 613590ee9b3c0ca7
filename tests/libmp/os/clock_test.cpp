// Deadline: never, already, and what lies between.
#include "os/clock.hpp"

#include <chrono>
#include <climits>
#include <limits>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

using namespace std::chrono_literals;

TEST(Clock, DoesNotGoBack) {
  const std::uint64_t first = monotonic_ns();

  EXPECT_GE(monotonic_ns(), first);
  EXPECT_GT(realtime_ns(), 1'500'000'000'000'000'000u);
}

TEST(Deadline, NeverHasNoEnd) {
  const Deadline never = Deadline::never();

  EXPECT_TRUE(never.is_never());
  EXPECT_FALSE(never.has_passed());
  EXPECT_EQ(never.poll_timeout_ms(), -1);
}

TEST(Deadline, ZeroAndLessHavePassedAlready) {
  for (const auto timeout : {0ns, -1ns, std::chrono::nanoseconds::min()}) {
    EXPECT_TRUE(Deadline::after(timeout).has_passed());
    EXPECT_EQ(Deadline::after(timeout).remaining_ns(), 0u);
    EXPECT_EQ(Deadline::after(timeout).poll_timeout_ms(), 0);
  }
  EXPECT_TRUE(
      Deadline::after(std::chrono::duration<double>(std::numeric_limits<double>::quiet_NaN()))
          .has_passed());
}

TEST(Deadline, BeyondTheRangeIsNever) {
  EXPECT_TRUE(Deadline::after(std::chrono::nanoseconds::max()).is_never());
  EXPECT_TRUE(Deadline::after(std::chrono::hours::max()).is_never());
  EXPECT_TRUE(Deadline::after(std::chrono::duration<double>(1e300)).is_never());
}

TEST(Deadline, CountsDownFromItsTimeout) {
  const std::uint64_t before = monotonic_ns();
  const Deadline hour = Deadline::after(1h);

  EXPECT_GE(hour.moment_ns(), before + 3'600'000'000'000u);
  EXPECT_LE(hour.remaining_ns(), 3'600'000'000'000u);
  EXPECT_FALSE(hour.has_passed());
}

TEST(Deadline, PollTimeoutRoundsUpAndSaturates) {
  EXPECT_EQ(Deadline::at_ns(monotonic_ns() + 1).poll_timeout_ms() <= 1, true);
  EXPECT_EQ(Deadline::after(std::chrono::hours(24 * 365)).poll_timeout_ms(), INT_MAX);
  const int ms = Deadline::after(1h).poll_timeout_ms();
  EXPECT_GT(ms, 3'590'000);
  EXPECT_LE(ms, 3'600'000);
}

TEST(Deadline, TakesFractionsOfSeconds) {
  const std::uint64_t left = Deadline::after(std::chrono::duration<double>(1000.5)).remaining_ns();

  EXPECT_GT(left, 990'000'000'000u);
  EXPECT_LE(left, 1'000'500'000'000u);
}

}  // namespace
}  // namespace mp::os
