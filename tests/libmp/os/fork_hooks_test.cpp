#include "os/fork_hooks.hpp"

#include "support/child_scope.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp::os {
namespace {

using support::ChildScope;

// Each test in a process of its own: hooks are for ever.
std::string told;
void tell(const char* what) { told += what; }

int told_is(const std::string& expected) {
  if (told == expected) return 0;
  (void)std::fprintf(stderr, "told '%s', not '%s'\n", told.c_str(), expected.c_str());
  return 1;
}

// What the child of a fork returns; a child that hangs is left to the deadline of its group.
int fork_and(int (*in_child)()) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(in_child());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100;
}

TEST(ForkHooks, RunLastFirstBeforeTheForkAndFirstFirstAfterIt) {
  ChildScope child([] {
    around_fork({.before = [] { tell("a"); },
                 .in_parent = [] { tell("A"); },
                 .in_child = [] { tell("1"); }});
    around_fork({.before = [] { tell("b"); },
                 .in_parent = [] { tell("B"); },
                 .in_child = [] { tell("2"); }});
    const int in_child = fork_and([] { return told_is("ba12"); });
    return in_child + told_is("baAB");
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(ForkHooks, TooManyAreRefusedByName) {
  ChildScope child([] {
    for (int i = 0; i < 1000; ++i) around_fork({});
    return 0;
  });
  EXPECT_EQ(child.wait().code, 125) << child.wait().text();
  EXPECT_THAT(child.wait().output, testing::HasSubstr("fork hooks"));
}

struct Ledger {
  int entries = 1;
};
std::atomic<bool> is_being_made{false};
std::atomic<bool> may_go_on{false};

TEST(Lasting, IsMadeAtItsFirstUseAndStays) {
  ChildScope child([] {
    static constinit Lasting<Ledger> ledger;
    if (ledger.get_if_made() != nullptr) return 1;
    ledger.get().entries = 7;
    return ledger.get().entries == 7 && ledger.get_if_made() == &ledger.get() ? 0 : 2;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

// Detached, since a forked child cannot join a thread that it does not have, which a sanitizer
// holds against it.
std::atomic<int> at_work{0};
template <class Work>
void in_background(Work work) {
  ++at_work;
  std::thread([work] {
    work();
    --at_work;
  }).detach();
}
void await_background() {
  while (at_work > 0) std::this_thread::yield();
}

struct Slow {
  Slow() {
    is_being_made = true;
    while (!may_go_on) std::this_thread::yield();
  }
  int answer = 42;
};

// The thread that makes it is in the middle of that when the fork begins, and does not exist in the
// child.
TEST(Lasting, AForkWhileAnotherThreadMakesItWaitsAndTheChildHasIt) {
  ChildScope child([] {
    static constinit Lasting<Slow> slow;
    in_background([] { (void)slow.get(); });
    while (!is_being_made) std::this_thread::yield();
    in_background([] { may_go_on = true; });
    const int code = fork_and([] { return slow.get().answer == 42 ? 0 : 1; });
    await_background();
    return code;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

std::atomic<int> locks{0};
struct Guarded {
  std::mutex mutex;
};
os::Lasting<Guarded>& guarded() {
  static constinit os::Lasting<Guarded> place({.before = [] { guarded().get().mutex.lock(); },
                                               .in_parent = [] { guarded().get().mutex.unlock(); },
                                               .in_child = [] { guarded().get().mutex.unlock(); }});
  return place;
}

// Forks and first uses meet at every instant: the child always finds the mutex free.
TEST(Lasting, AChildFindsItsMutexFreeHoweverEarlyTheFork) {
  for (int round = 0; round < 100; ++round) {
    ChildScope child([round] {
      static std::atomic<bool> go{false};
      in_background([] {
        while (!go) std::this_thread::yield();
        for (int i = 0; i < 200; ++i) {
          const std::scoped_lock guard(guarded().get().mutex);
          ++locks;
        }
      });
      go = true;
      for (int spin = 0; spin < round * 20; ++spin) (void)locks.load();
      const int code = fork_and([] {
        const std::scoped_lock guard(guarded().get().mutex);
        return 0;
      });
      await_background();
      return code;
    });
    ASSERT_TRUE(child.wait().ok()) << "round " << round << ": " << child.wait().text();
  }
}

struct Failing {
  Failing() {
    if (++tries == 1) throw std::runtime_error("not yet");
  }
  static inline int tries = 0;
};

TEST(Lasting, WhatItsConstructorThrowsLeavesItUnmade) {
  ChildScope child([] {
    static constinit Lasting<Failing> failing;
    try {
      (void)failing.get();
      return 1;
    } catch (const std::runtime_error&) {
    }
    if (failing.get_if_made() != nullptr) return 2;
    (void)failing.get();
    return Failing::tries == 2 ? fork_and([] { return 0; }) : 3;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

Lasting<Ledger>& inner() {
  static constinit Lasting<Ledger> place;
  return place;
}
struct Outer {
  int entries = inner().get().entries;
};

TEST(Lasting, MayUseAnotherWhileItIsMade) {
  ChildScope child([] {
    static constinit Lasting<Outer> outer;
    return outer.get().entries == 1 ? 0 : 1;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
}  // namespace mp::os
