// Event as its users see it.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/event.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <signal.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;

TEST(Event, IsAFlag) {
  Event sut;

  EXPECT_FALSE(sut.is_set());
  EXPECT_FALSE(sut.wait(0s));
  EXPECT_FALSE(sut.wait(10ms));
  sut.set();
  sut.set();
  EXPECT_TRUE(sut.is_set());
  EXPECT_TRUE(sut.wait());
  EXPECT_TRUE(sut.wait(0s));
  sut.clear();
  EXPECT_FALSE(sut.wait(0s));
}

TEST(Event, SetWakesAllProcessesAndThreadsThatWait) {
  Event sut;
  PipeGate about_to_wait;
  std::vector<std::unique_ptr<ChildScope>> waiters;
  for (int i = 0; i < 3; ++i) {
    waiters.push_back(std::make_unique<ChildScope>([&] {
      const auto wait = [&] {
        about_to_wait.open();
        sut.wait();
      };
      std::jthread a(wait), b(wait);
      return 0;
    }));
  }
  for (int i = 0; i < 6; ++i) ASSERT_EQ(about_to_wait.pass(), 0);

  sut.set();

  for (auto& waiter : waiters) EXPECT_TRUE(waiter->wait().ok()) << waiter->wait().text();
}

// Each round wakes the other side by a set() that is cleared at once: a wake-up that were lost
// would end the game.
TEST(Event, AClearThatFollowsAtOnceDoesNotTakeTheWakeUpBack) {
  constexpr int kRounds = 2000;
  Event ping, pong;
  ChildScope other([&] {
    for (int i = 0; i < kRounds; ++i) {
      if (!ping.wait(15s)) return 1;
      ping.clear();
      pong.set();
    }
    return 0;
  });

  for (int i = 0; i < kRounds; ++i) {
    ping.set();
    ASSERT_TRUE(pong.wait(15s));
    pong.clear();
  }

  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(Event, APulseWakesWhoeverSleeps) {
  Event sut;
  std::vector<std::unique_ptr<ChildScope>> waiters;
  SharedPage<std::atomic<int>> woken;
  for (int i = 0; i < 3; ++i) {
    waiters.push_back(std::make_unique<ChildScope>([&] {
      if (!sut.wait()) return 1;
      ++*woken;
      return 0;
    }));
  }

  while (*woken < 3) {
    sut.set();
    sut.clear();
    std::this_thread::yield();
  }

  for (auto& waiter : waiters) EXPECT_TRUE(waiter->wait().ok()) << waiter->wait().text();
}

TEST(Event, AKilledWaiterIsNoConcern) {
  Event sut;
  PipeGate about_to_wait;
  ChildScope dead([&] {
    about_to_wait.open();
    sut.wait();
    return 0;
  });
  ChildScope living([&] {
    about_to_wait.open();
    return sut.wait() ? 0 : 1;
  });
  ASSERT_EQ(about_to_wait.pass(), 0);
  ASSERT_EQ(about_to_wait.pass(), 0);
  dead.signal(SIGKILL);
  dead.wait();

  sut.set();

  EXPECT_TRUE(living.wait().ok()) << living.wait().text();
}

}  // namespace
}  // namespace mp
