// Many items at once, and items into the caller's own memory.
#include "support/child_scope.hpp"
#include <libmp/queue.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;

std::vector<int> numbers(int first, std::size_t count) {
  std::vector<int> items(count);
  std::iota(items.begin(), items.end(), first);
  return items;
}

TEST(QueueMany, ComeInTheOrderInWhichTheyWerePut) {
  Queue<int> sut;
  std::vector<int> room(3);

  EXPECT_EQ(sut.put_many(numbers(0, 4)), 4u);
  sut.put(4);

  EXPECT_EQ(sut.qsize(), 5u);
  EXPECT_EQ(sut.get_many(room), 3u);
  EXPECT_EQ(room, numbers(0, 3));
  EXPECT_EQ(sut.get(), 3);
  EXPECT_EQ(sut.get_many(room), 1u);
  EXPECT_EQ(room.front(), 4);
  EXPECT_THROW(sut.get_many(room, 1ms), Empty);
}

TEST(QueueMany, NoneAtAllIsNoMistake) {
  Queue<int> sut;

  EXPECT_EQ(sut.put_many({}), 0u);
  EXPECT_EQ(sut.get_many({}), 0u);
}

// Whatever is mixed, in whatever portions: a queue behaves as one.
TEST(QueueMany, MixWithSingleItemsAnyhow) {
  std::mt19937 random(7);
  const auto pick = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  Queue<int> sut;
  std::deque<int> model;
  int next = 0;
  for (int step = 0; step < 3'000; ++step) {
    // Now and then beyond what the queue likes to live in, so that it has to leave and come back.
    const auto size = static_cast<std::size_t>(pick(50) == 0 ? pick(100'000) : pick(200));
    switch (pick(3)) {
      case 0:
        sut.put(next);
        model.push_back(next++);
        break;
      case 1:
        ASSERT_EQ(sut.put_many(numbers(next, size)), size);
        for (std::size_t i = 0; i < size; ++i) model.push_back(next++);
        break;
      case 2:
        if (model.empty()) break;
        ASSERT_EQ(sut.get(), model.front());
        model.pop_front();
        break;
      default:
        if (model.empty() || size == 0) break;
        std::vector<int> room(2 * size);
        const std::size_t got = sut.get_many(room);
        ASSERT_EQ(got, std::min(room.size(), model.size()));
        for (std::size_t i = 0; i < got; ++i) {
          ASSERT_EQ(room[i], model.front());
          model.pop_front();
        }
    }
    ASSERT_EQ(sut.qsize(), model.size());
  }
}

TEST(QueueMany, WaitForRoom) {
  Queue<int> sut(3);
  ChildScope producer([&] { return sut.put_many(numbers(0, 500)) == 500 ? 0 : 1; });

  for (int i = 0; i < 500; ++i) ASSERT_EQ(sut.get(10s), i);

  EXPECT_TRUE(producer.wait().ok()) << producer.wait().text();
}

TEST(QueueMany, AsManyAsFitInTime) {
  Queue<int> sut(3);

  EXPECT_EQ(sut.put_many(numbers(0, 5), 1ms), 3u);
  EXPECT_THROW(sut.put_many(numbers(3, 5), 1ms), Full);
  EXPECT_EQ(sut.get(), 0);
  EXPECT_EQ(sut.put_many(numbers(3, 5), 0ms), 1u);

  for (int i = 1; i < 4; ++i) EXPECT_EQ(sut.get(), i);
}

TEST(QueueMany, FlowBetweenManyProcesses) {
  constexpr int kProducers = 3;
  constexpr int kBatches = 200;
  for (const int maxsize : {0, 50}) {
    Queue<int> sut(maxsize);
    std::vector<std::unique_ptr<ChildScope>> producers;
    for (int i = 0; i < kProducers; ++i) {
      producers.push_back(std::make_unique<ChildScope>([&] {
        for (int batch = 0; batch < kBatches; ++batch)
          sut.put_many(numbers(1, static_cast<std::size_t>(batch)));
        return 0;
      }));
    }
    long expected = 0;
    for (long batch = 0; batch < kBatches; ++batch)
      expected += kProducers * batch * (batch + 1) / 2;

    long sum = 0;
    std::vector<int> room(77);
    for (long left = 3L * kBatches * (kBatches - 1) / 2; left > 0;) {
      const std::size_t got = sut.get_many(room, 10s);
      sum += std::accumulate(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(got), 0L);
      left -= static_cast<long>(got);
    }

    EXPECT_EQ(sum, expected);
    EXPECT_TRUE(sut.empty());
    for (auto& child : producers) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
  }
}

TEST(QueueMany, ItemsOfAnotherTypeAreRefusedAndStay) {
  Queue<int> as_int;
  auto& as_long = reinterpret_cast<Queue<long long>&>(as_int);  // two programs that disagree
  as_int.put(1);
  as_long.put(2);
  std::vector<int> room(5);

  EXPECT_EQ(as_int.get_many(room), 1u);
  EXPECT_THROW(as_int.get_many(room), RuntimeError);

  EXPECT_EQ(as_long.get(), 2);
}

TEST(QueueInto, KeepsTheMemoryOfTheCaller) {
  Queue<std::vector<int>> sut;
  std::vector<int> item;
  item.reserve(1000);
  const int* const memory = item.data();

  for (const std::size_t size : {1000u, 0u, 7u}) {
    sut.put(numbers(3, size));
    sut.get_into(item);
    EXPECT_EQ(item, numbers(3, size));
    EXPECT_EQ(item.data(), memory);
  }
  EXPECT_THROW(sut.get_into(item, 1ms), Empty);
  EXPECT_EQ(item, numbers(3, 7));
}

TEST(QueueInto, ASpanIsFilledAsFarAsTheItemGoes) {
  Queue<std::vector<int>> sut;
  std::vector<int> room(5, -1);
  sut.put(numbers(0, 5));
  sut.put(numbers(9, 2));

  EXPECT_EQ(sut.get_into(std::span(room)), 5u);
  EXPECT_EQ(room, numbers(0, 5));
  EXPECT_EQ(sut.get_into(std::span(room)), 2u);
  EXPECT_EQ(room, (std::vector{9, 10, 2, 3, 4}));
}

TEST(QueueInto, AnItemThatIsTooLongStays) {
  Queue<std::string> sut;
  std::string room(3, '.');
  sut.put("four");

  EXPECT_THROW(sut.get_into(std::span<char>(room)), BufferTooShort);

  EXPECT_EQ(room, "...");
  EXPECT_EQ(sut.get(), "four");
}

TEST(QueueInto, TakesWhateverSerialises) {
  Queue<std::vector<std::string>> sut;
  std::vector<std::string> item{"old"};
  sut.put({"a", "b"});

  sut.get_into(item);

  EXPECT_EQ(item, (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace mp
