// Lock against what the machine can do: a bare process-shared pthread mutex, in the same run.
#include "bench/bench.hpp"
#include <libmp/lock.hpp>

#include <algorithm>
#include <csignal>
#include <new>
#include <string>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>

namespace {

constexpr long kUncontended = 1'000'000;
constexpr long kContended = 1'000'000;
constexpr int kContendedRuns = 15;
constexpr int kDeaths = 20;

struct Shared {
  pthread_mutex_t mutex;
  volatile long counter;
  volatile int held;
  volatile double killed_at;
};

Shared* make_shared_page() {
  void* const at =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  auto* const shared = new (at) Shared{};
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutex_init(&shared->mutex, &attributes);
  return shared;
}

// The shortest of several runs: whatever disturbs only adds.
template <typename Pair>
void uncontended(const std::string& workload, Pair&& pair) {
  double best = 1e300;
  for (int run = 0; run < 9; ++run) {
    const bench::Stopwatch watch;
    for (long i = 0; i < kUncontended; ++i) pair();
    best = std::min(best, watch.seconds());
  }
  bench::report(workload, best / kUncontended * 1e9, "ns/pair");
}

// One run of two processes that want nothing but the lock.
template <typename Pair>
double contended(Shared& shared, Pair&& pair) {
  shared.counter = 0;
  const auto work = [&] {
    for (long i = 0; i < kContended; ++i) pair();
  };
  const bench::Stopwatch watch;
  {
    const bench::Peer first(work);
    const bench::Peer second(work);
  }
  const double pair_ns = watch.seconds() / (2 * kContended) * 1e9;
  if (shared.counter != 2 * kContended) std::abort();
  return pair_ns;
}

// Who gets the processor, and how far apart the processors are at the moment, makes a threefold
// difference to either lock: so they take turns, and the median of many runs counts.
template <typename Ours, typename Theirs>
void contended_in_turn(Shared& shared, Ours&& ours, Theirs&& theirs) {
  std::vector<double> our_ns;
  std::vector<double> their_ns;
  for (int run = 0; run < kContendedRuns; ++run) {
    our_ns.push_back(contended(shared, ours));
    their_ns.push_back(contended(shared, theirs));
  }
  bench::report("lock_contended_2p", bench::median(our_ns), "ns/pair");
  bench::report("lock_contended_2p(pthread)", bench::median(their_ns), "ns/pair");
}

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// From the SIGKILL of the owner to the exception in a process that sleeps in acquire(), at
// different moments of its tick.
void owner_died(Shared& shared) {
  double total = 0;
  double worst = 0;
  for (int i = 0; i < kDeaths; ++i) {
    mp::Lock lock;
    shared.held = 0;
    const pid_t owner = ::fork();
    if (owner == 0) {
      lock.acquire();
      shared.held = 1;
      for (;;) ::pause();
    }
    while (shared.held == 0) ::usleep(100);
    const pid_t killer = ::fork();
    if (killer == 0) {
      ::usleep(static_cast<useconds_t>(20'000 + 3'000 * i));
      shared.killed_at = now();
      ::kill(owner, SIGKILL);
      ::_exit(0);
    }
    try {
      lock.acquire();
      std::abort();
    } catch (const mp::OwnerDied&) {
      const double waited = now() - shared.killed_at;
      total += waited;
      worst = std::max(worst, waited);
    }
    ::waitpid(owner, nullptr, 0);
    ::waitpid(killer, nullptr, 0);
  }
  bench::report("lock_owner_died_mean", total / kDeaths * 1e3, "ms");
  bench::report("lock_owner_died_worst", worst * 1e3, "ms");
}

}  // namespace

void bench_lock() {
  Shared& shared = *make_shared_page();
  mp::Lock lock;
  uncontended("lock_uncontended", [&] {
    lock.acquire();
    lock.release();
  });
  uncontended("lock_uncontended(pthread)", [&] {
    ::pthread_mutex_lock(&shared.mutex);
    ::pthread_mutex_unlock(&shared.mutex);
  });
  contended_in_turn(
      shared,
      [&] {
        lock.acquire();
        shared.counter = shared.counter + 1;
        lock.release();
      },
      [&] {
        ::pthread_mutex_lock(&shared.mutex);
        shared.counter = shared.counter + 1;
        ::pthread_mutex_unlock(&shared.mutex);
      });
  owner_died(shared);
}
