// Queue and SimpleQueue: the workloads that CPython's are measured with, typed and with objects.
#include "bench/bench.hpp"
#include <libmp/queue.hpp>
#include <libmp/simple_queue.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <numeric>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <sys/mman.h>

namespace {

constexpr int kItems = 1'000'000;
constexpr int kObjects = 200'000;
constexpr int kTrips = 50'000;
constexpr int kBlocks = 3'000;
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

void require(bool is_right) {
  if (!is_right) std::abort();
}

template <typename Queue>
void flow(const std::string& workload, int producers, int items) {
  Queue queue;
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
    if constexpr (std::is_same_v<typename Queue::value_type, mp::Object>) {
      sum += queue.get().template as<int>();
    } else {
      sum += queue.get();
    }
  }
  bench::report(workload, each * producers / watch.seconds(), "msg/s");
  require(sum == static_cast<long>(producers) * each * (each - 1) / 2 && queue.empty());
}

// Portions of `batch`, one as large as the next.
void batches(const std::string& workload, std::size_t batch) {
  constexpr std::size_t kMany = 20'000'000;
  mp::Queue<int> queue;
  const bench::Stopwatch watch;
  const bench::Peer producer([&] {
    std::vector<int> items(batch);
    std::iota(items.begin(), items.end(), 0);
    for (std::size_t put = 0; put < kMany; put += batch) {
      // Not more than what a consumer that keeps up would leave.
      while (queue.qsize() > 64 * 1024) {
      }
      queue.put_many(items);
    }
  });
  long sum = 0;
  std::size_t got = 0;
  for (std::vector<int> room(batch); got < kMany;) {
    const std::size_t count = queue.get_many(room);
    sum = std::accumulate(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(count), sum);
    got += count;
  }
  bench::report(workload, static_cast<double>(got) / watch.seconds(), "msg/s");
  const long of_batch = static_cast<long>(batch * (batch - 1) / 2);
  require(sum == static_cast<long>(got / batch) * of_batch && queue.empty());
}

template <typename T, typename Get>
void bulk(const std::string& workload, const T& block, Get&& get) {
  mp::Queue<T> queue(4);
  const bench::Stopwatch watch;
  const bench::Peer producer([&] {
    for (int i = 0; i < kBlocks; ++i) queue.put(block);
  });
  std::size_t got = 0;
  for (int i = 0; i < kBlocks; ++i) got += get(queue);
  bench::report(workload, static_cast<double>(got) / watch.seconds() / 1e6, "MB/s");
  require(got == kBlocks * kBlockBytes);
}

void bulks() {
  using Block = std::vector<std::byte>;
  const Block block(kBlockBytes);
  bulk("queue_bulk_1MiB", block, [](mp::Queue<Block>& queue) { return queue.get().size(); });
  Block room;
  bulk("queue_bulk_1MiB(into)", block, [&](mp::Queue<Block>& queue) {
    queue.get_into(room);
    return room.size();
  });
}

// Blocks that are made by one and used by the other: with a copy into the queue and one out of it,
// and where they lie.
using Words = std::vector<std::uint64_t>;
constexpr std::size_t kWords = kBlockBytes / sizeof(std::uint64_t);

void make_words(std::span<std::uint64_t> words) { std::iota(words.begin(), words.end(), 0); }
std::uint64_t sum_of(std::span<const std::uint64_t> words) {
  return std::accumulate(words.begin(), words.end(), std::uint64_t{0});
}

template <typename Put, typename Get>
void make_and_use(const std::string& workload, Put&& put, Get&& get) {
  mp::Queue<Words> queue(4);
  const bench::Stopwatch watch;
  const bench::Peer producer([&] {
    for (int i = 0; i < kBlocks; ++i) put(queue);
  });
  for (int i = 0; i < kBlocks; ++i) require(get(queue) == kWords * (kWords - 1) / 2);
  bench::report(workload, kBlocks * double{kBlockBytes} / watch.seconds() / 1e6, "MB/s");
}

void loans() {
  Words room(kWords);
  make_and_use(
      "queue_made_1MiB(copied)",
      [&](mp::Queue<Words>& queue) {
        make_words(room);
        queue.put(room);
      },
      [&](mp::Queue<Words>& queue) {
        queue.get_into(room);
        return sum_of(room);
      });
  make_and_use(
      "queue_made_1MiB(in place)",
      [](mp::Queue<Words>& queue) { queue.with_loan(kWords, make_words); },
      [](mp::Queue<Words>& queue) { return queue.borrow(sum_of); });
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
  using mp::Object;
  flow<mp::Queue<int>>("queue_1p1c_int", 1, kItems);
  flow<mp::Queue<int>>("queue_2p1c_int", 2, kItems);
  flow<mp::SimpleQueue<int>>("simple_queue_1p1c_int", 1, kItems);
  batches("queue_1p1c_int(batch of 16)", 16);
  batches("queue_1p1c_int(batch of 256)", 256);
  bulks();
  loans();
  round_trip<int>("queue_rtt");
  alone();
  flow<mp::Queue<Object>>("queue_1p1c_int(object)", 1, kObjects);
  flow<mp::Queue<Object>>("queue_2p1c_int(object)", 2, kObjects);
  flow<mp::SimpleQueue<Object>>("simple_queue_1p1c_int(object)", 1, kObjects);
  round_trip<Object>("queue_rtt(object)");
}

// As many processes as one may want on one queue, and every item once.
void bench_many() {
  constexpr int kEach = 64;
  constexpr int kItemsOfOne = 156'250;  // ten million in all
  constexpr int kStop = -1;
  void* const memory = ::mmap(nullptr, sizeof(std::atomic<long>), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED);
  auto& sum = *new (memory) std::atomic<long>(0);
  mp::Queue<int> queue;
  const bench::Stopwatch watch;
  std::vector<bench::Peer> consumers;
  std::vector<bench::Peer> producers;
  for (int i = 0; i < kEach; ++i) {
    consumers.emplace_back([&] {
      long mine = 0;
      for (int item = queue.get(); item != kStop; item = queue.get()) mine += item;
      sum += mine;
    });
    producers.emplace_back([&] {
      for (int item = 0; item < kItemsOfOne; ++item) queue.put(item);
    });
  }
  producers.clear();
  for (int i = 0; i < kEach; ++i) queue.put(kStop);
  consumers.clear();
  bench::report("queue_64p64c_int", kEach * kItemsOfOne / watch.seconds(), "msg/s");
  require(sum == long{kEach} * kItemsOfOne * (kItemsOfOne - 1) / 2 && queue.empty());
}
