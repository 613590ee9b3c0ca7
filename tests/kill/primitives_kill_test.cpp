// SIGKILL at random instructions of processes that use one RLock, semaphore, condition, event or
// barrier. Each storm ends by its own deadline if anybody waits for the dead.
#include "kill/storm.hpp"
#include "os/process_id.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"
#include <libmp/barrier.hpp>
#include <libmp/condition.hpp>
#include <libmp/event.hpp>
#include <libmp/rlock.hpp>
#include <libmp/semaphore.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;

constexpr int kWorkers = 4;
constexpr int kKills = 500;

void require(bool is_right, const char* what) {
  if (!is_right) throw std::runtime_error(what);
}

// The storm over `work`, with progress told by `rounds` before every kill.
template <class Shared>
void storm(Shared& shared, std::uint32_t seed, const std::function<void(int)>& work,
           const std::function<void(int)>& on_death = {}) {
  Storm crew(kWorkers, work, seed);
  for (int kills = 0; kills < kKills; ++kills) {
    Storm::require_progress([&] { return shared.rounds.load(); }, "rounds");
    crew.strike(400us, on_death);
  }
  Storm::require_progress([&] { return shared.rounds.load(); }, "rounds after the storm");
  shared.stop = true;
  if (shared.at_stop) shared.at_stop();
  crew.finish();
}

struct Common {
  std::atomic<std::uint64_t> rounds;
  std::atomic<std::uint64_t> recoveries;
  std::atomic<bool> stop;
  // Private to the process that runs the storm: lets those go who wait for what does not come any
  // more.
  std::function<void()> at_stop;
};

void expect_survived(const std::function<void()>& body) {
  support::ChildScope child(
      [&] {
        body();
        return 0;
      },
      150s);
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

// --- RLock ---------------------------------------------------------------------------------------

struct Nested : Common {
  volatile std::uint64_t first;  // guarded; unequal when the owner died between the two
  volatile std::uint64_t second;
};

void take(mp::RLock& lock, Nested& shared) {
  for (;;) {
    try {
      lock.acquire();
      return;
    } catch (const mp::OwnerDied&) {
    }
    try {
      lock.recover();
    } catch (const mp::RuntimeError&) {
      continue;
    }
    ++shared.recoveries;
    shared.second = shared.first;
    return;
  }
}

TEST(RLockKill, WhoeverSleepsForItLearnsOfDeathsAtAnyDepth) {
  expect_survived([] {
    support::SharedPage<Nested> shared;
    mp::RLock lock("storm");
    storm(*shared, 20240611, [&](int) {
      while (!shared->stop) {
        take(lock, *shared);
        lock.acquire();
        require(shared->first == shared->second, "handed over silently");
        shared->first = shared->first + 1;
        lock.release();
        shared->second = shared->second + 1;
        ++shared->rounds;
        lock.release();
      }
    });
    require(shared->first == shared->second && shared->first >= shared->rounds, "lost work");
    require(!lock.locked(), "somebody left with the lock");
    require(shared->recoveries > kKills / 20, "too few owners were hit");
  });
}

// --- Semaphore -----------------------------------------------------------------------------------

struct Place {
  std::atomic<std::uint64_t> visits;  // odd: inside
  std::atomic<std::uint32_t> pid;
  std::atomic<std::uint64_t> start;
};

struct Room : Common {
  std::array<Place, kWorkers> places;
};

// How many are inside at one moment for certain: neither left nor died while we looked.
int count_inside(Room& room) {
  std::array<std::uint64_t, kWorkers> before{};
  for (std::size_t i = 0; i < kWorkers; ++i) before.at(i) = room.places.at(i).visits;
  std::array<bool, kWorkers> alive{};
  for (std::size_t i = 0; i < kWorkers; ++i) {
    const Place& place = room.places.at(i);
    alive.at(i) = before.at(i) % 2 == 1 && mp::os::is_alive({place.pid, place.start});
  }
  int inside = 0;
  for (std::size_t i = 0; i < kWorkers; ++i)
    inside += alive.at(i) && room.places.at(i).visits == before.at(i) ? 1 : 0;
  return inside;
}

void enter(mp::Semaphore& semaphore, Room& room) {
  for (;;) {
    try {
      semaphore.acquire();
      return;
    } catch (const mp::OwnerDied&) {
      if (semaphore.recover() > 0) ++room.recoveries;
    }
  }
}

TEST(SemaphoreKill, NoPermitIsLostAndNoneIsMade) {
  expect_survived([] {
    support::SharedPage<Room> shared;
    mp::BoundedSemaphore semaphore(2, "storm");
    storm(*shared, 20240612, [&](int index) {
      Place& place = shared->places.at(static_cast<std::size_t>(index));
      if (place.visits % 2 == 1) ++place.visits;
      place.pid = mp::os::self().pid;
      place.start = mp::os::self().start_ticks;
      for (int round = 0; !shared->stop; ++round) {
        enter(semaphore, *shared);
        ++place.visits;
        if (round % 8 == 0) require(count_inside(*shared) <= 2, "more inside than permits");
        ++shared->rounds;
        ++place.visits;
        semaphore.release();  // ValueError if a permit came from nowhere
      }
    });
    semaphore.recover();
    require(semaphore.get_value() == 2, "a permit was lost");
    require(shared->recoveries > kKills / 20, "too few holders were hit");
  });
}

// --- Condition -----------------------------------------------------------------------------------

constexpr int kNobody = -1;

// One baton; who has put it down may take it again only after another. So each notify(1) that goes
// to the dead leaves everybody asleep.
struct Relay : Common {
  volatile int holder;  // guarded
  volatile int last;
};

void enter(mp::Condition& condition, Relay& relay) {
  for (;;) {
    try {
      condition.acquire();
      return;
    } catch (const mp::OwnerDied&) {
    }
    try {
      condition.recover();
    } catch (const mp::RuntimeError&) {
      continue;
    }
    ++relay.recoveries;
    condition.notify_all();  // the dead may have been about to
    return;
  }
}

void put_down(mp::Condition& condition, Relay& relay, int index) {
  enter(condition, relay);
  if (relay.holder == index) {
    relay.holder = kNobody;
    relay.last = index;
    condition.notify();
  }
  condition.release();
}

void pick_up(mp::Condition& condition, Relay& relay, int index) {
  enter(condition, relay);
  while (!relay.stop && (relay.holder != kNobody || relay.last == index)) {
    try {
      condition.wait();
    } catch (const mp::OwnerDied&) {
      enter(condition, relay);
    }
  }
  if (!relay.stop) relay.holder = index;
  condition.release();
}

TEST(ConditionKill, NoNotifyIsLostToTheDead) {
  expect_survived([] {
    support::SharedPage<Relay> shared;
    mp::Condition condition("storm");
    shared->holder = kNobody;
    shared->last = kNobody;
    shared->at_stop = [&] {
      enter(condition, *shared);
      condition.notify_all();
      condition.release();
    };
    storm(
        *shared, 20240613,
        [&](int index) {
          while (!shared->stop) {
            pick_up(condition, *shared, index);
            ++shared->rounds;
            put_down(condition, *shared, index);
          }
        },
        // The baton of the dead, for anybody.
        [&](int index) {
          enter(condition, *shared);
          if (shared->holder == index) {
            shared->holder = kNobody;
            shared->last = kNobody;
            condition.notify();
          }
          condition.release();
        });
    require(condition.try_acquire(), "somebody left with the lock");
    shared->at_stop = {};
  });
}

// --- Event ---------------------------------------------------------------------------------------

TEST(EventKill, EveryLivingWaiterIsWoken) {
  expect_survived([] {
    support::SharedPage<Common> shared;
    std::array<mp::Event, kWorkers> events;
    shared->at_stop = [&] {
      for (mp::Event& event : events) event.set();
    };
    events[0].set();
    storm(
        *shared, 20240614,
        [&](int index) {
          mp::Event& mine = events.at(static_cast<std::size_t>(index));
          mp::Event& next = events.at(static_cast<std::size_t>(index + 1) % kWorkers);
          while (!shared->stop) {
            mine.wait();
            if (!shared->stop) mine.clear();
            ++shared->rounds;
            next.set();
          }
        },
        // It may have died between its clear() and its set().
        [&](int index) { events.at(static_cast<std::size_t>(index)).set(); });
    shared->at_stop = {};
  });
}

// --- Barrier -------------------------------------------------------------------------------------

struct Meetings : Common {
  std::atomic<std::uint64_t> acted;
  std::atomic<std::uint64_t> broken;
};

TEST(BarrierKill, ADeadPartyBreaksItAndTheOthersGoOn) {
  expect_survived([] {
    support::SharedPage<Meetings> shared;
    mp::Barrier barrier(kWorkers, [&] { ++shared->acted; }, mp::Timeout::never(), "storm");
    shared->at_stop = [&] { barrier.abort(); };
    int unnoticed = 0;
    storm(
        *shared, 20240615,
        [&](int) {
          while (!shared->stop) {
            const std::uint64_t before = shared->acted;
            try {
              const int index = barrier.wait();
              require(index >= 0 && index < kWorkers, "an index beyond the parties");
              require(shared->acted > before, "let go before the action");
              if (index == 0) ++shared->rounds;
            } catch (const mp::BrokenBarrierError&) {
              ++shared->broken;
              if (!shared->stop && barrier.broken()) barrier.reset();
            }
          }
        },
        // The others learn it while nobody fills the place, unless it had not come even once.
        [&](int) {
          const std::uint64_t before = shared->broken;
          for (int patience = 0; shared->broken == before && patience < 400; ++patience)
            ::usleep(1000);
          if (shared->broken == before) ++unnoticed;
        });
    require(shared->acted >= shared->rounds, "passed without the action");
    require(unnoticed < kKills / 10, "deaths of parties were not noticed");
    shared->at_stop = {};
  });
}

}  // namespace
}  // namespace kill_test
