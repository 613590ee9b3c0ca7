// Barrier as its users see it: rounds, what breaks it, and that the dead do.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/barrier.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
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

// Exit code 0: passed; 3: broken.
int wait_at(Barrier& barrier) {
  try {
    barrier.wait();
  } catch (const BrokenBarrierError&) {
    return 3;
  }
  return 0;
}

void until_waiting(const Barrier& barrier, int count) {
  while (barrier.n_waiting() != count) std::this_thread::yield();
}

std::string why_broken(Barrier& barrier) {
  try {
    barrier.wait(10s);
  } catch (const BrokenBarrierError& error) {
    return error.what();
  }
  return "it is not";
}

TEST(Barrier, LetsAllGoWhenTheLastHasCome) {
  Barrier sut(3);
  ChildScope a([&] { return wait_at(sut); });
  ChildScope b([&] { return wait_at(sut); });
  until_waiting(sut, 2);

  EXPECT_EQ(sut.wait(), 2) << "the last one to come";

  EXPECT_TRUE(a.wait().ok()) << a.wait().text();
  EXPECT_TRUE(b.wait().ok()) << b.wait().text();
  EXPECT_EQ(sut.n_waiting(), 0);
  EXPECT_EQ(sut.parties(), 3);
}

TEST(Barrier, RefusesImpossibleParties) {
  EXPECT_THROW(Barrier(0), ValueError);
  EXPECT_THROW(Barrier(-3), ValueError);
  EXPECT_THROW(Barrier(65536), ValueError);
}

// Processes and threads mixed; everybody sees everybody's count of the round before.
TEST(Barrier, NobodyIsARoundAhead) {
  constexpr int kRounds = 500;
  Barrier sut(4);
  SharedPage<std::atomic<int>> come;
  SharedPage<std::atomic<int>> wrong;
  SharedPage<std::atomic<int>> first;
  const auto work = [&] {
    for (int round = 1; round <= kRounds; ++round) {
      ++*come;
      if (sut.wait() == 0) ++*first;
      if (*come < 4 * round) ++*wrong;
      sut.wait();
      if (*come > 4 * (round + 1)) ++*wrong;
    }
  };
  const auto two_threads = [&] {
    std::jthread a(work), b(work);
    return 0;
  };

  ChildScope a(two_threads);
  ChildScope b(two_threads);

  EXPECT_TRUE(a.wait().ok()) << a.wait().text();
  EXPECT_TRUE(b.wait().ok()) << b.wait().text();
  EXPECT_EQ(*wrong, 0);
  EXPECT_EQ(*first, kRounds);
}

TEST(Barrier, TheActionIsDoneBeforeAnybodyIsLetGo) {
  SharedPage<std::atomic<int>> done;
  Barrier sut(3, [&] { ++*done; });
  const auto work = [&] {
    for (int round = 1; round <= 100; ++round) {
      sut.wait();
      if (*done != round) return 1;
      sut.wait();
      ++round;
      if (*done != round) return 1;
    }
    return 0;
  };
  ChildScope a(work), b(work), c(work);

  EXPECT_TRUE(a.wait().ok()) << a.wait().text();
  EXPECT_TRUE(b.wait().ok()) << b.wait().text();
  EXPECT_TRUE(c.wait().ok()) << c.wait().text();
}

TEST(Barrier, AnActionThatFailsBreaksIt) {
  Barrier sut(2, [] { throw std::runtime_error("no"); });
  ChildScope other([&] { return wait_at(sut); });
  until_waiting(sut, 1);

  EXPECT_THROW(sut.wait(), std::runtime_error);

  EXPECT_EQ(other.wait().code, 3);
  EXPECT_TRUE(sut.broken());
  EXPECT_THAT(why_broken(sut), HasSubstr("action"));
}

TEST(Barrier, AbortBreaksItUntilReset) {
  Barrier sut(2);
  ChildScope other([&] { return wait_at(sut); });
  until_waiting(sut, 1);

  sut.abort();

  EXPECT_EQ(other.wait().code, 3);
  EXPECT_TRUE(sut.broken());
  EXPECT_THAT(why_broken(sut), HasSubstr("aborted"));
  sut.reset();
  EXPECT_FALSE(sut.broken());
  ChildScope again([&] { return wait_at(sut); });
  EXPECT_EQ(wait_at(sut), 0);
  EXPECT_TRUE(again.wait().ok()) << again.wait().text();
}

TEST(Barrier, ResetTellsWhoWaitsAndNobodyElse) {
  Barrier sut(2);
  ChildScope other([&] { return wait_at(sut); });
  until_waiting(sut, 1);

  sut.reset();

  EXPECT_EQ(other.wait().code, 3);
  EXPECT_FALSE(sut.broken());
  EXPECT_EQ(sut.n_waiting(), 0);
}

TEST(Barrier, ATimeoutBreaksItForAll) {
  Barrier sut(3, {}, 20ms);
  ChildScope patient([&] {
    try {
      sut.wait(15s);
    } catch (const BrokenBarrierError&) {
      return 3;
    }
    return 0;
  });
  until_waiting(sut, 1);

  EXPECT_THROW(sut.wait(), BrokenBarrierError) << "the default timeout";

  EXPECT_EQ(patient.wait().code, 3);
  EXPECT_THAT(why_broken(sut), HasSubstr("timeout"));
}

TEST(Barrier, APartyThatIsKilledWhileItWaitsBreaksIt) {
  Barrier sut(3);
  ChildScope victim([&] { return wait_at(sut); });
  ChildScope other([&] { return wait_at(sut); });
  until_waiting(sut, 2);

  victim.signal(SIGKILL);

  EXPECT_EQ(other.wait().code, 3);
  EXPECT_TRUE(sut.broken());
  EXPECT_THAT(why_broken(sut), HasSubstr("pid " + std::to_string(victim.pid())));
  EXPECT_THAT(why_broken(sut), HasSubstr("SIGKILL"));
}

TEST(Barrier, APartyThatIsKilledBetweenTwoRoundsBreaksIt) {
  Barrier sut(3);
  PipeGate passed;
  ChildScope victim([&] {
    sut.wait();
    passed.open();
    for (;;) ::pause();
    return 0;
  });
  ChildScope other([&] {
    sut.wait();
    return wait_at(sut);
  });
  sut.wait();
  ASSERT_EQ(passed.pass(), 0);
  until_waiting(sut, 1);

  victim.signal(SIGKILL);

  EXPECT_EQ(other.wait().code, 3);
  EXPECT_THAT(why_broken(sut), HasSubstr("pid " + std::to_string(victim.pid())));
}

TEST(Barrier, APartyThatIsKilledInTheActionBreaksIt) {
  PipeGate acting;
  Barrier sut(2, [&] {
    acting.open();
    for (;;) ::pause();
  });
  ChildScope other([&] { return wait_at(sut); });
  until_waiting(sut, 1);
  ChildScope victim([&] { return wait_at(sut); });
  ASSERT_EQ(acting.pass(), 0);

  victim.signal(SIGKILL);

  EXPECT_EQ(other.wait().code, 3);
}

TEST(Barrier, ResetForgetsTheDead) {
  Barrier sut(3);
  ChildScope victim([&] { return wait_at(sut); });
  until_waiting(sut, 1);
  victim.signal(SIGKILL);
  victim.wait();
  EXPECT_THAT(why_broken(sut), HasSubstr("died"));

  sut.reset();
  ChildScope substitute([&] { return wait_at(sut); });
  ChildScope other([&] { return wait_at(sut); });

  EXPECT_EQ(wait_at(sut), 0);
  EXPECT_TRUE(substitute.wait().ok()) << substitute.wait().text();
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(Barrier, APartyThatDropsItsHandleIsNotWaitedFor) {
  auto sut = std::make_unique<Barrier>(2);
  Barrier kept = *sut;
  const auto pass_and_leave = [&] {
    const int code = wait_at(*sut);
    kept = Barrier(1);
    sut.reset();
    return code;
  };
  for (int round = 0; round < 3; ++round) {
    ChildScope child(pass_and_leave);
    EXPECT_EQ(wait_at(kept), 0);
    EXPECT_TRUE(child.wait().ok()) << child.wait().text();
    until_waiting(kept, 0);
  }

  EXPECT_THROW(kept.wait(120ms), BrokenBarrierError);
  EXPECT_THAT(why_broken(kept), HasSubstr("timeout")) << "and no death";
}

TEST(Barrier, OneMoreThanThePartiesWaitsForTheNextRound) {
  Barrier sut(2);
  std::atomic<int> through{0};
  std::vector<std::jthread> crew;
  for (int i = 0; i < 6; ++i) {
    crew.emplace_back([&] {
      sut.wait();
      ++through;
    });
  }
  crew.clear();

  EXPECT_EQ(through, 6);
}

}  // namespace
}  // namespace mp
