// What is built of locks: RLock, Semaphore, Event.
#include "bench/bench.hpp"
#include <libmp/event.hpp>
#include <libmp/rlock.hpp>
#include <libmp/semaphore.hpp>

namespace {

constexpr int kPairs = 10'000'000;
constexpr int kTrips = 50'000;

void event_rtt() {
  mp::Event ping;
  mp::Event pong;
  const bench::Peer peer([&] {
    for (int i = 0; i < kTrips; ++i) {
      ping.wait();
      ping.clear();
      pong.set();
    }
  });
  const bench::Stopwatch watch;
  for (int i = 0; i < kTrips; ++i) {
    ping.set();
    pong.wait();
    pong.clear();
  }
  bench::report("event_rtt", watch.seconds() / kTrips * 1e6, "us/rtt");
}

}  // namespace

void bench_sync() {
  mp::RLock rlock;
  const double nested = bench::best_seconds(kPairs, [&] {
    rlock.acquire();
    rlock.release();
  });
  bench::report("rlock_uncontended", nested * 1e9, "ns/pair");

  mp::Semaphore semaphore(1);
  const double permit = bench::best_seconds(kPairs, [&] {
    semaphore.acquire();
    semaphore.release();
  });
  bench::report("semaphore_uncontended", permit * 1e9, "ns/pair");

  event_rtt();
}
