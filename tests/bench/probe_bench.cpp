// What the probes cost, beside a bare mutex in the same run.
#include "bench/bench.hpp"
#include "os/clock.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/live_process.hpp"

#include <atomic>
#include <cstdint>

#include <pthread.h>

namespace bench {
namespace {

using mp::probe::Level;

// Cost of one call in ns: the shortest of several runs, since whatever disturbs only adds.
template <typename Call>
double cost_ns(std::uint64_t calls, Call&& call) {
  double best = 1e300;
  for (int run = 0; run < 7; ++run) {
    const std::uint64_t begin = mp::os::monotonic_ns();
    for (std::uint64_t i = 1; i <= calls; ++i) call(i);
    const auto ns =
        static_cast<double>(mp::os::monotonic_ns() - begin) / static_cast<double>(calls);
    best = ns < best ? ns : best;
  }
  return best;
}

void set_level(Level level) {
  mp::probe::live()->control->level.store(static_cast<std::uint32_t>(level),
                                          std::memory_order_relaxed);
}

}  // namespace

void bench_probe() {
  const auto lock = mp::probe::announce({.kind = mp::wire::ObjectKind::Lock,
                                         .identity = {.device = 1, .inode = 1},
                                         .site = std::source_location::current()});
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  std::uint64_t guarded = 0;
  // The same loop with and without the two verbs of an uncontended lock; their difference is what
  // they cost.
  const auto bare = [&](std::uint64_t) {
    ::pthread_mutex_lock(&mutex);
    ++guarded;
    ::pthread_mutex_unlock(&mutex);
  };
  const auto probed = [&](std::uint64_t i) {
    ::pthread_mutex_lock(&mutex);
    mp::probe::lock_acquired(lock, i);
    ++guarded;
    mp::probe::lock_released(lock, i);
    ::pthread_mutex_unlock(&mutex);
  };
  constexpr std::uint64_t kCalls = 5'000'000;
  const double mutex_ns = cost_ns(kCalls, bare);
  report("mutex_bare", mutex_ns, "ns/pair");
  for (const auto& [level, name] : {std::pair{Level::Off, "probe_off"},
                                    {Level::Standby, "probe_standby"},
                                    {Level::Normal, "probe_normal_uncontended"},
                                    {Level::Full, "probe_full"}}) {
    set_level(level);
    report(name, (cost_ns(kCalls, probed) - mutex_ns) / 2, "ns/op");
  }
  set_level(Level::Normal);
  report("probe_normal",
         cost_ns(kCalls, [&](std::uint64_t i) { mp::probe::queue_put(lock, i, 8); }), "ns/event");
  set_level(Level::Standby);
  report("probe_standby_put",
         cost_ns(kCalls, [&](std::uint64_t i) { mp::probe::queue_put(lock, i, 8); }), "ns/op");
  report("clock_monotonic", cost_ns(kCalls, [](std::uint64_t) { (void)mp::os::monotonic_ns(); }),
         "ns");
}

}  // namespace bench
