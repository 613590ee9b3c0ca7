// What many processes on one queue cost, at rest and at work.
#include "os/process_id.hpp"
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/queue.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;

using Crew = std::vector<std::unique_ptr<ChildScope>>;

bool all_sleep(const Crew& crew) {
  for (const auto& child : crew) {
    const auto status = os::process_status(static_cast<std::uint32_t>(child->pid()));
    if (!status || status->state != 'S') return false;
  }
  return true;
}

std::chrono::nanoseconds processor_time(const Crew& crew) {
  std::uint64_t sum = 0;
  for (const auto& child : crew)
    sum += os::process_status(static_cast<std::uint32_t>(child->pid()))->cpu_ns;
  return std::chrono::nanoseconds(sum);
}

TEST(QueueLoad, WhoIsBlockedUsesNoProcessor) {
  constexpr int kEach = 8;
  Queue<int> empty;
  Queue<int> full(1);
  full.put(0);
  PipeGate about_to_block;
  Crew crew;
  for (int i = 0; i < kEach; ++i) {
    crew.push_back(std::make_unique<ChildScope>([&] {
      about_to_block.open();
      return empty.get();
    }));
    crew.push_back(std::make_unique<ChildScope>([&] {
      about_to_block.open();
      full.put(0);
      return 0;
    }));
  }
  for (int i = 0; i < 2 * kEach; ++i) ASSERT_EQ(about_to_block.pass(), 0);
  while (!all_sleep(crew)) std::this_thread::yield();

  const auto before = processor_time(crew);
  std::this_thread::sleep_for(1s);  // the measured time itself
  const auto used = processor_time(crew) - before;

  EXPECT_LT(used, 160ms) << "of sixteen processes in a second: not 1 % each";
  for (int i = 0; i < kEach; ++i) empty.put(0);
  for (int i = 0; i < kEach; ++i) EXPECT_EQ(full.get(10s), 0);
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
}

TEST(QueueLoad, SixtyFourProducersAndConsumersMoveEveryItem) {
  constexpr int kEach = 64;
  constexpr long kItems = 300;  // of one producer
  constexpr int kStop = -1;
  SharedPage<std::atomic<long>> sum;
  Queue<int> sut;
  const auto crew_of = [&](auto&& work) {
    Crew crew;
    for (int i = 0; i < kEach; ++i)
      crew.push_back(std::make_unique<ChildScope>(
          [work] {
            work();
            return 0;
          },
          100s));
    return crew;
  };
  Crew consumers = crew_of([&] {
    for (int item = sut.get(); item != kStop; item = sut.get()) *sum += item;
  });
  Crew producers = crew_of([&] {
    for (int item = 0; item < kItems; ++item) sut.put(item);
  });

  for (auto& child : producers) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
  for (int i = 0; i < kEach; ++i) sut.put(kStop);
  for (auto& child : consumers) EXPECT_TRUE(child->wait().ok()) << child->wait().text();

  EXPECT_EQ(*sum, kEach * kItems * (kItems - 1) / 2);
  EXPECT_TRUE(sut.empty());
}

}  // namespace
}  // namespace mp
