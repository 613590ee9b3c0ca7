#include "present/plotting.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

constexpr TimeRange kSecondWindow{0, 1'000'000'000};

TEST(Decimate, KeepsTheSpikeOfASingleNanosecond) {
  std::vector<StepPoint> points{{0, 1}, {500'000'000, 9}, {500'000'001, 1}};

  const auto buckets = decimate(points, kSecondWindow, 10, 10, kSecondWindow.end);

  ASSERT_EQ(buckets.size(), 10u);
  EXPECT_FLOAT_EQ(buckets[5].high, 0.9f);
  EXPECT_FLOAT_EQ(buckets[5].low, 0.1f);
  EXPECT_FLOAT_EQ(buckets[5].last, 0.1f);
  EXPECT_FLOAT_EQ(buckets[4].high, 0.1f);
  EXPECT_FLOAT_EQ(buckets[6].high, 0.1f);
}

TEST(Decimate, AValueHoldsUntilTheNextOne) {
  const auto buckets =
      decimate(std::vector<StepPoint>{{-5, 2}}, kSecondWindow, 4, 4, kSecondWindow.end);

  for (const Bucket& bucket : buckets) EXPECT_FLOAT_EQ(bucket.last, 0.5f);
}

TEST(Decimate, NothingIsKnownBeforeTheFirstPointAndAfterTheNewestMoment) {
  const auto buckets =
      decimate(std::vector<StepPoint>{{250'000'000, 2}}, kSecondWindow, 4, 4, 600'000'000);

  EXPECT_TRUE(std::isnan(buckets[0].last));
  EXPECT_FLOAT_EQ(buckets[1].last, 0.5f);
  EXPECT_FLOAT_EQ(buckets[2].last, 0.5f);
  EXPECT_TRUE(std::isnan(buckets[3].last));
}

TEST(Decimate, SurvivesEmptyWindowsAndCounts) {
  EXPECT_TRUE(decimate({}, {5, 5}, 0, 1, 0).empty());
  EXPECT_EQ(decimate(std::vector<StepPoint>{{0, 1}}, {5, 5}, 3, 1, 9).size(), 3u);
}

Stretch hold(Moment begin, Moment end, Tone tone = Tone::Holding) {
  return {begin, end, tone, {}, false};
}

TEST(Fold, WideBarsStayAsTheyAre) {
  const std::vector<Stretch> lane{hold(0, 100'000'000), hold(200'000'000, 300'000'000)};

  const auto bars = fold(lane, kSecondWindow, 100);

  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[0].count, 1u);
}

TEST(Fold, NarrowNeighboursBecomeOneWithTheirCount) {
  std::vector<Stretch> lane;
  for (Moment t = 0; t < 1000; ++t) lane.push_back(hold(t * 1'000'000, t * 1'000'000 + 500'000));

  const auto bars = fold(lane, kSecondWindow, 100);

  ASSERT_EQ(bars.size(), 1u);
  EXPECT_EQ(bars[0].count, 1000u);
}

TEST(Fold, ABadStateNeverVanishesAndIsDrawnLast) {
  std::vector<Stretch> lane;
  for (Moment t = 0; t < 1000; ++t) lane.push_back(hold(t * 1'000'000, t * 1'000'000 + 500'000));
  lane[500].tone = Tone::Blocked;

  const auto bars = fold(lane, kSecondWindow, 100);

  ASSERT_EQ(bars.back().stretch.tone, Tone::Blocked);
  EXPECT_EQ(bars.back().count, 1u);
  EXPECT_GE(bars.back().stretch.end - bars.back().stretch.begin,
            30'000'000);  // three of a hundred pixels
}

TEST(Fold, OnlyWhatTouchesTheWindowIsLeft) {
  const std::vector<Stretch> lane{hold(-10, -5), hold(-5, 200'000'000),
                                  hold(2'000'000'000, 2'100'000'000)};

  EXPECT_EQ(fold(lane, kSecondWindow, 100).size(), 1u);
}

TEST(Axis, TopsAreRound) {
  EXPECT_EQ(round_top(0), 1);
  EXPECT_EQ(round_top(3), 4);
  EXPECT_EQ(round_top(64), 80);
  EXPECT_EQ(round_top(100), 100);
  EXPECT_EQ(round_top(1001), 2000);
}

TEST(Axis, TicksStandAtRoundMomentsOfTheSession) {
  const auto ticks = time_ticks({3'000'000'000, 13'000'000'000}, 1'000'000'000, 5);

  ASSERT_EQ(ticks.size(), 6u);
  EXPECT_EQ(ticks[0].label, "2 s");
  EXPECT_FLOAT_EQ(ticks[0].at, 0);
  EXPECT_EQ(ticks[5].label, "12 s");
  EXPECT_FLOAT_EQ(ticks[5].at, 1);
}

TEST(Axis, EveryWindowFromMicrosecondsToDaysHasAFewTicks) {
  for (double span = 1e3; span < 1e15; span *= 3.7) {
    const auto ticks = time_ticks({17, 17 + static_cast<Moment>(span)}, 0, 6);
    EXPECT_GE(ticks.size(), 2u) << span;
    EXPECT_LE(ticks.size(), 13u) << span;
  }
}

TEST(IdentityHue, DependsOnThePathAloneAndSpreads) {
  EXPECT_EQ(identity_hue("MainProcess/Worker-1/"), identity_hue("MainProcess/Worker-1/"));
  EXPECT_GT(std::abs(identity_hue("MainProcess/Worker-1/") - identity_hue("MainProcess/Worker-2/")),
            0.02f);
  for (const char* path : {"", "a", "main/pool/worker"}) {
    EXPECT_GE(identity_hue(path), 0.0f);
    EXPECT_LT(identity_hue(path), 1.0f);
  }
}

}  // namespace
}  // namespace inspector::present
