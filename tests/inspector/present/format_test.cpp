#include "present/format.hpp"

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

TEST(Format, ClockShowsTenths) {
  EXPECT_EQ(clock_text(0), "00:00:00.0");
  EXPECT_EQ(clock_text(751'430'000'000), "00:12:31.4");
  EXPECT_EQ(clock_text(360'000 * kSecond), "100:00:00.0");
  EXPECT_EQ(clock_text(-5), "00:00:00.0");
}

TEST(Format, MomentIsTimeOfDayWhenItIsKnown) {
  EXPECT_EQ(moment_text(31'250'000'000, 0, 0), "+31.250 s");
  EXPECT_EQ(moment_text(31'250'000'000, 43'440 * kSecond, 0), "12:04:31.250");
}

TEST(Format, RelativeTimesHaveASign) {
  EXPECT_EQ(relative_text(0), "now");
  EXPECT_EQ(relative_text(-1'250'000'000), "-1.250 s");
  EXPECT_EQ(relative_text(90 * kSecond), "+1 min 30 s");
  EXPECT_EQ(relative_text(-12'400), "-12.4 µs");
}

TEST(Format, AxisLabelsAreAsFineAsTheirDistance) {
  EXPECT_EQ(axis_time_text(0, 1), "0 s");
  EXPECT_EQ(axis_time_text(1'500'000'000, 0.5), "1.5 s");
  EXPECT_EQ(axis_time_text(150 * kSecond, 30), "2:30");
  EXPECT_EQ(axis_time_text(3'720 * kSecond, 600), "1:02:00");
  EXPECT_EQ(axis_time_text(250'000, 0.00005), "250 µs");
}

TEST(Format, PercentagesNeverHideThatSomethingIsThere) {
  EXPECT_EQ(percent_text(0), "0 %");
  EXPECT_EQ(percent_text(0.004), "<1 %");
  EXPECT_EQ(percent_text(0.834), "83 %");
}

TEST(Format, RatesInListsHaveABlankBeforeTheUnit) {
  EXPECT_EQ(list_rate_text(210), "210 /s");
  EXPECT_EQ(list_rate_text(1200), "1.2 k/s");
  EXPECT_EQ(list_rate_text(0), "0 /s");
}

TEST(Format, AgesAreRoundAndNeverTooPrecise) {
  EXPECT_EQ(ago_text(3 * kSecond), "just now");
  EXPECT_EQ(ago_text(45 * kSecond), "45 s ago");
  EXPECT_EQ(ago_text(180 * kSecond), "3 min ago");
  EXPECT_EQ(ago_text(7'200 * kSecond), "2 h ago");
  EXPECT_EQ(ago_text(4 * 86'400 * kSecond), "4 days ago");
}

TEST(Format, EveryWordOfASearchHasToOccur) {
  EXPECT_TRUE(matches("Worker-3 waiting", ""));
  EXPECT_TRUE(matches("Worker-3 waiting", "wait WORK"));
  EXPECT_FALSE(matches("Worker-3 waiting", "wait queue"));
  EXPECT_TRUE(matches("Worker-3", "  work  "));
}

TEST(Format, NumbersInNamesSortAsNumbers) {
  EXPECT_TRUE(natural_less("worker-2", "worker-10"));
  EXPECT_FALSE(natural_less("worker-10", "worker-2"));
  EXPECT_TRUE(natural_less("Worker-9", "worker-10"));
  EXPECT_FALSE(natural_less("a", "a"));
  EXPECT_TRUE(natural_less("a", "a1"));
}

}  // namespace
}  // namespace inspector::present
