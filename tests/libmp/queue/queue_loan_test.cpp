// Items that are made and read where they lie in the queue.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include <libmp/joinable_queue.hpp>
#include <libmp/queue.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <limits>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;

struct Frame {
  int number;
  int pixels[1000];
};

std::string text_of(Queue<std::string>& queue) {
  return queue.borrow(
      [](std::span<const char> item) { return std::string(item.begin(), item.end()); }, 1s);
}

void lend_text(Queue<std::string>& queue, const std::string& text) {
  queue.with_loan(text.size(),
                  [&](std::span<char> room) { std::ranges::copy(text, room.begin()); });
}

TEST(QueueLoan, WhatIsFilledIsWhatIsGot) {
  Queue<std::string> sut;

  lend_text(sut, "in place");
  sut.put("copied");

  EXPECT_EQ(sut.get(), "in place");
  EXPECT_EQ(text_of(sut), "copied");
  EXPECT_TRUE(sut.empty());
}

TEST(QueueLoan, OneStructIsLentAsItself) {
  Queue<Frame> sut;

  sut.with_loan([](Frame& frame) {
    frame.number = 7;
    std::iota(std::begin(frame.pixels), std::end(frame.pixels), 0);
  });

  EXPECT_EQ(sut.borrow([](const Frame& frame) { return frame.number + frame.pixels[999]; }), 1006);
}

// What read(2) brought is known only when it has been read.
TEST(QueueLoan, MayTurnOutShorter) {
  Queue<std::vector<int>> sut;

  sut.with_loan(100'000, [](std::span<int> room) {
    room[0] = 1;
    room[1] = 2;
    return std::size_t{2};
  });
  sut.put({3});

  EXPECT_EQ(sut.get(), (std::vector{1, 2}));
  EXPECT_EQ(sut.get(), std::vector{3});
}

TEST(QueueLoan, MayBeEmpty) {
  Queue<std::string> sut;

  sut.with_loan(10, [](std::span<char>) { return std::size_t{0}; });
  sut.with_loan(0, [](std::span<char> room) { EXPECT_TRUE(room.empty()); });

  EXPECT_EQ(sut.get(), "");
  EXPECT_EQ(sut.get(), "");
}

TEST(QueueLoan, CannotTurnOutLonger) {
  Queue<std::string> sut;

  for (const std::size_t used : {std::size_t{4}, std::numeric_limits<std::size_t>::max()})
    EXPECT_THROW(sut.with_loan(3, [&](std::span<char>) { return used; }), ValueError);

  EXPECT_TRUE(sut.empty());
  lend_text(sut, "next");
  EXPECT_EQ(sut.get(), "next");
}

TEST(QueueLoan, MoreThanThereIsIsRefused) {
  Queue<std::vector<double>> sut;
  const auto fill = [](std::span<double>) { ADD_FAILURE() << "lent what is not there"; };

  EXPECT_THROW(sut.with_loan(std::numeric_limits<std::size_t>::max(), fill), OSError);
  EXPECT_THROW(sut.with_loan(std::size_t{1} << 40, fill), OSError);

  sut.put({1.5});
  EXPECT_EQ(sut.get(), std::vector{1.5});
}

TEST(QueueLoan, WhoeverThrowsPutsNothing) {
  Queue<std::string> sut;
  sut.put("before");

  EXPECT_THROW(sut.with_loan(5, [](std::span<char>) { throw std::runtime_error("no"); }),
               std::runtime_error);
  sut.put("after");

  EXPECT_EQ(sut.qsize(), 2u);
  EXPECT_EQ(sut.get(), "before");
  EXPECT_EQ(sut.get(), "after");
}

TEST(QueueLoan, WhoeverThrowsTakesNothing) {
  Queue<std::string> sut;
  sut.put("first");

  EXPECT_THROW(sut.borrow([](std::span<const char>) { throw std::runtime_error("no"); }),
               std::runtime_error);

  EXPECT_EQ(sut.get(), "first");
}

// Wherever the writer was about to go: over skips, into new laps, above and below its window.
TEST(QueueLoan, WhatWasGivenUpLeavesNoTrace) {
  Queue<std::vector<int>> sut;
  int next = 0;
  int expected = 0;
  for (int step = 0; step < 4'000; ++step) {
    const auto length = static_cast<std::size_t>(step % 13 == 0 ? 60'000 : step % 700);
    try {
      sut.with_loan(length, [&](std::span<int> room) {
        std::ranges::fill(room, -1);
        if (step % 3 == 0) throw std::runtime_error("changed its mind");
        std::ranges::fill(room, next);
      });
      ++next;
    } catch (const std::runtime_error&) {
    }
    const bool drains = step % 400 > 200;
    while (sut.qsize() > (drains ? 0u : 60u)) {
      const bool whole = sut.borrow([&](std::span<const int> item) {
        return std::ranges::all_of(item, [&](int value) { return value == expected; });
      });
      ASSERT_TRUE(whole) << "item " << expected;
      ++expected;
    }
  }
  EXPECT_EQ(next - expected, static_cast<int>(sut.qsize()));
}

TEST(QueueLoan, KilledInTheMiddleNothingWasPut) {
  Queue<std::string> sut;
  ChildScope child([&] {
    sut.put("before");
    sut.with_loan(1'000'000, [](std::span<char> room) {
      std::ranges::fill(room.first(500'000), 'x');
      std::raise(SIGKILL);
    });
    return 0;
  });
  EXPECT_EQ(child.wait().signal, SIGKILL);

  lend_text(sut, "after");

  EXPECT_EQ(sut.get(), "before");
  EXPECT_EQ(sut.get(), "after");
  EXPECT_TRUE(sut.empty());
}

TEST(QueueBorrow, KilledInTheMiddleTheNextReaderHasIt) {
  Queue<std::string> sut;
  sut.put("kept");
  ChildScope child([&] {
    sut.borrow([](std::span<const char>) { std::raise(SIGKILL); });
    return 0;
  });
  EXPECT_EQ(child.wait().signal, SIGKILL);

  EXPECT_EQ(text_of(sut), "kept");
}

// Waiting for oneself would be for ever.
TEST(QueueLoan, PuttingFromWithinIsRefused) {
  Queue<std::string> sut;

  EXPECT_THROW(sut.with_loan(1, [&](std::span<char>) { sut.put("x"); }), RuntimeError);
  EXPECT_THROW(sut.with_loan(1, [&](std::span<char>) { lend_text(sut, "x"); }), RuntimeError);
  EXPECT_TRUE(sut.empty());

  sut.put("y");
  EXPECT_THROW(sut.borrow([&](std::span<const char>) { sut.get(); }), RuntimeError);
  EXPECT_EQ(sut.qsize(), 1u);
}

TEST(QueueBorrow, MayPutIntoTheSameQueue) {
  Queue<std::string> sut;
  sut.put("again");

  sut.borrow([&](std::span<const char> item) { sut.put(std::string(item.begin(), item.end())); });

  EXPECT_EQ(sut.get(), "again");
}

TEST(QueueLoan, OthersWaitUntilItIsGivenBack) {
  Queue<std::string> sut;
  support::PipeGate lent;
  support::PipeGate tried;
  ChildScope child([&] {
    sut.with_loan(6, [&](std::span<char> room) {
      lent.open();
      tried.pass();
      std::ranges::copy(std::string("lender"), room.begin());
    });
    return 0;
  });
  ASSERT_EQ(lent.pass(), 0);

  EXPECT_THROW(sut.put("other", 1ms), Full);
  EXPECT_THROW(sut.get(1ms), Empty);
  tried.open();
  sut.put("other");

  EXPECT_EQ(sut.get(), "lender");
  EXPECT_EQ(sut.get(), "other");
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(QueueLoan, RingsForThoseInWait) {
  Queue<std::string> sut;
  const Waitable waitable = sut;
  ASSERT_FALSE(waitable.source()->watch());
  pollfd bell{.fd = waitable.fileno(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(::poll(&bell, 1, 0), 0);

  lend_text(sut, "item");

  EXPECT_EQ(::poll(&bell, 1, 0), 1);
}

TEST(QueueLoan, FailsAsPutDoes) {
  Queue<std::string> bounded(1);
  const auto fill = [](std::span<char>) {};
  bounded.put("x");
  EXPECT_THROW(bounded.with_loan(1, fill, 1ms), Full);
  bounded.shutdown();
  EXPECT_THROW(bounded.with_loan(1, fill), ShutDown);
  bounded.close();
  EXPECT_THROW(bounded.with_loan(1, fill), ValueError);
}

TEST(QueueBorrow, FailsAsGetDoes) {
  Queue<std::string> sut;
  const auto use = [](std::span<const char>) {};
  EXPECT_THROW(sut.borrow(use, 1ms), Empty);
  sut.shutdown();
  EXPECT_THROW(sut.borrow(use), ShutDown);
  sut.close();
  EXPECT_THROW(sut.borrow(use), ValueError);
}

TEST(QueueBorrow, ItemsOfAnotherTypeAreRefusedAndStay) {
  Queue<std::string> as_text;
  auto& as_frame = reinterpret_cast<Queue<Frame>&>(as_text);  // two programs that disagree
  auto& as_ints = reinterpret_cast<Queue<std::vector<int>>&>(as_text);
  as_text.put("odd");

  EXPECT_THROW(as_frame.borrow([](const Frame&) {}), RuntimeError);
  EXPECT_THROW(as_ints.borrow([](std::span<const int>) {}), RuntimeError);

  EXPECT_EQ(as_text.get(), "odd");
}

TEST(QueueBorrow, IsATaskOfAJoinableQueue) {
  JoinableQueue<std::string> sut;
  lend_text(sut, "job");

  EXPECT_EQ(text_of(sut), "job");
  EXPECT_EQ(sut.unfinished_tasks(), 1u);
  sut.task_done();
  EXPECT_TRUE(sut.join(1s));
}

}  // namespace
}  // namespace mp
