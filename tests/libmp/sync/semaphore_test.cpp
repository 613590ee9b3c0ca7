// Semaphores as their users see them: values, bounds, and the permits of the dead.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/semaphore.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;
using testing::HasSubstr;

// A child that takes `count` permits and keeps them until it is killed. Ready when constructed.
class Holder {
 public:
  Holder(Semaphore semaphore, int count)
      : child_([this, semaphore, count]() mutable {
          for (int i = 0; i < count; ++i) semaphore.acquire();
          held_.open();
          for (;;) ::pause();
          return 0;
        }) {
    EXPECT_EQ(held_.pass(), 0) << "the holder did not get its permits";
  }
  pid_t pid() const { return child_.pid(); }
  void kill() {
    child_.signal(SIGKILL);
    child_.wait();
  }

 private:
  PipeGate held_;
  ChildScope child_;
};

int run_child(const std::function<int()>& body) {
  ChildScope child(body);
  return child.wait().code.value_or(-1);
}

TEST(Semaphore, CountsPermits) {
  Semaphore sut(2);

  EXPECT_EQ(sut.get_value(), 2);
  sut.acquire();
  EXPECT_TRUE(sut.acquire(1s));
  EXPECT_EQ(sut.get_value(), 0);
  EXPECT_FALSE(sut.try_acquire());
  EXPECT_FALSE(sut.acquire(false, 1h));
  EXPECT_FALSE(sut.acquire(10ms));
  for (int i = 0; i < 4; ++i) sut.release();
  EXPECT_EQ(sut.get_value(), 4) << "without a bound";
}

TEST(Semaphore, RefusesImpossibleValues) {
  EXPECT_THROW(Semaphore(-1), ValueError);
  EXPECT_THROW(Semaphore(1 << 30), ValueError);
  EXPECT_THROW(BoundedSemaphore(-1), ValueError);
}

TEST(BoundedSemaphore, ReleaseBeyondTheBoundIsAValueError) {
  BoundedSemaphore sut(1, "slots");

  try {
    sut.release();
    FAIL() << "no exception";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("BoundedSemaphore 'slots'"));
  }
  sut.acquire();
  sut.release();
  EXPECT_THROW(sut.release(), ValueError);
  EXPECT_EQ(sut.get_value(), 1);
}

TEST(Semaphore, LetsInAsManyProcessesAndThreadsAsItHasPermits) {
  constexpr int kRounds = 3000;
  Semaphore sut(2);
  SharedPage<std::atomic<int>> inside;
  SharedPage<std::atomic<int>> too_many;
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      sut.acquire();
      if (++*inside > 2) ++*too_many;
      --*inside;
      sut.release();
    }
  };

  std::vector<std::unique_ptr<ChildScope>> crew;
  for (int i = 0; i < 3; ++i) {
    crew.push_back(std::make_unique<ChildScope>([&] {
      std::jthread a(work), b(work);
      return 0;
    }));
  }
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();

  EXPECT_EQ(*too_many, 0);
  EXPECT_EQ(sut.get_value(), 2);
}

TEST(Semaphore, EachReleaseWakesAWaiter) {
  constexpr int kWaiters = 4;
  Semaphore sut(0);
  SharedPage<std::atomic<int>> through;
  std::vector<std::unique_ptr<ChildScope>> waiters;
  for (int i = 0; i < kWaiters; ++i) {
    waiters.push_back(std::make_unique<ChildScope>([&] {
      sut.acquire();
      ++*through;
      return 0;
    }));
  }

  for (int i = 0; i < kWaiters; ++i) sut.release();

  for (auto& waiter : waiters) EXPECT_TRUE(waiter->wait().ok()) << waiter->wait().text();
  EXPECT_EQ(*through, kWaiters);
  EXPECT_EQ(sut.get_value(), 0);
}

TEST(Semaphore, AWaiterLearnsThatAllPermitsAreWithTheDead) {
  Semaphore sut(2, "slots");
  Holder holder(sut, 2);
  PipeGate about_to_wait;
  std::vector<std::unique_ptr<ChildScope>> waiters;
  for (int i = 0; i < 6; ++i) {
    waiters.push_back(std::make_unique<ChildScope>([&] {
      about_to_wait.open();
      try {
        sut.acquire();
      } catch (const OwnerDied& error) {
        return error.pid() == holder.pid() ? 0 : 2;
      }
      return 1;
    }));
  }
  for (int i = 0; i < 6; ++i) ASSERT_EQ(about_to_wait.pass(), 0);

  holder.kill();

  for (auto& waiter : waiters) EXPECT_TRUE(waiter->wait().ok()) << waiter->wait().text();
  EXPECT_THROW((void)sut.try_acquire(), OwnerDied);
  EXPECT_EQ(sut.held_by_the_dead(), 2);
}

TEST(Semaphore, RecoverGivesBackWhatTheDeadHeldOnce) {
  Semaphore sut(3);
  Holder holder(sut, 2);
  EXPECT_EQ(sut.recover(), 0) << "nobody is dead";
  holder.kill();
  sut.acquire();

  EXPECT_EQ(sut.held_by_the_dead(), 2);
  EXPECT_EQ(sut.recover(), 2);
  EXPECT_EQ(sut.recover(), 0);
  EXPECT_EQ(sut.get_value(), 2) << "one is ours";
  sut.release();
  EXPECT_EQ(sut.get_value(), 3);
}

TEST(BoundedSemaphore, IsWholeAgainAfterRecover) {
  BoundedSemaphore sut(2);
  Holder(sut, 2).kill();

  EXPECT_EQ(sut.recover(), 2);
  EXPECT_THROW(sut.release(), ValueError);
}

TEST(Semaphore, RecoverWakesThoseWhoWait) {
  Semaphore sut(2);
  sut.acquire();
  Holder holder(sut, 1);
  PipeGate about_to_wait;
  ChildScope waiter([&] {
    about_to_wait.open();
    sut.acquire();  // not OwnerDied: this process lives, and holds one
    return 0;
  });
  ASSERT_EQ(about_to_wait.pass(), 0);

  holder.kill();
  EXPECT_EQ(sut.recover(), 1);

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
}

TEST(Semaphore, WhoeverWaitsForTheLivingWaitsOn) {
  Semaphore sut(2);
  sut.acquire();
  Holder(sut, 1).kill();

  EXPECT_EQ(run_child([&] { return sut.acquire(120ms) ? 1 : 0; }), 0)
      << "longer than two ticks: a permit is with a living process";
}

// The dead have taken what a consumer gives back in their place: it may go on doing so.
TEST(Semaphore, ALivingProcessThatGivesBackForOthersIsWaitedFor) {
  Semaphore sut(2);
  Holder(sut, 2).kill();
  PipeGate gave, go;
  ChildScope consumer([&] {
    sut.release();
    gave.open();
    go.pass();
    sut.release();
    return 0;
  });
  ASSERT_EQ(gave.pass(), 0);
  Holder(sut, 1).kill();
  ASSERT_EQ(sut.get_value(), 0);

  EXPECT_FALSE(sut.acquire(120ms));
  go.open();
  EXPECT_TRUE(sut.acquire(10s));
  EXPECT_TRUE(consumer.wait().ok()) << consumer.wait().text();
}

TEST(Semaphore, OneThatStartsAtZeroIsASignalAndHasNoOwners) {
  Semaphore sut(0);
  sut.release();
  ChildScope taker([&] {
    sut.acquire();
    return 0;
  });
  ASSERT_TRUE(taker.wait().ok()) << taker.wait().text();

  EXPECT_FALSE(sut.acquire(120ms));
  EXPECT_EQ(sut.recover(), 0);
}

TEST(Semaphore, ReleaseByAnotherProcessIsNoHolding) {
  Semaphore sut(1);
  sut.acquire();
  EXPECT_EQ(run_child([&] {
              sut.release();
              return 0;
            }),
            0);

  EXPECT_EQ(sut.get_value(), 1);
  EXPECT_EQ(sut.held_by_the_dead(), 0);
  EXPECT_TRUE(sut.try_acquire());
}

// All at once, so that most operations find another process to have been the last.
TEST(Semaphore, KnowsToThePermitWhatTheDeadTook) {
  constexpr int kRounds = 3000;
  constexpr int kKept[] = {0, 3, 1, 4, 2, 0};
  Semaphore sut(100);
  std::vector<std::unique_ptr<ChildScope>> crew;
  for (const int kept : kKept) {
    crew.push_back(std::make_unique<ChildScope>([&sut, kept] {
      const auto work = [&] {
        for (int i = 0; i < kRounds; ++i) {
          for (int n = 0; n <= i % 3; ++n) sut.acquire();
          for (int n = 0; n <= i % 3; ++n) sut.release();
        }
      };
      {
        std::jthread a(work), b(work);
      }
      for (int i = 0; i < kept; ++i) sut.acquire();
      return 0;
    }));
  }
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();

  EXPECT_EQ(sut.get_value(), 90);
  EXPECT_EQ(sut.held_by_the_dead(), 10);
  EXPECT_EQ(sut.recover(), 10);
  EXPECT_EQ(sut.get_value(), 100);
}

TEST(Semaphore, EntriesOfTheDeadAreUsedAgain) {
  Semaphore sut(1);
  for (int i = 0; i < 70; ++i) {
    EXPECT_EQ(run_child([&] {
                sut.acquire();
                sut.release();
                return 0;
              }),
              0);
  }

  Holder(sut, 1).kill();

  EXPECT_THROW(sut.acquire(), OwnerDied);
  EXPECT_EQ(sut.recover(), 1);
}

TEST(Semaphore, BeyondItsTableItOnlyCounts) {
  constexpr int kHolders = 40;
  Semaphore sut(kHolders);
  std::vector<std::unique_ptr<Holder>> holders;
  for (int i = 0; i < kHolders; ++i) holders.push_back(std::make_unique<Holder>(sut, 1));
  EXPECT_EQ(sut.get_value(), 0);
  for (auto& holder : holders) holder->kill();

  EXPECT_EQ(sut.held_by_the_dead(), 31);
  EXPECT_FALSE(sut.acquire(120ms)) << "nine are with nobody knows whom";
  EXPECT_EQ(sut.recover(), 31);
  EXPECT_EQ(sut.get_value(), 31);
}

}  // namespace
}  // namespace mp
