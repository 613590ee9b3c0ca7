// CPython's tests of locks: _TestLock.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using conformance::expect_ended_well;
using conformance::for_each_method;
using conformance::require;

TEST(TestLock, test_lock) {
  for_each_method([](const mp::Context& ctx) {
    mp::Lock lock = ctx.Lock();
    EXPECT_TRUE(lock.acquire());
    EXPECT_FALSE(lock.acquire(false));
    lock.release();
    EXPECT_THROW(lock.release(), mp::ValueError);
  });
}

TEST(TestLock, test_rlock) {
  for_each_method([](const mp::Context& ctx) {
    mp::RLock lock = ctx.RLock();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(lock.acquire());
    for (int i = 0; i < 3; ++i) lock.release();
    EXPECT_THROW(lock.release(), mp::AssertionError);
  });
}

TEST(TestLock, test_lock_context) {
  for_each_method([](const mp::Context& ctx) {
    mp::Lock lock = ctx.Lock();
    {
      const std::scoped_lock guard(lock);
      EXPECT_TRUE(lock.locked());
    }
    EXPECT_FALSE(lock.locked());
  });
}

TEST(TestLock, test_rlock_context) {
  for_each_method([](const mp::Context& ctx) {
    mp::RLock lock = ctx.RLock();
    {
      const std::unique_lock guard(lock);
      EXPECT_TRUE(guard.owns_lock());
    }
    EXPECT_FALSE(lock.locked());
  });
}

template <class AnyLock>
void acquire_and_tell(AnyLock lock, mp::Queue<std::string> said, int depth) {
  for (int i = 0; i < depth; ++i) lock.acquire();
  said.put(repr(lock));
}

template <class AnyLock>
void acquire_and_stay(AnyLock lock, mp::Event held) {
  lock.acquire();
  held.set();
  mp::Event().wait();
}

// What a lock says of itself while a thread named `name` of this process holds it `depth` times.
template <class AnyLock>
std::string said_by_thread(AnyLock lock, const char* name, int depth) {
  std::string said;
  std::thread([&] {
    ::pthread_setname_np(::pthread_self(), name);
    for (int i = 0; i < depth; ++i) lock.acquire();
    said = repr(lock);
    for (int i = 0; i < depth; ++i) lock.release();
  }).join();
  return said;
}

template <class AnyLock>
std::string seen_while_another_thread_holds(AnyLock lock) {
  std::string seen;
  lock.acquire();
  std::thread([&] { seen = repr(lock); }).join();
  lock.release();
  return seen;
}

template <class AnyLock>
std::string said_by_process(const mp::Context& ctx, AnyLock lock) {
  auto said = ctx.Queue<std::string>();
  mp::Process p1 = ctx.Process({.name = "P1"}, acquire_and_tell<AnyLock>, lock, said, 1);
  p1.start();
  std::string text = said.get();
  p1.join();
  return text;
}

template <class AnyLock>
std::string seen_while_another_process_holds(const mp::Context& ctx, AnyLock lock) {
  mp::Event held = ctx.Event();
  mp::Process other = ctx.Process(acquire_and_stay<AnyLock>, lock, held);
  other.start();
  held.wait();
  std::string text = repr(lock);
  other.terminate();
  other.join();
  return text;
}

TEST(TestLock, test_repr_lock) {
  for_each_method([](const mp::Context& ctx) {
    mp::Lock lock = ctx.Lock();
    EXPECT_EQ(repr(lock), "<Lock(owner=None)>");
    lock.acquire();
    EXPECT_EQ(repr(lock), "<Lock(owner=MainProcess)>");
    lock.release();
    EXPECT_EQ(said_by_thread(lock, "T1", 1), "<Lock(owner=MainProcess|T1)>");
    EXPECT_EQ(seen_while_another_thread_holds(lock), "<Lock(owner=SomeOtherThread)>");
    EXPECT_EQ(said_by_process(ctx, lock), "<Lock(owner=P1)>");
    EXPECT_EQ(seen_while_another_process_holds(ctx, ctx.Lock()), "<Lock(owner=SomeOtherProcess)>");
  });
}

TEST(TestLock, test_repr_rlock) {
  for_each_method([](const mp::Context& ctx) {
    mp::RLock lock = ctx.RLock();
    EXPECT_EQ(repr(lock), "<RLock(None, 0)>");
    for (int i = 0; i < 3; ++i) lock.acquire();
    EXPECT_EQ(repr(lock), "<RLock(MainProcess, 3)>");
    for (int i = 0; i < 3; ++i) lock.release();
    EXPECT_EQ(said_by_thread(lock, "T1", 1), "<RLock(MainProcess|T1, 1)>");
    EXPECT_EQ(said_by_thread(lock, "T2", 2), "<RLock(MainProcess|T2, 2)>");
    EXPECT_EQ(seen_while_another_thread_holds(lock), "<RLock(SomeOtherThread, nonzero)>");
    EXPECT_EQ(said_by_process(ctx, lock), "<RLock(P1, 1)>");
    EXPECT_EQ(seen_while_another_process_holds(ctx, ctx.RLock()),
              "<RLock(SomeOtherProcess, nonzero)>");
  });
}

template <class AnyLock>
void hold_until_told(AnyLock lock, mp::Event held, mp::Event enough) {
  lock.acquire();
  require(lock.locked(), "not locked for its holder");
  held.set();
  enough.wait();
  lock.release();
}

template <class AnyLock>
void expect_locked_in_both(const mp::Context& ctx, AnyLock lock) {
  mp::Event held = ctx.Event();
  mp::Event enough = ctx.Event();
  std::vector<mp::Process> crew;
  crew.push_back(ctx.Process(hold_until_told<AnyLock>, lock, held, enough));
  crew[0].start();
  held.wait();
  EXPECT_TRUE(lock.locked());
  enough.set();
  expect_ended_well(crew);
  EXPECT_FALSE(lock.locked());
}

TEST(TestLock, test_lock_locked_2processes) {
  for_each_method([](const mp::Context& ctx) { expect_locked_in_both(ctx, ctx.Lock()); });
}

TEST(TestLock, test_rlock_locked_2processes) {
  for_each_method([](const mp::Context& ctx) { expect_locked_in_both(ctx, ctx.RLock()); });
}

}  // namespace
