// Condition as its users see it: who is woken, who is not, and that the dead cost nobody a notify.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/condition.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;

// A child that waits when this is constructed: it has said so under the lock, and given the lock
// up. When it is woken it tells `woken`.
class Waiter {
 public:
  Waiter(Condition condition, const PipeGate& woken)
      : child_([this, condition, &woken]() mutable {
          const std::scoped_lock guard(condition);
          seated_.open();
          const bool notified = condition.wait();
          woken.open();
          return notified ? 0 : 1;
        }) {
    EXPECT_EQ(seated_.pass(), 0);
    condition.acquire();
    condition.release();
  }
  void kill() {
    child_.signal(SIGKILL);
    child_.wait();
  }
  ChildScope& child() { return child_; }

 private:
  PipeGate seated_;
  ChildScope child_;
};

void notify(Condition& condition, int count = 1) {
  const std::scoped_lock guard(condition);
  condition.notify(count);
}

void expect_woken(const PipeGate& woken, int count) {
  for (int i = 0; i < count; ++i) EXPECT_EQ(woken.pass(), 0);
  EXPECT_EQ(woken.pass(60ms), -1) << "more than " << count;
}

TEST(Condition, WantsItsLockHeld) {
  Condition sut("news");

  EXPECT_THROW(sut.wait(), AssertionError);
  EXPECT_THROW(sut.notify(), AssertionError);
  EXPECT_THROW(sut.notify_all(), AssertionError);
  sut.acquire();
  std::jthread([&] { EXPECT_THROW(sut.notify(), AssertionError); }).join();
  sut.release();
}

TEST(Condition, WaitGivesTheLockUpAndTakesItBackAtItsDepth) {
  RLock lock;
  Condition sut(lock);
  lock.acquire();
  lock.acquire();
  ChildScope other([&] {
    const std::scoped_lock guard(lock);
    sut.notify();
    return 0;
  });

  EXPECT_TRUE(sut.wait(10s));

  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
  lock.release();
  EXPECT_TRUE(lock.locked());
  lock.release();
  EXPECT_FALSE(lock.locked());
}

TEST(Condition, WorksOverALock) {
  Lock lock;
  Condition sut(lock);
  const std::scoped_lock guard(lock);
  ChildScope other([&] {
    const std::scoped_lock inside(lock);
    sut.notify_all();
    return 0;
  });

  EXPECT_TRUE(sut.wait(10s));
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(Condition, WaitEndsWithItsTimeout) {
  Condition sut;
  const std::scoped_lock guard(sut);

  EXPECT_FALSE(sut.wait(0s));
  EXPECT_FALSE(sut.wait(20ms));
}

TEST(Condition, ANotifyThatNobodyWaitsForIsForgotten) {
  Condition sut;
  const std::scoped_lock guard(sut);
  sut.notify(3);

  EXPECT_FALSE(sut.wait(10ms));
}

TEST(Condition, WakesAsManyAsItIsTold) {
  Condition sut;
  PipeGate woken;
  std::vector<std::unique_ptr<Waiter>> waiters;
  for (int i = 0; i < 6; ++i) waiters.push_back(std::make_unique<Waiter>(sut, woken));

  notify(sut, 2);
  expect_woken(woken, 2);
  notify(sut, 1);
  expect_woken(woken, 1);
  {
    const std::scoped_lock guard(sut);
    sut.notify_all();
  }
  expect_woken(woken, 3);
  for (auto& waiter : waiters)
    EXPECT_TRUE(waiter->child().wait().ok()) << waiter->child().wait().text();
}

TEST(Condition, ADeadWaiterTakesNoNotifyWithIt) {
  Condition sut;
  PipeGate woken;
  Waiter dead(sut, woken);
  Waiter living(sut, woken);
  dead.kill();

  notify(sut);

  expect_woken(woken, 1);
  EXPECT_TRUE(living.child().wait().ok()) << living.child().wait().text();
}

TEST(Condition, SeatsOfTheDeadAreUsedAgain) {
  Condition sut;
  PipeGate woken;
  for (int i = 0; i < 40; ++i) Waiter(sut, woken).kill();
  Waiter first(sut, woken);
  Waiter second(sut, woken);

  notify(sut);
  expect_woken(woken, 1);
  notify(sut);
  expect_woken(woken, 1);
}

TEST(Condition, ATimedOutWaiterTakesNoNotifyWithIt) {
  Condition sut;
  PipeGate woken;
  Waiter living(sut, woken);
  {
    const std::scoped_lock guard(sut);
    EXPECT_FALSE(sut.wait(1ms));
  }

  notify(sut);

  expect_woken(woken, 1);
}

TEST(Condition, ServesMoreWaitersThanItHasSeats) {
  constexpr int kWaiters = 40;
  Condition sut;
  std::atomic<int> seated{0};
  std::atomic<int> woken{0};
  std::vector<std::jthread> waiters;
  for (int i = 0; i < kWaiters; ++i) {
    waiters.emplace_back([&] {
      const std::scoped_lock guard(sut);
      ++seated;
      sut.wait();
      ++woken;
    });
  }
  while (seated < kWaiters) std::this_thread::yield();

  notify(sut, 30);
  while (woken < 30) std::this_thread::yield();
  notify(sut, kWaiters);
  waiters.clear();

  EXPECT_EQ(woken, kWaiters);
}

TEST(Condition, WaitForIsOverWhenThePredicateHolds) {
  SharedPage<std::atomic<int>> value;
  Condition sut;
  ChildScope child([&] {
    const std::scoped_lock guard(sut);
    return sut.wait_for([&] { return *value == 4; }) ? 0 : 1;
  });

  while (*value < 4) {
    const std::scoped_lock guard(sut);
    ++*value;
    sut.notify();
  }

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Condition, TheTimeoutOfWaitForIsForAllOfIt) {
  Condition sut;
  std::atomic<bool> stop{false};
  std::jthread noise([&] {
    while (!stop) {
      notify(sut);
      std::this_thread::yield();
    }
  });
  {
    const std::scoped_lock guard(sut);
    EXPECT_FALSE(sut.wait_for([] { return false; }, 30ms));
  }
  stop = true;
}

TEST(Condition, AWaiterLearnsThatTheOwnerOfTheLockWasKilled) {
  Condition sut;
  PipeGate woken;
  Waiter waiter(sut, woken);
  PipeGate held;
  ChildScope holder([&] {
    sut.acquire();
    held.open();
    for (;;) ::pause();
    return 0;
  });
  ASSERT_EQ(held.pass(), 0);

  holder.signal(SIGKILL);

  EXPECT_EQ(waiter.child().wait().code, 125) << "OwnerDied, through the guard around wait()";
  EXPECT_NE(waiter.child().output().find("its owner"), std::string::npos)
      << waiter.child().output();
}

// wait() has thrown OwnerDied, and somebody else has recovered the lock since.
TEST(Condition, TheGuardOfAWaitThatLostItsLockFreesNothing) {
  Lock lock;
  Condition sut(lock);
  PipeGate seated, held;
  ChildScope holder([&] {
    if (seated.pass() != 0) return 1;
    lock.acquire();
    held.open();
    for (;;) ::pause();
    return 0;
  });
  PipeGate lost, recovered;
  ChildScope waiter([&] {
    try {
      const std::unique_lock guard(lock);
      seated.open();
      try {
        sut.wait();
      } catch (const OwnerDied&) {
        lost.open();
        recovered.pass();
        throw;
      }
    } catch (const OwnerDied&) {
      return 0;
    }
    return 1;
  });
  ASSERT_EQ(held.pass(), 0);
  holder.signal(SIGKILL);
  ASSERT_EQ(lost.pass(), 0);

  lock.recover();
  recovered.open();

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
  EXPECT_FALSE(lock.try_acquire()) << "still ours";
  lock.release();
}

TEST(Condition, AWaiterThatRecoversGoesOnUnderItsGuard) {
  Condition sut;
  PipeGate seated, held;
  ChildScope holder([&] {
    if (seated.pass() != 0) return 1;
    sut.acquire();
    held.open();
    for (;;) ::pause();
    return 0;
  });
  ChildScope waiter([&] {
    const std::scoped_lock guard(sut);
    seated.open();
    try {
      sut.wait();
    } catch (const OwnerDied&) {
      sut.recover();
      return 0;
    }
    return 1;
  });
  ASSERT_EQ(held.pass(), 0);
  holder.signal(SIGKILL);

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
  EXPECT_TRUE(sut.try_acquire()) << "the guard has released it";
}

}  // namespace
}  // namespace mp
