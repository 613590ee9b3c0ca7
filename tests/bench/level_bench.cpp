// What each level of the probes costs where it is noticed: the same operations, without anybody to
// wait for, at levels 0 to 3 in turn.
#include "bench/bench.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/live_process.hpp"
#include <libmp/connection.hpp>
#include <libmp/lock.hpp>
#include <libmp/queue.hpp>
#include <libmp/semaphore.hpp>
#include <libmp/value.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace {

using mp::probe::Level;

constexpr std::array kLevels = {Level::Off, Level::Standby, Level::Normal, Level::Full};
constexpr int kCalls = 2'000'000;
constexpr int kSystemCalls = 100'000;  // of those that enter the kernel

void set_level(Level level) {
  mp::probe::live()->control->level.store(static_cast<std::uint32_t>(level),
                                          std::memory_order_relaxed);
}

// The levels take turns within each round, so that what disturbs disturbs all of them.
template <typename Step>
void at_every_level(const std::string& workload, int calls, Step&& step) {
  constexpr int kRounds = 3;
  std::array<double, kLevels.size()> best{};
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t level = 0; level < kLevels.size(); ++level) {
      set_level(kLevels[level]);
      const double seconds = bench::best_seconds(calls / kRounds, step);
      if (round == 0 || seconds < best[level]) best[level] = seconds;
    }
  }
  set_level(Level::Standby);
  for (std::size_t level = 0; level < kLevels.size(); ++level) {
    bench::report(workload + "(level " + std::to_string(level) + ")", best[level] * 1e9, "ns");
  }
}

}  // namespace

void bench_levels() {
  mp::Lock lock;
  at_every_level("lock_pair", kCalls, [&] {
    lock.acquire();
    lock.release();
  });
  mp::Semaphore semaphore(1);
  at_every_level("semaphore_pair", kCalls, [&] {
    semaphore.acquire();
    semaphore.release();
  });
  mp::Value<long long> value(0);
  at_every_level("value_increment", kCalls, [&] { value += 1; });
  mp::Queue<int> queue;
  at_every_level("queue_put_get", kCalls, [&] {
    queue.put(1);
    (void)queue.get();
  });
  auto [here, there] = mp::Pipe();
  std::array<std::byte, 64> bytes{};
  at_every_level("pipe_send_recv_bytes64", kSystemCalls, [&] {
    here.send_bytes(bytes);
    (void)there.recv_bytes_into(bytes);
  });
}
