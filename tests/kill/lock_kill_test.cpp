// SIGKILL at random instructions of processes that take, hold, release, await and recover one lock.
#include "kill/storm.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"
#include <libmp/lock.hpp>

#include <atomic>
#include <cstdint>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;

constexpr int kWorkers = 4;
constexpr int kKills = 350;

struct Shared {
  // Guarded by the lock. A worker that dies between the two leaves them unequal: what recover()
  // repairs.
  volatile std::uint64_t first;
  volatile std::uint64_t second;
  std::atomic<int> inside;

  std::atomic<std::uint64_t> rounds;  // completed by anybody
  std::atomic<std::uint64_t> deaths_noticed;
  std::atomic<std::uint64_t> recoveries;
  std::atomic<bool> stop;
};

void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

// `Patient` workers only sleep in acquire(): nobody's polling repairs what the sleepers should
// notice themselves.
enum class Manner { Patient, Mixed };

// Takes the lock, by recovery if need be. Exactly one recovers; the others wait on.
void take(mp::Lock& lock, Shared& shared, Manner manner, int round) {
  for (;;) {
    try {
      if (manner == Manner::Mixed && round % 3 == 0) {
        while (!lock.try_acquire()) {
        }
      } else if (manner == Manner::Mixed && round % 3 == 1) {
        while (!lock.acquire(5ms)) {
        }
      } else {
        lock.acquire();
      }
      return;
    } catch (const mp::OwnerDied&) {
      ++shared.deaths_noticed;
    }
    try {
      lock.recover();
    } catch (const mp::RuntimeError&) {
      continue;  // another was first
    }
    ++shared.recoveries;
    shared.inside = 0;
    shared.second = shared.first;
    return;
  }
}

void work(mp::Lock lock, Shared& shared, Manner manner) {
  for (int round = 0; !shared.stop; ++round) {
    take(lock, shared, manner, round);
    require(shared.inside.exchange(1) == 0, "two processes inside");
    require(shared.first == shared.second,
            "half-done work of a dead owner was handed over silently");
    shared.first = shared.first + 1;
    shared.second = shared.second + 1;
    shared.inside = 0;
    ++shared.rounds;  // before the release: so never more rounds than increments
    lock.release();
  }
}

int storm(Manner manner, std::uint32_t seed) {
  support::SharedPage<Shared> shared;
  mp::Lock lock("storm");
  Storm crew(kWorkers, [&](int) { work(lock, *shared, manner); }, seed);
  for (int kills = 0; kills < kKills; ++kills) {
    Storm::require_progress([&] { return shared->rounds.load(); }, "rounds");
    crew.strike(400us);
  }
  Storm::require_progress([&] { return shared->rounds.load(); }, "rounds after the storm");
  shared->stop = true;
  crew.finish();

  require(shared->first == shared->second, "the two counters agree in the end");
  require(shared->first >= shared->rounds, "an increment was lost");
  require(shared->first <= shared->rounds + kKills, "an increment came from nowhere");
  require(!lock.locked(), "somebody left with the lock");
  // Else the storm killed nobody who held it, and proves nothing.
  require(shared->recoveries > kKills / 20, "too few owners were hit");
  return 0;
}

TEST(LockKill, WhoeverSleepsForItLearnsOfDeathsAndMissesNoWakeUp) {
  support::ChildScope child([] { return storm(Manner::Patient, 20240601); }, 150s);

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(LockKill, PollersAndTimeoutsNeverGetItSilently) {
  support::ChildScope child([] { return storm(Manner::Mixed, 20240602); }, 150s);

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
}  // namespace kill_test
