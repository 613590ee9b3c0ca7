// interrupt(): a signal handler ends a wait, and nothing else does.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include <libmp/barrier.hpp>
#include <libmp/condition.hpp>
#include <libmp/event.hpp>
#include <libmp/interrupt.hpp>
#include <libmp/lock.hpp>
#include <libmp/rlock.hpp>
#include <libmp/semaphore.hpp>

#include <functional>
#include <mutex>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using support::ChildScope;
using support::PipeGate;

// A child in `wait` gets a signal whose handler interrupts, again and again until it has ended.
// Code 0: by KeyboardInterrupt.
int code_of_interrupted(const std::function<void()>& wait) {
  PipeGate about_to_wait;
  ChildScope child([&] {
    struct sigaction action{};
    action.sa_handler = [](int) { interrupt(); };
    ::sigaction(SIGINT, &action, nullptr);
    about_to_wait.open();
    try {
      wait();
    } catch (const KeyboardInterrupt&) {
      return 0;
    }
    return 1;
  });
  if (about_to_wait.pass() != 0) return -1;
  child.signal(SIGINT);
  return child.wait().code.value_or(-1);
}

TEST(Interrupt, EndsEveryKindOfWait) {
  Lock lock;
  RLock rlock;
  Semaphore semaphore(0);
  Event event;
  Barrier barrier(2);
  lock.acquire();
  rlock.acquire();

  EXPECT_EQ(code_of_interrupted([&] { lock.acquire(); }), 0);
  EXPECT_EQ(code_of_interrupted([&] { rlock.acquire(); }), 0);
  EXPECT_EQ(code_of_interrupted([&] { semaphore.acquire(); }), 0);
  EXPECT_EQ(code_of_interrupted([&] { event.wait(); }), 0);
  EXPECT_EQ(code_of_interrupted([&] { barrier.wait(); }), 0);
  EXPECT_TRUE(barrier.broken()) << "like any other wait that ends without the others";
}

TEST(Interrupt, LeavesTheLockWithWhoWaitedForTheCondition) {
  Condition condition;

  EXPECT_EQ(code_of_interrupted([&] {
              const std::scoped_lock guard(condition);
              condition.wait();
            }),
            0);
  EXPECT_TRUE(condition.try_acquire()) << "the guard had it, and released it";
}

TEST(Interrupt, OneThatComesBeforeTheWaitEndsIt) {
  Event event;
  interrupt();

  EXPECT_THROW(event.wait(), KeyboardInterrupt);
  EXPECT_FALSE(event.wait(std::chrono::milliseconds(1))) << "and only one";
}

TEST(Interrupt, DoesNotTouchWhatNeedNotWait) {
  Lock lock;
  Event event;
  event.set();
  interrupt();

  lock.acquire();
  EXPECT_TRUE(event.wait());
  EXPECT_FALSE(lock.try_acquire());
  EXPECT_THROW((void)lock.acquire(std::chrono::seconds(10)), KeyboardInterrupt);
}

}  // namespace
}  // namespace mp
