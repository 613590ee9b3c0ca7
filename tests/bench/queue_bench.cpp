// Queue: the workloads that CPython's is measured with, typed and with objects.
#include "bench/bench.hpp"
#include <libmp/queue.hpp>

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

constexpr int kItems = 1'000'000;
constexpr int kObjects = 200'000;
constexpr int kTrips = 50'000;
constexpr int kBlocks = 3'000;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

void require(bool is_right) {
  if (!is_right) std::abort();
}

template <typename T>
void flow(const std::string& workload, int producers, int items) {
  mp::Queue<T> queue;
  const int each = items / producers;
  const bench::Stopwatch watch;
  std::vector<bench::Peer> peers;
  for (int i = 0; i < producers; ++i) {
    peers.emplace_back([&] {
      for (int item = 0; item < each; ++item) queue.put(item);
    });
  }
  long sum = 0;
  for (int i = 0; i < each * producers; ++i) {
    if constexpr (std::is_same_v<T, mp::Object>) {
      sum += queue.get().template as<int>();
    } else {
      sum += queue.get();
    }
  }
  bench::report(workload, each * producers / watch.seconds(), "msg/s");
  require(sum == static_cast<long>(producers) * each * (each - 1) / 2 && queue.empty());
}

template <typename T>
void bulk(const std::string& workload, const T& block) {
  mp::Queue<T> queue(4);
  const bench::Stopwatch watch;
  const bench::Peer producer([&] {
    for (int i = 0; i < kBlocks; ++i) queue.put(block);
  });
  std::size_t got = 0;
  for (int i = 0; i < kBlocks; ++i) got += queue.get().size();
  bench::report(workload, static_cast<double>(got) / watch.seconds() / 1e6, "MB/s");
  require(got == kBlocks * kBlockBytes);
}

template <typename T>
void round_trip(const std::string& workload) {
  mp::Queue<T> there;
  mp::Queue<T> back;
  const bench::Peer echo([&] {
    for (int i = 0; i < kTrips; ++i) back.put(there.get());
  });
  const bench::Stopwatch watch;
  for (int i = 0; i < kTrips; ++i) {
    there.put(i);
    require(back.get() == T(i));
  }
  bench::report(workload, watch.seconds() / kTrips * 1e6, "us/rtt");
}

void alone() {
  mp::Queue<int> queue;
  const bench::Stopwatch watch;
  for (int i = 0; i < kItems; ++i) {
    queue.put(i);
    require(queue.get() == i);
  }
  bench::report("queue_put_get_1p", watch.seconds() / kItems * 1e9, "ns/pair");
}

}  // namespace

void bench_queue() {
  flow<int>("queue_1p1c_int", 1, kItems);
  flow<int>("queue_2p1c_int", 2, kItems);
  bulk("queue_bulk_1MiB", std::vector<std::byte>(kBlockBytes));
  round_trip<int>("queue_rtt");
  alone();
  flow<mp::Object>("queue_1p1c_int(object)", 1, kObjects);
  flow<mp::Object>("queue_2p1c_int(object)", 2, kObjects);
  round_trip<mp::Object>("queue_rtt(object)");
}
