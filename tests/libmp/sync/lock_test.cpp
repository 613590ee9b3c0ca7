// Lock as its users see it: exclusion, timeouts, errors, and what happens when an owner is killed.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/lock.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/time.h>
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

// A child that holds `lock` until it is killed. Ready when constructed.
class Holder {
 public:
  explicit Holder(Lock lock)
      : child_([this, lock]() mutable {
          lock.acquire();
          held_.open();
          for (;;) ::pause();
          return 0;
        }) {
    EXPECT_EQ(held_.pass(), 0) << "the holder did not get the lock";
  }
  pid_t pid() const { return child_.pid(); }
  // Leaves a zombie until the scope ends, or nothing at all.
  void kill(bool and_reap) {
    child_.signal(SIGKILL);
    if (and_reap) child_.wait();
  }

 private:
  PipeGate held_;
  ChildScope child_;
};

template <typename Call>
std::optional<OwnerDied> owner_died_in(Call&& call) {
  try {
    call();
  } catch (const OwnerDied& error) {
    return error;
  }
  return std::nullopt;
}

TEST(Lock, ExcludesFourProcesses) {
  constexpr int kRounds = 20'000;
  SharedPage<long> counter;
  Lock lock;

  std::vector<std::unique_ptr<ChildScope>> crew;
  for (int i = 0; i < 4; ++i) {
    crew.push_back(std::make_unique<ChildScope>([&] {
      for (int round = 0; round < kRounds; ++round) {
        const std::scoped_lock guard(lock);
        *counter = *counter + 1;  // plain: loses counts unless the lock excludes
      }
      return 0;
    }));
  }
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();

  EXPECT_EQ(*counter, 4 * kRounds);
}

TEST(Lock, ExcludesThreadsOfOneProcess) {
  constexpr int kRounds = 20'000;
  long counter = 0;
  Lock lock;

  {
    std::vector<std::jthread> crew;
    for (int i = 0; i < 4; ++i) {
      crew.emplace_back([&] {
        for (int round = 0; round < kRounds; ++round) {
          const std::scoped_lock guard(lock);
          ++counter;
        }
      });
    }
  }

  EXPECT_EQ(counter, 4 * kRounds);
}

TEST(Lock, CopiesAreHandlesOfOneLock) {
  const Lock original("cells");
  Lock copy = original;
  Lock moved = std::move(copy);

  moved.acquire();

  EXPECT_TRUE(original.locked());
  EXPECT_TRUE(copy.locked()) << "a lock that was moved from is still a lock";
  EXPECT_EQ(moved.name(), "cells");
}

TEST(Lock, TryAcquireTellsWhetherItIsFree) {
  Lock sut;

  EXPECT_TRUE(sut.try_acquire());
  EXPECT_FALSE(sut.try_acquire());
  EXPECT_FALSE(sut.acquire(false));
  EXPECT_FALSE(sut.acquire(false, 1h)) << "block = false ignores the timeout";
  sut.release();
  EXPECT_TRUE(sut.acquire(true, 1h));
}

TEST(Lock, AcquireGivesUpAfterItsTimeout) {
  Lock sut;
  Holder holder(sut);

  EXPECT_FALSE(sut.acquire(20ms));
  EXPECT_FALSE(sut.acquire(-1s)) << "negative counts as zero";
  EXPECT_TRUE(sut.locked());
}

TEST(Lock, AWaiterGetsItWhenItIsReleased) {
  Lock sut;
  PipeGate about_to_wait;
  sut.acquire();
  ChildScope waiter([&] {
    about_to_wait.open();
    sut.acquire();
    sut.release();
    return 0;
  });

  ASSERT_EQ(about_to_wait.pass(), 0);
  sut.release();

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
  EXPECT_FALSE(sut.locked());
}

TEST(Lock, CanBeReleasedByAnotherProcess) {
  Lock sut;
  sut.acquire();

  ChildScope other([&] {
    sut.release();
    return 0;
  });

  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
  EXPECT_TRUE(sut.try_acquire());
}

TEST(Lock, ReleaseOfAFreeLockIsAValueError) {
  Lock sut("cells");

  try {
    sut.release();
    FAIL() << "no exception";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Lock 'cells'"));
  }
  sut.acquire();
  sut.release();
  EXPECT_THROW(sut.release(), ValueError);
}

TEST(Lock, AnUnnamedOneIsCalledByItsPlace) {
  Lock sut;

  try {
    sut.release();
    FAIL() << "no exception";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("lock_test.cpp:"));
  }
}

TEST(Lock, TheEndOfAThreadIsNotTheDeathOfItsProcess) {
  Lock sut;
  std::jthread([&] { sut.acquire(); }).join();

  EXPECT_FALSE(sut.acquire(120ms)) << "longer than two ticks: it must not be taken for dead";
  sut.release();
}

TEST(Lock, AWaiterLearnsThatTheOwnerWasKilled) {
  for (const bool and_reap : {false, true}) {
    Lock sut("cells");
    Holder holder(sut);
    SharedPage<std::atomic<int>> learned_pid;
    PipeGate about_to_wait;
    ChildScope waiter([&] {
      about_to_wait.open();
      const auto error = owner_died_in([&] { sut.acquire(); });
      *learned_pid = error ? error->pid() : -1;
      return error ? 0 : 1;
    });
    ASSERT_EQ(about_to_wait.pass(), 0);

    holder.kill(and_reap);

    EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
    EXPECT_EQ(*learned_pid, holder.pid());
  }
}

TEST(Lock, AllWaitersLearnThatTheOwnerWasKilled) {
  Lock sut;
  Holder holder(sut);
  PipeGate about_to_wait;
  std::vector<std::unique_ptr<ChildScope>> waiters;
  for (int i = 0; i < 8; ++i) {
    waiters.push_back(std::make_unique<ChildScope>([&] {
      about_to_wait.open();
      return owner_died_in([&] { sut.acquire(); }) ? 0 : 1;
    }));
  }
  for (int i = 0; i < 8; ++i) ASSERT_EQ(about_to_wait.pass(), 0);

  holder.kill(true);

  for (auto& waiter : waiters) EXPECT_TRUE(waiter->wait().ok()) << waiter->wait().text();
}

TEST(Lock, OwnerDiedNamesTheLockTheProcessAndTheSignal) {
  Lock sut("cells");
  Holder holder(sut);
  holder.kill(false);  // not reaped: the kernel still knows how it ended

  const auto error = owner_died_in([&] { sut.acquire(); });

  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->pid(), holder.pid());
  EXPECT_THAT(error->cause(), HasSubstr("SIGKILL"));
  EXPECT_THAT(error->what(), HasSubstr("Lock 'cells'"));
  EXPECT_THAT(error->what(), HasSubstr(std::to_string(holder.pid())));
}

TEST(Lock, RefusesEverybodyUntilItIsRecovered) {
  Lock sut;
  Holder holder(sut);
  holder.kill(true);

  EXPECT_THROW(sut.acquire(), OwnerDied);
  EXPECT_THROW((void)sut.acquire(1ms), OwnerDied);
  EXPECT_THROW((void)sut.try_acquire(), OwnerDied);
  EXPECT_THROW(sut.release(), OwnerDied);
  EXPECT_TRUE(sut.locked());
  ChildScope other([&] { return owner_died_in([&] { sut.acquire(); }) ? 0 : 1; });
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();

  sut.recover();
  EXPECT_FALSE(sut.try_acquire()) << "recover() hands it to the caller";
  sut.release();
  EXPECT_TRUE(sut.try_acquire());
}

// Nobody waited when the owner died: the first who looks learns it, also one who does not want to
// wait, and also one who only wants to release.
TEST(Lock, ADeathThatNobodySawIsNotOverlooked) {
  for (int use = 0; use < 3; ++use) {
    Lock sut;
    Holder(sut).kill(true);

    const auto error = owner_died_in([&] {
      if (use == 0) (void)sut.try_acquire();
      if (use == 1) sut.release();
      if (use == 2) (void)sut.acquire(1ms);
    });

    EXPECT_TRUE(error.has_value()) << "use " << use;
  }
}

TEST(Lock, CanBeRecoveredByOneOnly) {
  Lock sut;
  Holder(sut).kill(true);

  sut.recover();

  EXPECT_THROW(sut.recover(), RuntimeError);
  ChildScope other([&] {
    try {
      sut.recover();
    } catch (const RuntimeError&) {
      return 0;
    }
    return 1;
  });
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(Lock, OfManyThatRecoverAtOnceOneWins) {
  constexpr int kRecoverers = 6;
  Lock sut;
  Holder(sut).kill(true);
  SharedPage<std::atomic<int>> winners;
  SharedPage<std::atomic<int>> losers;

  std::vector<std::unique_ptr<ChildScope>> crew;
  for (int i = 0; i < kRecoverers; ++i) {
    crew.push_back(std::make_unique<ChildScope>([&] {
      try {
        sut.recover();
        ++*winners;
      } catch (const RuntimeError&) {
        ++*losers;
        return 0;
      }
      while (*losers < kRecoverers - 1) ::usleep(1000);  // a winner that ends is a dead owner again
      sut.release();
      return 0;
    }));
  }
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();

  EXPECT_EQ(*winners, 1);
  EXPECT_EQ(*losers, kRecoverers - 1);
}

TEST(Lock, RecoverOfAFreeOrHeldLockIsARuntimeError) {
  Lock sut;
  EXPECT_THROW(sut.recover(), RuntimeError);
  EXPECT_FALSE(sut.locked());

  Holder holder(sut);
  EXPECT_THROW(sut.recover(), RuntimeError);
  EXPECT_TRUE(sut.locked());
}

TEST(Lock, TheDeathOfARecovererIsADeathToo) {
  Lock sut;
  Holder(sut).kill(true);
  ChildScope recoverer([&] {
    sut.recover();
    return 0;  // ends with it
  });
  ASSERT_TRUE(recoverer.wait().ok()) << recoverer.wait().text();

  const auto error = owner_died_in([&] { sut.acquire(); });

  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->pid(), recoverer.pid());
}

TEST(Lock, AnEndInGoodOrderWhileHoldingIsADeathToo) {
  Lock sut;
  ChildScope holder([&] {
    sut.acquire();
    return 0;
  });
  ASSERT_TRUE(holder.wait().ok()) << holder.wait().text();

  EXPECT_THROW(sut.acquire(), OwnerDied);
}

TEST(Lock, AWaiterSurvivesAStormOfSignals) {
  Lock sut;
  PipeGate about_to_wait;
  sut.acquire();
  ChildScope waiter([&] {
    ::signal(SIGALRM, [](int) {});
    const itimerval every{{0, 500}, {0, 500}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
    about_to_wait.open();
    if (sut.acquire(30ms)) return 1;  // held all the time
    sut.acquire();
    return 0;
  });
  ASSERT_EQ(about_to_wait.pass(), 0);
  EXPECT_FALSE(sut.acquire(100ms));

  sut.release();

  EXPECT_TRUE(waiter.wait().ok()) << waiter.wait().text();
}

TEST(Lock, AForkedChildIsNotTheOwner) {
  Lock sut;
  sut.acquire();

  ChildScope child([&] { return sut.acquire(60ms) ? 1 : 0; });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
  sut.release();
}

TEST(Lock, OneMadeInAChildIsItsOwn) {
  Lock parents;
  ChildScope child([&] {
    Lock mine;
    mine.acquire();
    return parents.try_acquire() ? 0 : 1;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
}  // namespace mp
