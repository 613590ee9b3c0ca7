// SIGKILL at random instructions of processes that put and get many items at once.
#include "kill/storm.hpp"
#include "support/child_scope.hpp"
#include "support/shared_page.hpp"
#include <libmp/queue.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;

constexpr int kProducers = 3;
constexpr int kConsumers = 3;
constexpr int kKills = 200;
constexpr std::size_t kBatch = 300;               // several portions of the queue's own
constexpr std::uint64_t kMostItems = 16'000'000;  // of one producer

struct Shared {
  std::atomic<std::uint64_t> begun[kProducers];  // numbers that may have been put: 1, 2, ...
  std::atomic<std::uint64_t> put[kProducers];    // numbers that have been put for certain
  std::atomic<std::uint64_t> uncertain;          // were being put when their producer died
  std::atomic<std::uint64_t> got;
  std::atomic<std::uint64_t> consumer_deaths;
  std::atomic<bool> stop_producing;
  std::atomic<bool> stop;
  std::atomic<std::uint8_t> times[kProducers][kMostItems + kBatch + 1];
};

struct Item {
  std::uint64_t producer;
  std::uint64_t number;
};

void require(bool is_right, const std::string& what) {
  if (!is_right) throw std::runtime_error(what);
}

void produce(mp::Queue<Item> queue, Shared& shared, std::uint64_t producer) {
  std::vector<Item> batch(kBatch);
  while (!shared.stop_producing && shared.begun[producer] < kMostItems) {
    if (queue.qsize() > 20'000) {
      ::usleep(100);
      continue;
    }
    for (std::size_t i = 0; i < kBatch; ++i) batch[i] = {producer, shared.begun[producer] + 1 + i};
    shared.begun[producer] += kBatch;
    require(queue.put_many(batch) == kBatch, "not all were put");
    shared.put[producer] += kBatch;
  }
}

void consume(mp::Queue<Item> queue, Shared& shared) {
  std::vector<Item> room(kBatch / 3);
  std::array<std::uint64_t, kProducers> last{};
  while (!shared.stop) {
    std::size_t count = 0;
    try {
      count = queue.get_many(room, 10ms);
    } catch (const mp::Empty&) {
      continue;
    }
    for (const Item& item : std::span(room).first(count)) {
      require(item.producer < kProducers && item.number <= shared.begun[item.producer],
              "an item nobody put");
      require(item.number > last[item.producer], "order of one producer");
      last[item.producer] = item.number;
      require(shared.times[item.producer][item.number].fetch_add(1) == 0, "an item came twice");
    }
    shared.got += count;
  }
}

// Of what its producer was putting when it died, the first ones are in the queue, or none.
void account_for_death(Shared& shared, int index) {
  if (index >= kProducers) {
    ++shared.consumer_deaths;
    return;
  }
  shared.uncertain += shared.begun[index] - shared.put[index];
  shared.put[index] = shared.begun[index].load();
}

int storm() {
  support::SharedPage<Shared> page;
  Shared& shared = *page;
  mp::Queue<Item> queue;
  Storm crew(
      kProducers + kConsumers,
      [&](int index) {
        if (index < kProducers) {
          produce(queue, shared, static_cast<std::uint64_t>(index));
        } else {
          consume(queue, shared);
        }
      },
      20240605);
  for (int kills = 0; kills < kKills; ++kills) {
    Storm::require_progress([&] { return shared.got.load(); }, "items got");
    crew.strike(1500us, [&](int index) { account_for_death(shared, index); });
  }
  shared.stop_producing = true;
  Storm::require_soon([&] { return queue.empty(); }, "the queue is emptied at the end");
  shared.stop = true;
  crew.finish();

  std::uint64_t missing = 0;
  for (int producer = 0; producer < kProducers; ++producer) {
    for (std::uint64_t number = 1; number <= shared.begun[producer]; ++number)
      if (shared.times[producer][number] == 0) ++missing;
  }
  require(missing <= shared.uncertain + shared.consumer_deaths * (kBatch / 3),
          std::to_string(missing) + " items lost");
  require(shared.consumer_deaths > kKills / 4 && shared.got > kKills * kBatch,
          "the storm was too calm to prove anything");
  return 0;
}

TEST(QueueBatchKill, NothingIsLostTornOrRepeated) {
  support::ChildScope child([] { return storm(); }, 150s);

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

}  // namespace
}  // namespace kill_test
