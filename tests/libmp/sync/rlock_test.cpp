// RLock as its users see it: depth, ownership by thread, and what happens when an owner is killed.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include <libmp/rlock.hpp>

#include <chrono>
#include <mutex>
#include <thread>

#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using testing::HasSubstr;

// A child that holds `lock` at depth 2 until it is killed. Ready when constructed.
class Holder {
 public:
  explicit Holder(RLock lock)
      : child_([this, lock]() mutable {
          lock.acquire();
          lock.acquire();
          held_.open();
          for (;;) ::pause();
          return 0;
        }) {
    EXPECT_EQ(held_.pass(), 0) << "the holder did not get the lock";
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

bool others_get(const RLock& lock) {
  ChildScope other([other_lock = lock]() mutable { return other_lock.try_acquire() ? 0 : 1; });
  return other.wait().ok();
}

TEST(RLock, IsFreeAfterAsManyReleasesAsAcquires) {
  RLock sut;

  sut.acquire();
  EXPECT_TRUE(sut.acquire(1s));
  EXPECT_TRUE(sut.try_acquire());
  sut.release();
  sut.release();
  EXPECT_TRUE(sut.locked());
  EXPECT_FALSE(others_get(sut));
  sut.release();

  EXPECT_FALSE(sut.locked());
  EXPECT_TRUE(others_get(sut));
}

TEST(RLock, ReleaseByNonOwnerThrowsAssertionError) {
  RLock sut("cells");
  EXPECT_THROW(sut.release(), AssertionError);
  sut.acquire();

  std::jthread([&] { EXPECT_THROW(sut.release(), AssertionError); }).join();
  ChildScope child([&] {
    try {
      sut.release();
    } catch (const AssertionError& error) {
      return std::string(error.what()).find("RLock 'cells'") != std::string::npos ? 0 : 2;
    }
    return 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  sut.release();
}

TEST(RLock, AnotherThreadOfTheOwnersProcessWaits) {
  RLock sut;
  sut.acquire();

  std::jthread([&] { EXPECT_FALSE(sut.acquire(10ms)); }).join();
  sut.release();
  std::jthread([&] {
    EXPECT_TRUE(sut.try_acquire());
    sut.release();
  }).join();
}

TEST(RLock, ThreadsOfSeveralProcessesExcludeEachOther) {
  constexpr int kRounds = 3000;
  RLock sut;
  long counter = 0;
  const auto work = [&] {
    for (int i = 0; i < kRounds; ++i) {
      const std::scoped_lock outer(sut);
      const std::scoped_lock inner(sut);
      ++counter;
    }
  };
  ChildScope child([&] {
    std::jthread a(work), b(work);
    return 0;
  });
  {
    std::jthread a(work), b(work);
  }

  EXPECT_EQ(counter, 2 * kRounds);
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  EXPECT_FALSE(sut.locked());
}

TEST(RLock, AForkedChildIsNotTheOwner) {
  RLock sut;
  sut.acquire();

  EXPECT_FALSE(others_get(sut));
  sut.release();
}

TEST(RLock, AWaiterLearnsThatTheOwnerWasKilled) {
  RLock sut("cells");
  Holder holder(sut);
  PipeGate about_to_wait;
  ChildScope waiter([&] {
    about_to_wait.open();
    try {
      sut.acquire();
    } catch (const OwnerDied& error) {
      return error.pid() == holder.pid() ? 0 : 2;
    }
    return 1;
  });
  ASSERT_EQ(about_to_wait.pass(), 0);

  holder.kill();

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
}

TEST(RLock, RefusesEverybodyUntilItIsRecoveredAtDepthOne) {
  RLock sut;
  Holder(sut).kill();

  EXPECT_THROW(sut.acquire(), OwnerDied);
  EXPECT_THROW((void)sut.try_acquire(), OwnerDied);
  EXPECT_THROW(sut.release(), OwnerDied);
  sut.recover();
  EXPECT_THROW(sut.recover(), RuntimeError);
  sut.acquire();
  sut.release();
  EXPECT_FALSE(others_get(sut));
  sut.release();

  EXPECT_TRUE(others_get(sut));
}

}  // namespace
}  // namespace mp
