// From where a lock was taken: what the live file tells of it, and at which level.
#include "os/identity.hpp"
#include "os/modules.hpp"
#include "os/process_id.hpp"
#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/live_process.hpp"
#include "report/tree_reader.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/condition.hpp>
#include <libmp/lock.hpp>
#include <libmp/rlock.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::report {
namespace {

using support::ObservedChild;
using support::of_kind;
using wire::EventKind;

void set_level(probe::Level level) {
  probe::live()->control->level.store(static_cast<std::uint32_t>(level), std::memory_order_relaxed);
}

// What a process tells that does this at that level, and is killed then.
wire::Batch told(const std::function<void()>& body, probe::Level level = probe::Level::Full) {
  ObservedChild scene([&] {
    set_level(level);
    body();
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(scene.child().wait().signal, SIGKILL);
  TreeReader reader(scene.tree_dir(), {.watch = false});
  return reader.poll();
}

std::vector<unsigned> sites_of(const wire::Batch& batch, EventKind kind = EventKind::LockGot) {
  std::vector<unsigned> sites;
  for (const wire::Event& event : of_kind(batch, kind)) sites.push_back(event.flags);
  return sites;
}

[[gnu::noinline]] void take_here(Lock& lock) {
  lock.acquire();
  lock.release();
}
[[gnu::noinline]] void take_there(Lock& lock) {
  lock.acquire();
  lock.release();
}

TEST(CallSites, APlaceIsDeclaredOnceAndEachAcquisitionNamesIt) {
  const wire::Batch batch = told([] {
    Lock lock;
    for (int i = 0; i < 3; ++i) {
      take_here(lock);
      take_there(lock);
    }
  });

  EXPECT_EQ(sites_of(batch), (std::vector<unsigned>{1, 2, 1, 2, 1, 2}));
  const auto declared = of_kind(batch, EventKind::CallSite);
  ASSERT_EQ(declared.size(), 2U);
  EXPECT_EQ(declared[0].c, 1U);
  EXPECT_EQ(declared[1].c, 2U);
}

TEST(CallSites, TheFirstCallIsInTheCodeThatTookTheLock) {
  const wire::Batch batch = told([] {
    Lock lock;
    take_here(lock);
  });

  const auto declared = of_kind(batch, EventKind::CallSite);
  ASSERT_EQ(declared.size(), 1U);
  const auto site = wire::decode_call_site(batch.payload_of(declared[0]));
  ASSERT_TRUE(site && !site->calls.empty());
  const wire::CodeModule& module = site->modules.at(site->calls[0].module);
  EXPECT_EQ(module.path, os::executable(os::self().pid));
  EXPECT_EQ(module.build_id, os::to_string(os::program_build_id()));
  const auto begin = os::place_of(reinterpret_cast<const void*>(&take_here));
  ASSERT_TRUE(begin);
  EXPECT_GT(site->calls[0].offset, begin->offset);
  EXPECT_LT(site->calls[0].offset, begin->offset + 4096);
  EXPECT_EQ(site->line, 0U);
}

TEST(CallSites, OneFunctionCalledFromTwoPlacesIsTwoPlaces) {
  const wire::Batch batch = told([] {
    Lock lock;
    for (int i = 0; i < 2; ++i) {
      take_here(lock);
      take_here(lock);
    }
  });

  EXPECT_EQ(sites_of(batch), (std::vector<unsigned>{1, 2, 1, 2}));
}

TEST(CallSites, AreNotToldBelowLevelThree) {
  const wire::Batch batch = told(
      [] {
        Lock lock;
        take_here(lock);
        probe::lock_acquired(7, 1, 1000, os::caller());  // one that had to wait
      },
      probe::Level::Normal);

  EXPECT_EQ(sites_of(batch), (std::vector<unsigned>{0}));
  EXPECT_TRUE(of_kind(batch, EventKind::CallSite).empty());
}

TEST(CallSites, LeaveTheTimeWaitedAsItWas) {
  const wire::Batch batch = told([] {
    probe::lock_acquired(7, 1, 1000, os::caller());
    probe::lock_acquired(7, 2, ~std::uint64_t{0}, os::caller());
  });

  const auto got = of_kind(batch, EventKind::LockGot);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(got[0].a, 1000U);
  EXPECT_EQ(got[1].a, wire::kMostWaited);
  EXPECT_NE(got[0].flags, 0U);
}

TEST(CallSites, GuardsRecursiveLocksAndConditionsTellThemToo) {
  const wire::Batch batch = told([] {
    Lock lock;
    RLock recursive;
    {
      const std::scoped_lock both(lock, recursive);
    }
    {
      const std::unique_lock guard(lock, std::try_to_lock);
    }
    Condition condition;
    const std::lock_guard guard(condition);
    (void)condition.wait(std::chrono::nanoseconds(1));
  });

  const std::vector<unsigned> sites = sites_of(batch);
  EXPECT_EQ(sites.size(), 5U);
  EXPECT_EQ(std::set(sites.begin(), sites.end()).size(), 5U);
  EXPECT_EQ(std::count(sites.begin(), sites.end(), 0U), 0);
}

TEST(CallSites, AForkedChildDeclaresItsOwn) {
  const wire::Batch batch = told([] {
    Lock lock;
    take_here(lock);
    const probe::Birth birth = probe::prepare_child();
    const pid_t child = ::fork();
    if (child == 0) {
      probe::become_child(birth, "Process-1", wire::StartMethod::Fork, false);
      take_there(lock);
      take_here(lock);
      ::raise(SIGKILL);
    }
    probe::child_forked(birth, static_cast<std::uint32_t>(child));
    int status = 0;
    ::waitpid(child, &status, 0);
  });

  const auto declared = of_kind(batch, EventKind::CallSite);
  ASSERT_EQ(declared.size(), 3U);
  EXPECT_NE(declared[1].process, declared[0].process);
  EXPECT_EQ(declared[1].c, 1U);
  EXPECT_EQ(declared[2].c, 2U);
  EXPECT_EQ(sites_of(batch), (std::vector<unsigned>{1, 1, 2}));
}

// Takes the lock below so many calls: each depth is another stack.
[[gnu::noinline]] int take_below(Lock& lock, int depth) {
  if (depth == 0) {
    take_here(lock);
    return 0;
  }
  return take_below(lock, depth - 1) + 1;
}

TEST(CallSites, RecursionDeeperThanIsRememberedIsOnePlace) {
  const wire::Batch batch = told([] {
    Lock lock;
    for (int depth = 20; depth < 60; ++depth) (void)take_below(lock, depth);
  });

  EXPECT_EQ(of_kind(batch, EventKind::CallSite).size(), 1U);
  EXPECT_EQ(sites_of(batch), std::vector<unsigned>(40, 1));
}

// Takes the lock at the end of a path of calls: each number is another stack.
constexpr unsigned kPaths = 128;
int take_right(Lock& lock, unsigned path, int depth);
[[gnu::noinline]] int take_left(Lock& lock, unsigned path, int depth) {
  if (depth == 0) {
    take_here(lock);
    return 0;
  }
  const int below = (path & 1) == 0 ? take_left(lock, path >> 1, depth - 1)
                                    : take_right(lock, path >> 1, depth - 1);
  return below + 1;
}
[[gnu::noinline]] int take_right(Lock& lock, unsigned path, int depth) {
  if (depth == 0) {
    take_there(lock);
    return 0;
  }
  const int below = (path & 1) == 0 ? take_left(lock, path >> 1, depth - 1)
                                    : take_right(lock, path >> 1, depth - 1);
  return below - 1;
}

TEST(CallSites, OfAKilledProcessAreWholeAndDeclaredBeforeTheyAreNamed) {
  for (int round = 0; round < 40; ++round) {
    ObservedChild scene([] {
      set_level(probe::Level::Full);
      Lock lock;
      for (unsigned path = 0;; ++path) (void)take_left(lock, path % kPaths, 7);
      return 0;
    });
    while (scene.live_files().empty()) std::this_thread::yield();
    // Where it is killed, not a synchronisation.
    std::this_thread::sleep_for(std::chrono::microseconds(200 + round * 91));
    scene.child().signal(SIGKILL);
    scene.child().wait();

    TreeReader reader(scene.tree_dir(), {.watch = false});
    const wire::Batch batch = reader.poll();

    unsigned declared = 0;
    for (const wire::Event& event : batch.events) {
      if (event.kind == EventKind::CallSite) {
        ASSERT_EQ(event.c, ++declared);
        const auto site = wire::decode_call_site(batch.payload_of(event));
        ASSERT_TRUE(site && !site->calls.empty());
      }
      if (event.kind == EventKind::LockGot) {
        ASSERT_GE(event.flags, 1U);
        ASSERT_LE(event.flags, declared);
      }
    }
  }
}

// Whether a child may be forked beside threads that allocate: the sanitizers' allocators are not
// made for it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kForksBesideThreads = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kForksBesideThreads = false;
#else
constexpr bool kForksBesideThreads = true;
#endif
#else
constexpr bool kForksBesideThreads = true;
#endif

// The child has the memory of all threads as it was in the middle of their work, but only one of
// them.
TEST(CallSites, NobodyHangsWhoIsForkedWhileOthersDeclareThem) {
  if (!kForksBesideThreads) GTEST_SKIP() << "not under a sanitizer";
  ObservedChild scene([] {
    set_level(probe::Level::Full);
    std::atomic<bool> end = false;
    std::vector<std::thread> others;
    for (unsigned start = 0; start < 2; ++start) {
      others.emplace_back([&end, start] {
        Lock lock;
        for (unsigned path = start; !end; ++path) (void)take_left(lock, path % kPaths, 7);
      });
    }
    int failed = 0;
    for (unsigned path = 0; path < 40; ++path) {
      const pid_t child = ::fork();
      if (child == 0) {
        Lock lock;
        (void)take_right(lock, path, 7);
        ::_exit(probe::live_if_open() != nullptr ? 0 : 1);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      failed += status != 0;
    }
    end = true;
    for (std::thread& other : others) other.join();
    return failed;
  });

  EXPECT_TRUE(scene.child().wait().ok()) << scene.child().wait().text();
}

}  // namespace
}  // namespace mp::report
