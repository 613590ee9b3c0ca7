// Handoff, step by step: what a sender, a receiver and whoever was killed at it leave behind.
#include "ipc/handoff.hpp"

#include "os/clock.hpp"
#include "os/cpu.hpp"
#include "os/socket.hpp"
#include "support/deadline.hpp"
#include <libmp/exceptions.hpp>

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::ipc {
namespace {

using namespace std::chrono_literals;

// The states of a place, as they stand in shared memory.
constexpr std::uint64_t kIdle = 0;
constexpr std::uint64_t kOffered = 1;
constexpr std::uint64_t kWriting = 2;
constexpr std::uint64_t kFull = 3;
constexpr std::uint64_t kTaken = 4;
constexpr std::uint64_t kTurn = 8;

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

class HandoffSteps : public testing::Test {
 protected:
  HandoffSteps() : sender(*place), receiver(*place) {
    if (!os::can_spin()) skip_ = true;
  }
  void SetUp() override {
    if (skip_) GTEST_SKIP() << "only one processor: nobody ever looks";
  }

  // As if a receiver had begun to look so long ago. Unless it says otherwise that is
  // in the future, so that it does not age if this test is kept from its processor.
  void offer(std::uint64_t turn, std::int64_t age_ns = -60'000'000'000) const {
    place->offered_ns = os::monotonic_ns() - static_cast<std::uint64_t>(age_ns);
    place->turn = turn * kTurn + kOffered;
  }
  bool give(std::string_view message) { return sender.give(bytes_of(message), socket()); }
  // To a thread that takes what comes: offered anew until it is quick enough. What it got.
  std::string give_to_taker(std::string_view message) {
    const support::Deadline deadline(20s);
    std::atomic<bool> is_over = false;
    std::string got;
    std::thread taker([&] {
      Handoff its(*place);
      while (!is_over) {
        if (!its.take()) continue;
        got = text_of(its.message());
        its.release();
      }
    });
    bool given = false;
    while (!given && !deadline.passed()) {
      offer(++turn_);
      given = give(message);
    }
    is_over = true;
    taker.join();
    return given ? got : "nothing was given";
  }
  // As if a sender had been killed when it had written it all.
  void leave(std::string_view message) const {
    std::memcpy(place->bytes, message.data(), message.size());
    place->size = static_cast<std::uint32_t>(message.size());
    place->turn = 1 * kTurn + kFull;
  }
  static std::string text_of(std::span<const std::byte> all) {
    return {reinterpret_cast<const char*>(all.data()), all.size()};
  }
  [[nodiscard]] int socket() const { return ends.first.get(); }
  [[nodiscard]] std::uint64_t state() const { return place->turn % kTurn; }
  std::string message() { return text_of(receiver.message()); }
  void write_to_socket(std::string_view text) {
    sender.before_socket();
    ASSERT_EQ(::write(socket(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    sender.after_socket();
  }
  void read_socket() const {
    std::array<char, 64> room;
    ASSERT_GT(::read(ends.second.get(), room.data(), room.size()), 0);
  }

  std::unique_ptr<HandoffPlace> place = std::make_unique<HandoffPlace>();
  Handoff sender;
  Handoff receiver;
  std::pair<os::UniqueFd, os::UniqueFd> ends = os::make_socket_pair();

 private:
  bool skip_ = false;
  std::uint64_t turn_ = 100;
};

TEST_F(HandoffSteps, AMessageGoesToAReceiverThatLooks) {
  EXPECT_EQ(give_to_taker("hello"), "hello");
  EXPECT_FALSE(receiver.has_message());
  EXPECT_EQ(state(), kIdle);
}

TEST_F(HandoffSteps, ItMeetsWhoeverLooksAtTheSameTime) {
  const support::Deadline deadline(20s);
  std::string got;
  std::thread looking([&] {
    while (got.empty() && !deadline.passed()) {
      if (!receiver.look(os::Deadline::never())) continue;
      got = message();
      receiver.release();
    }
  });
  while (!give("met") && !deadline.passed()) std::this_thread::yield();
  looking.join();
  EXPECT_EQ(got, "met");
}

TEST_F(HandoffSteps, AMessageThatNobodyTakesIsTakenBack) {
  offer(1);
  EXPECT_FALSE(give("hello"));
  EXPECT_FALSE(receiver.has_message());
  EXPECT_EQ(state(), kIdle);
}

TEST_F(HandoffSteps, AReceiverKilledWhileCopyingIsSucceeded) {
  place->offered_ns = os::monotonic_ns() - 1'000'000'000;
  place->turn = 1 * kTurn + kTaken;
  EXPECT_FALSE(give("hello"));
  EXPECT_FALSE(receiver.look(os::Deadline::never()));
  EXPECT_EQ(place->turn, 2 * kTurn + kIdle);
}

TEST_F(HandoffSteps, NobodyLooksNothingIsGiven) {
  EXPECT_FALSE(give("hello"));
  EXPECT_EQ(state(), kIdle);
}

TEST_F(HandoffSteps, ASecondMessageDoesNotFallUponTheFirst) {
  leave("first");
  EXPECT_FALSE(give("second"));
  EXPECT_EQ(message(), "first");
}

TEST_F(HandoffSteps, AMessageOfAnySizeUpToTheLimitFits) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, HandoffPlace::kMostBytes}) {
    const std::string sent(size, 'x');
    EXPECT_EQ(give_to_taker(sent), sent);
  }
  offer(1);
  EXPECT_FALSE(give(std::string(HandoffPlace::kMostBytes + 1, 'x')));
  EXPECT_EQ(state(), kOffered);
}

TEST_F(HandoffSteps, WhatIsInTheSocketIsReadFirst) {
  write_to_socket("before");
  offer(1);
  EXPECT_FALSE(receiver.socket_is_empty());
  EXPECT_FALSE(give("after"));
  EXPECT_EQ(state(), kOffered);
  read_socket();
  EXPECT_EQ(give_to_taker("after"), "after");
  EXPECT_TRUE(receiver.socket_is_empty());
}

TEST_F(HandoffSteps, AnExposedSocketIsLookedIntoEveryTime) {
  sender.expose();
  EXPECT_EQ(give_to_taker("first"), "first");
  EXPECT_FALSE(receiver.socket_is_empty());
  // By somebody who has the descriptor and knows of no handoff.
  ASSERT_EQ(::write(socket(), "x", 1), 1);
  offer(2);
  EXPECT_FALSE(give("second"));
  EXPECT_EQ(state(), kOffered);
  read_socket();
  EXPECT_EQ(give_to_taker("second"), "second");
}

TEST_F(HandoffSteps, WritingToTheSocketSendsTheReceiverThere) {
  offer(1);
  write_to_socket("large");
  EXPECT_EQ(state(), kIdle);
  EXPECT_FALSE(receiver.has_message());
}

TEST_F(HandoffSteps, AnOldOfferIsOfSomebodyWhoIsNoMore) {
  offer(1, 1'000'000'000);
  EXPECT_FALSE(give("hello"));
  // Whoever comes next can look all the same.
  static_cast<void>(receiver.look(os::Deadline::never()));
  EXPECT_EQ(place->turn, 2 * kTurn + kIdle);
}

TEST_F(HandoffSteps, AFreshOfferOfAnotherReceiverStays) {
  offer(1);
  EXPECT_FALSE(receiver.look(os::Deadline::never()));
  EXPECT_EQ(place->turn, 1 * kTurn + kOffered);
}

TEST_F(HandoffSteps, AMessageWhoseSenderWasKilledIsReceived) {
  leave("left behind");
  EXPECT_TRUE(receiver.look(os::Deadline::never()));
  EXPECT_EQ(message(), "left behind");
  receiver.release();
  EXPECT_EQ(state(), kIdle);
}

// If nobody has received it by then: the next sender cannot know what became of it.
TEST_F(HandoffSteps, AMessageWhoseSenderWasKilledIsForgottenWhenTheNextWrites) {
  leave("left behind");
  write_to_socket("later");
  EXPECT_FALSE(receiver.take());
}

TEST_F(HandoffSteps, ASenderKilledWhileWritingLeavesNothing) {
  place->offered_ns = os::monotonic_ns() - 1'000'000'000;
  place->turn = 1 * kTurn + kWriting;
  std::memset(place->bytes, 'x', 10);  // half a message
  EXPECT_FALSE(receiver.has_message());
  EXPECT_FALSE(receiver.look(os::Deadline::never()));
  EXPECT_EQ(place->turn, 2 * kTurn + kIdle);
  EXPECT_EQ(give_to_taker("whole"), "whole");
}

// It has to send again, through the socket.
TEST_F(HandoffSteps, ASenderThatIsTooSlowLosesTheOffer) {
  std::atomic<bool> is_over = false;
  std::thread slow([&] {
    while (!is_over) {
      std::uint64_t turn = place->turn;
      if (turn % kTurn == kOffered) {
        place->turn.compare_exchange_strong(turn, turn - kOffered + kWriting);
      }
    }
  });
  const support::Deadline deadline(20s);
  std::uint64_t taken_from = 0;
  while (taken_from == 0 && !deadline.passed()) {
    const std::uint64_t before = place->turn;
    EXPECT_FALSE(receiver.look(os::Deadline::never()));
    EXPECT_EQ(state(), kIdle);
    taken_from = place->turn - before;
  }
  is_over = true;
  slow.join();
  EXPECT_GE(taken_from, kTurn);
}

TEST_F(HandoffSteps, ADeadlineThatHasPassedOffersNothing) {
  EXPECT_FALSE(receiver.look(os::Deadline::at_ns(0)));
  EXPECT_EQ(place->turn, 0U);
}

TEST_F(HandoffSteps, ASizeThatCannotBeIsRefused) {
  place->turn = kFull;
  place->size = HandoffPlace::kMostBytes + 1;
  EXPECT_THROW((void)receiver.message(), OSError);
}

}  // namespace
}  // namespace mp::ipc
