// Futex words: sleeping, waking, and the reasons not to sleep.
#include "os/futex.hpp"

#include "os/process_id.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"

#include <atomic>
#include <chrono>
#include <climits>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

using namespace std::chrono_literals;

// A sleeper is in the kernel's queue when a wake finds it.
int wake_until_found(const std::atomic<std::uint32_t>& word) {
  const Deadline patience = Deadline::after(20s);
  while (!patience.has_passed()) {
    if (const int woken = futex_wake(word, INT_MAX); woken != 0) return woken;
    std::this_thread::yield();
  }
  return 0;
}

TEST(Futex, DoesNotSleepOnAnotherValue) {
  const std::atomic<std::uint32_t> word{1};

  EXPECT_EQ(futex_wait(word, 0, Deadline::never()), FutexResult::ValueChanged);
}

TEST(Futex, GivesUpAtTheDeadline) {
  const std::atomic<std::uint32_t> word{0};

  EXPECT_EQ(futex_wait(word, 0, Deadline::after(1ms)), FutexResult::TimedOut);
  EXPECT_EQ(futex_wait(word, 0, Deadline::after(0ms)), FutexResult::TimedOut);
}

TEST(Futex, WakeOfNobodyIsZero) {
  const std::atomic<std::uint32_t> word{0};

  EXPECT_EQ(futex_wake(word, INT_MAX), 0);
}

TEST(Futex, WakesASleeper) {
  const std::atomic<std::uint32_t> word{0};
  FutexResult result = FutexResult::TimedOut;
  std::thread sleeper([&] { result = futex_wait(word, 0, Deadline::after(20s)); });

  EXPECT_EQ(wake_until_found(word), 1);

  sleeper.join();
  EXPECT_EQ(result, FutexResult::Woken);
}

TEST(Futex, WakesASleeperInAnotherProcess) {
  support::SharedPage<std::atomic<std::uint32_t>> word;
  support::ChildScope sleeper(
      [&] { return futex_wait(*word, 0, Deadline::after(20s)) == FutexResult::Woken ? 0 : 1; });

  EXPECT_EQ(wake_until_found(*word), 1);
  EXPECT_TRUE(sleeper.wait().ok());
}

}  // namespace
}  // namespace mp::os
