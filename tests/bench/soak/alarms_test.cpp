// The score of the soak: what counts as found, and what as a false alarm.
#include "bench/soak/alarms.hpp"

#include "support/event_scenarios.hpp"

#include <gtest/gtest.h>

namespace bench::soak {
namespace {

using support::EventBuilder;

constexpr std::uint64_t kSecond = 1'000'000'000;

// Worker-1 and Worker-2 have waited for each other for ten seconds.
class SoakAlarms : public testing::Test {
 protected:
  SoakAlarms() {
    const auto made = support::deadlock_of_two(builder);
    model.apply(builder.batch());
    first = model.processes().find(made.left)->pid;
    second = model.processes().find(made.right)->pid;
    now_ns = model.now_ns();
  }
  [[nodiscard]] Word word(std::uint64_t since_ns) const {
    return {.kind = Word::Kind::Seeded, .first = first, .second = second, .since_ns = since_ns};
  }

  EventBuilder builder;
  inspector::model::Model model;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::uint64_t now_ns = 0;
  Alarms sut;
};

TEST_F(SoakAlarms, WhatWasSeededIsFoundOnce) {
  sut.seeded(word(now_ns - kSecond / 2));

  EXPECT_TRUE(sut.look(model, now_ns));
  EXPECT_FALSE(sut.look(model, now_ns + 1));

  sut.close(now_ns + 2);
  EXPECT_EQ(sut.found(), 1U);
  EXPECT_EQ(sut.late(), 0U);
  EXPECT_EQ(sut.slowest_ns(), kSecond / 2);
  EXPECT_TRUE(sut.false_alarms().empty());
}

TEST_F(SoakAlarms, MoreThanASecondIsLate) {
  sut.seeded(word(now_ns - 2 * kSecond));

  EXPECT_TRUE(sut.look(model, now_ns));

  EXPECT_EQ(sut.late(), 1U);
}

TEST_F(SoakAlarms, WhatNobodySeededIsAFalseAlarmOnce) {
  (void)sut.look(model, now_ns);
  EXPECT_TRUE(sut.false_alarms().empty()) << "the word may be on its way";

  (void)sut.look(model, now_ns + 3 * kSecond);
  sut.close(now_ns + 4 * kSecond);

  ASSERT_EQ(sut.false_alarms().size(), 1U);
  EXPECT_EQ(sut.false_alarms().front().rfind("Deadlock for 10.0 s", 0), 0U);
}

TEST_F(SoakAlarms, AWordThatComesAfterItsAlarmExplainsIt) {
  (void)sut.look(model, now_ns);
  sut.seeded(word(now_ns - kSecond / 2));

  EXPECT_TRUE(sut.look(model, now_ns + 1));

  sut.close(now_ns + 3 * kSecond);
  EXPECT_TRUE(sut.false_alarms().empty());
}

TEST_F(SoakAlarms, OneThatIsNotFoundIsGivenUp) {
  const inspector::model::Model nothing;
  sut.seeded(word(now_ns));

  EXPECT_FALSE(sut.look(nothing, now_ns + kSecond));
  EXPECT_TRUE(sut.look(nothing, now_ns + 11 * kSecond));

  EXPECT_EQ(sut.found(), 0U);
  EXPECT_EQ(sut.seeds(), 1U);
}

}  // namespace
}  // namespace bench::soak
