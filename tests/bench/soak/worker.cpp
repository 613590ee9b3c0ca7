#include "bench/soak/worker.hpp"

#include "os/clock.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace bench::soak {
namespace {

using namespace std::chrono_literals;

constexpr int kLocks = 8;
constexpr int kOthers = 3;
constexpr int kPermits = 4;
constexpr int kRoom = 32;
constexpr std::uint64_t kBeforeSecondUs = 50'000;

std::string number(const char* what, int i) { return what + std::to_string(i); }

}  // namespace

Kit::Kit(int processes) : seats(processes, {.name = "seats"}), is_over(0, {.name = "is over"}) {
  for (int i = 0; i < kLocks; ++i) locks.push_back(mp::Lock({.name = number("lock-", i)}));
  for (int i = 0; i < kOthers; ++i) {
    rlocks.push_back(mp::RLock({.name = number("rlock-", i)}));
    semaphores.push_back(mp::Semaphore(kPermits, number("semaphore-", i)));
    conditions.push_back(mp::Condition(number("condition-", i)));
    events.push_back(mp::Event(number("event-", i)));
    queues.push_back(mp::Queue<int>({.maxsize = kRoom, .name = number("queue-", i)}));
  }
}

Worker::Worker(const Kit& kit, int seat, std::uint64_t seed)
    : kit_(kit), seat_(kit_.seats[seat]), random_(seed) {}

void Worker::run() {
  while (!is_over()) {
    if (std::atomic_ref(seat_.first).load() != 0 && below(2) == 0) {
      take_part();
    } else {
      step();
    }
    std::atomic_ref(seat_.operations).fetch_add(1, std::memory_order_relaxed);
  }
}

void Worker::step() {
  switch (below(8)) {
    case 0:
    case 1:
    case 2:
      return use_locks();
    case 3:
      return use_rlock();
    case 4:
      return use_semaphore();
    case 5:
      return use_condition();
    case 6:
      return use_event();
    default:
      return use_queue();
  }
}

// Up to three, always in the same order: of these no deadlock can come.
void Worker::use_locks() {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) chosen.push_back(below(kLocks));
  std::sort(chosen.begin(), chosen.end());
  chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
  for (const std::size_t i : chosen) take(kit_.locks[i]);
  pause_up_to(200);
  std::for_each(chosen.rbegin(), chosen.rend(), [&](std::size_t i) { kit_.locks[i].release(); });
}

void Worker::use_rlock() {
  mp::RLock& lock = kit_.rlocks[below(kOthers)];
  const std::size_t times = 1 + below(3);
  for (std::size_t i = 0; i < times; ++i) lock.acquire();
  pause_up_to(100);
  for (std::size_t i = 0; i < times; ++i) lock.release();
}

void Worker::use_semaphore() {
  mp::Semaphore& semaphore = kit_.semaphores[below(kOthers)];
  if (!semaphore.acquire(std::chrono::milliseconds(below(20)))) return;
  pause_up_to(500);
  semaphore.release();
}

void Worker::use_condition() {
  mp::Condition& condition = kit_.conditions[below(kOthers)];
  const std::scoped_lock guard(condition);
  switch (below(3)) {
    case 0:
      condition.notify();
      return;
    case 1:
      condition.notify_all();
      return;
    default:
      (void)condition.wait(std::chrono::milliseconds(1 + below(20)));
  }
}

void Worker::use_event() {
  mp::Event& event = kit_.events[below(kOthers)];
  switch (below(4)) {
    case 0:
      return event.set();
    case 1:
      return event.clear();
    default:
      (void)event.wait(std::chrono::milliseconds(below(10)));
  }
}

void Worker::use_queue() {
  mp::Queue<int>& queue = kit_.queues[below(kOthers)];
  try {
    if (below(2) == 0) {
      queue.put(static_cast<int>(below(1000)), std::chrono::milliseconds(below(10)));
    } else {
      (void)queue.get(std::chrono::milliseconds(below(10)));
    }
  } catch (const mp::Full&) {
  } catch (const mp::Empty&) {
  }
}

// One lock, then the other. Only a death ends this: of the partner, which leaves the second to
// whoever recovers it.
void Worker::take_part() {
  mp::Lock& first = kit_.locks[seat_.first - 1];
  mp::Lock& second = kit_.locks[seat_.second - 1];
  take(first);
  if (is_told_to_go()) {
    pause_up_to(kBeforeSecondUs);
    std::atomic_ref(seat_.waits_since_ns).store(mp::os::monotonic_ns());
    take(second);
    second.release();
    std::atomic_ref(seat_.first).store(0);
  }
  first.release();
}

// With the first lock in hand. False when it is to let go, because the partner may need others to
// go on who wait for this one.
bool Worker::is_told_to_go() {
  const std::atomic_ref part(seat_.part);
  part.store(Part::Has);
  const auto patience = mp::os::Deadline::after(std::chrono::milliseconds(50 + below(100)));
  for (;;) {
    if (part.load() == Part::Go) return true;
    Part expected = Part::Has;
    if ((patience.has_passed() || is_over()) && part.compare_exchange_strong(expected, Part::None))
      return false;
    std::this_thread::sleep_for(1ms);
  }
}

void Worker::take(mp::Lock& lock) {
  for (;;) {
    try {
      lock.acquire();
      return;
    } catch (const mp::OwnerDied&) {
    }
    try {
      lock.recover();
      return;
    } catch (const mp::RuntimeError&) {  // somebody else was quicker
    }
  }
}

bool Worker::is_over() const { return std::atomic_ref(kit_.is_over.value()).load() != 0; }

std::size_t Worker::below(std::size_t bound) { return random_() % bound; }

void Worker::pause_up_to(std::uint64_t us) {
  std::this_thread::sleep_for(std::chrono::microseconds(below(us + 1)));
}

}  // namespace bench::soak
