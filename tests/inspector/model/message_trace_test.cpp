// Single items of a queue, from the put to the get.
#include "model/message_trace.hpp"

#include "model/model.hpp"
#include "support/event_scenarios.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace inspector::model;
using namespace std::chrono_literals;
using support::EventBuilder;
using testing::ElementsAre;

constexpr ThreadKey kPutter{.process = 7, .slot = 0};
constexpr ThreadKey kGetter{.process = 8, .slot = 2};

std::vector<std::uint64_t> numbers(const auto& messages) {
  std::vector<std::uint64_t> all;
  for (const Message& message : messages) all.push_back(message.number);
  return all;
}

// A queue whose putter and getter tell everything at once.
struct Told {
  MessageTrace trace;
  std::uint64_t puts = 0;
  std::uint64_t gets = 0;
  void put(std::uint64_t at_ns) { trace.put(++puts, {at_ns, kPutter}, 8, gets); }
  void get(std::uint64_t at_ns) {
    ++gets;
    trace.got(gets, {at_ns, kGetter}, 8, gets);
  }
};

TEST(MessageTrace, KnowsWhoPutWhatAndWhoTookIt) {
  Told sut;
  sut.put(100);
  sut.put(200);
  sut.get(1'100);

  ASSERT_EQ(sut.trace.recent().rows().size(), 1U);
  const Message& message = sut.trace.recent().rows().front();
  EXPECT_EQ(message.number, 1U);
  EXPECT_EQ(message.put.thread, kPutter);
  EXPECT_EQ(message.got.thread, kGetter);
  EXPECT_EQ(message.sojourn_ns(), 1'000U);
  EXPECT_EQ(message.bytes, 8U);
  EXPECT_THAT(numbers(sut.trace.waiting(sut.gets)), ElementsAre(2));
}

// The events of different processes come in any order.
TEST(MessageTrace, TheGetMayBeHeardOfFirst) {
  MessageTrace sut;
  sut.got(1, {1'100, kGetter}, 8, 1);
  EXPECT_TRUE(sut.recent().rows().empty());

  sut.put(1, {100, kPutter}, 8, 1);

  EXPECT_THAT(numbers(sut.recent().rows()), ElementsAre(1));
  EXPECT_TRUE(sut.waiting(1).empty());
}

TEST(MessageTrace, WhatWasLostDoesNotLookAsIfItWaited) {
  Told sut;
  for (std::uint64_t i = 1; i <= 20; ++i) sut.put(i);
  sut.gets = 10;  // whose events were lost
  EXPECT_EQ(sut.trace.waiting(sut.gets).size(), 10U);

  for (std::uint64_t i = 0; i < 100 * MessageTrace::kOpen; ++i) {
    sut.put(1'000 + i);
    sut.get(1'001 + i);
  }

  EXPECT_EQ(sut.trace.stride(), 1U) << "the lost ones are in nobody's way";
  EXPECT_EQ(sut.trace.recent().rows().size(), MessageTrace::kRecent);
}

TEST(MessageTrace, ALongQueueIsFollowedByTheSampleAndWhollyAgainWhenItIsShort) {
  Told sut;
  for (std::uint64_t i = 0; i < 100'000; ++i) sut.put(i * 1'000);
  const auto waiting = sut.trace.waiting(0);
  EXPECT_LE(waiting.size(), MessageTrace::kOpen);
  EXPECT_GE(waiting.size(), MessageTrace::kOpen / 4);
  EXPECT_TRUE(std::ranges::all_of(
      waiting, [&](const Message& m) { return m.number % sut.trace.stride() == 0; }));
  EXPECT_GE(waiting.back().number - waiting.front().number, 99'000U) << "evenly, not the oldest";

  for (std::uint64_t i = 0; i < 100'000; ++i) sut.get(200'000'000 + i);
  for (std::uint64_t i = 0; i < 10; ++i) {
    sut.put(300'000'000);
    sut.get(300'000'001);
  }

  EXPECT_EQ(sut.trace.stride(), 1U);
  EXPECT_EQ(sut.trace.recent().rows().back().number, 100'010U);
}

std::uint64_t percentile_of(const MessageTrace& trace, double share) {
  Sojourns all;
  for (const auto& bucket : trace.sojourns().buckets()) all.merge(bucket.sojourns);
  return all.percentile(share).value_or(0);
}

TEST(MessageTrace, PercentilesAreWithinFivePercent) {
  std::mt19937_64 random(11);
  std::lognormal_distribution<double> stay(std::log(2e6), 1.5);
  MessageTrace sut;
  std::vector<std::uint64_t> truth;
  std::uint64_t now = 1'000'000'000;
  for (std::uint64_t i = 1; i <= 50'000; ++i) {
    const auto stayed = static_cast<std::uint64_t>(stay(random));
    truth.push_back(stayed);
    sut.put(i, {now, kPutter}, 8, i - 1);
    sut.got(i, {now + stayed, kGetter}, 8, i);
    now += 1'000'000;
  }
  std::ranges::sort(truth);

  for (const double share : {0.5, 0.9, 0.99}) {
    const auto expected = static_cast<double>(truth[static_cast<std::size_t>(share * 49'999)]);
    EXPECT_NEAR(static_cast<double>(percentile_of(sut, share)), expected, expected * 0.05) << share;
  }
}

// One item of many is followed; the share of the long ones is right all the same.
TEST(MessageTrace, PercentilesAreRightWhenOnlyASampleIsFollowed) {
  Told sut;
  std::uint64_t now = 0;
  for (int i = 0; i < 20'000; ++i) sut.put(now += 1'000'000);
  for (int i = 0; i < 60'000; ++i) {
    sut.put(now += 1'000'000);
    sut.get(now);
  }
  EXPECT_GT(sut.trace.stride(), 1U);
  EXPECT_NEAR(static_cast<double>(percentile_of(sut.trace, 0.5)), 20e9, 1e9);
}

TEST(MessageTrace, AHostileStateIsRefused) {
  Told sut;
  for (std::uint64_t i = 1; i <= 20; ++i) sut.put(i);
  Writer out;
  out(sut.trace);
  std::string bytes = out.take();
  {
    MessageTrace back;
    Reader in(bytes);
    in(back);
    EXPECT_TRUE(in.ok() && in.at_end());
    EXPECT_EQ(numbers(back.waiting(0)), numbers(sut.trace.waiting(0)));
  }
  bytes[0] = 3;  // a stride that is no power of two
  MessageTrace back;
  Reader in(bytes);
  in(back);
  EXPECT_FALSE(in.ok());
  EXPECT_TRUE(back.waiting(0).empty());
}

TEST(MessageTrace, IsFedByTheEventsOfAQueue) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "jobs");
  const auto worker = builder.fork(root, "Worker");
  builder.put(root, queue);
  builder.after(5ms).get(worker, queue);
  builder.put(root, queue);
  Model model;
  model.apply(builder.batch());

  const Queue& row = model.queues().rows().begin()->second;
  ASSERT_EQ(row.trace.recent().rows().size(), 1U);
  EXPECT_GE(row.trace.recent().rows().front().sojourn_ns(), 5'000'000U);
  EXPECT_EQ(row.trace.recent().rows().front().got.thread.process, worker);
  EXPECT_THAT(numbers(row.trace.waiting(row.gets)), ElementsAre(2));
}

}  // namespace
