// Queue as its users see it: order, bounds, timeouts, closing, types.
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include "support/shared_page.hpp"
#include <libmp/queue.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using support::SharedPage;
using testing::HasSubstr;

TEST(Queue, GivesItemsInTheOrderInWhichTheyWerePut) {
  Queue<int> sut;
  for (int i = 0; i < 10'000; ++i) sut.put(i);

  for (int i = 0; i < 10'000; ++i) ASSERT_EQ(sut.get(), i);
  EXPECT_TRUE(sut.empty());
}

TEST(Queue, CountsItsItemsExactly) {
  Queue<int> sut(3);
  EXPECT_EQ(sut.qsize(), 0u);
  EXPECT_TRUE(sut.empty());
  EXPECT_FALSE(sut.full());

  sut.put(1);
  sut.put(2);
  sut.put(3);

  EXPECT_EQ(sut.qsize(), 3u);
  EXPECT_FALSE(sut.empty());
  EXPECT_TRUE(sut.full());
  sut.get();
  EXPECT_EQ(sut.qsize(), 2u);
  EXPECT_FALSE(sut.full());
}

TEST(Queue, IsNeverFullWithoutABound) {
  for (const int maxsize : {0, -1}) {
    Queue<int> sut(maxsize);
    for (int i = 0; i < 1000; ++i) sut.put_nowait(i);
    EXPECT_FALSE(sut.full());
  }
}

TEST(Queue, GetOfAnEmptyOneIsEmpty) {
  Queue<int> sut({.name = "jobs"});

  EXPECT_THROW(sut.get_nowait(), Empty);
  EXPECT_THROW(sut.get(false), Empty);
  EXPECT_THROW(sut.get(20ms), Empty);
  EXPECT_THROW(sut.get(true, 1ms), Empty);
  EXPECT_THROW(sut.get(-1s), Empty);
  try {
    sut.get_nowait();
  } catch (const Empty& error) {
    EXPECT_THAT(error.what(), HasSubstr("Queue 'jobs'"));
  }
  sut.put(1);
  EXPECT_EQ(sut.get_nowait(), 1);
}

TEST(Queue, PutIntoAFullOneIsFull) {
  Queue<int> sut({.maxsize = 2, .name = "jobs"});
  sut.put_nowait(1);
  sut.put(2, 1s);

  EXPECT_THROW(sut.put_nowait(3), Full);
  EXPECT_THROW(sut.put(3, false), Full);
  EXPECT_THROW(sut.put(3, 20ms), Full);
  EXPECT_THROW(sut.put(3, true, 1ms), Full);
  EXPECT_EQ(sut.qsize(), 2u);
  EXPECT_EQ(sut.get(), 1);
  sut.put_nowait(3);
  EXPECT_EQ(sut.get(), 2);
  EXPECT_EQ(sut.get(), 3);
}

TEST(Queue, AGetterWaitsForAnotherProcess) {
  Queue<int> there;
  Queue<int> back;
  ChildScope child([&] {
    for (int i = 0; i < 200; ++i) back.put(there.get() + 1);
    return 0;
  });

  for (int i = 0; i < 200; ++i) {
    there.put(i);
    if (i % 20 == 0)
      ::usleep(3000);  // beyond what anybody spins: both sides have to sleep and wake
    ASSERT_EQ(back.get(10s), i + 1);
  }

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Queue, APutterWaitsForRoom) {
  Queue<int> sut(2);
  ChildScope producer([&] {
    for (int i = 0; i < 500; ++i) sut.put(i);
    return 0;
  });

  for (int i = 0; i < 500; ++i) {
    if (i % 50 == 0) ::usleep(3000);
    ASSERT_EQ(sut.get(10s), i);
    ASSERT_LE(sut.qsize(), 2u);
  }

  EXPECT_TRUE(producer.wait().ok()) << producer.wait().text();
}

TEST(Queue, GetNowaitDoesNotWaitForAGetterThatWaits) {
  Queue<int> sut;
  PipeGate about_to_wait;
  ChildScope waiter([&] {
    about_to_wait.open();
    return sut.get(20s);
  });
  ASSERT_EQ(about_to_wait.pass(), 0);

  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(sut.get_nowait(), Empty);
    ::usleep(500);
  }

  sut.put(7);
  EXPECT_EQ(waiter.wait().code, 7) << waiter.wait().text();
}

TEST(Queue, PutNowaitDoesNotWaitForAPutterThatWaits) {
  Queue<int> sut(1);
  sut.put(1);
  PipeGate about_to_wait;
  ChildScope waiter([&] {
    about_to_wait.open();
    sut.put(2, 20s);
    return 0;
  });
  ASSERT_EQ(about_to_wait.pass(), 0);

  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(sut.put_nowait(3), Full);
    ::usleep(500);
  }

  EXPECT_EQ(sut.get(), 1);
  EXPECT_EQ(sut.get(10s), 2);
}

// Each producer's items in order, none lost, none twice.
TEST(Queue, KeepsTheOrderOfEachOfManyProducers) {
  constexpr int kProducers = 4;
  constexpr int kConsumers = 3;
  constexpr int kEach = 20'000;
  struct Item {
    int producer;
    int number;
  };
  struct Tally {
    std::atomic<long> got;
    std::atomic<long> sum;
  };
  for (const int maxsize : {0, 5}) {
    Queue<Item> sut(maxsize);
    SharedPage<Tally> tally;
    std::vector<std::unique_ptr<ChildScope>> crew;
    for (int producer = 0; producer < kProducers; ++producer) {
      crew.push_back(std::make_unique<ChildScope>([&, producer] {
        for (int number = 0; number < kEach; ++number) sut.put({producer, number});
        return 0;
      }));
    }
    for (int consumer = 0; consumer < kConsumers; ++consumer) {
      crew.push_back(std::make_unique<ChildScope>([&] {
        std::vector<int> last(kProducers, -1);
        while (tally->got.fetch_add(1) < long{kProducers} * kEach) {
          const Item item = sut.get();
          if (item.number <= last[static_cast<std::size_t>(item.producer)]) return 1;
          last[static_cast<std::size_t>(item.producer)] = item.number;
          tally->sum += item.number;
        }
        return 0;
      }));
    }

    for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
    EXPECT_EQ(tally->sum, long{kProducers} * kEach * (kEach - 1) / 2);
    EXPECT_EQ(sut.qsize(), 0u);
  }
}

TEST(Queue, ThreadsOfOneProcessShareIt) {
  constexpr int kEach = 5'000;
  Queue<int> sut(16);
  std::atomic<long> sum = 0;

  {
    std::vector<std::jthread> crew;
    for (int i = 0; i < 3; ++i) {
      crew.emplace_back([&] {
        for (int item = 0; item < kEach; ++item) sut.put(item);
      });
      crew.emplace_back([&] {
        for (int item = 0; item < kEach; ++item) sum += sut.get();
      });
    }
  }

  EXPECT_EQ(sum, 3L * kEach * (kEach - 1) / 2);
}

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + size);
  return text;
}

TEST(Queue, CarriesItemsFromNothingToFiveMebibytes) {
  const std::vector<std::size_t> sizes{0,       1,         7,         8,         9,
                                       4095,    4096,      65'535,    1 << 20,   (1 << 20) + 1,
                                       5 << 20, (5 << 20), (5 << 20), (3 << 20), 1};
  Queue<std::string> sut;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : sizes) sut.put(pattern(size));
    for (const std::size_t size : sizes) ASSERT_TRUE(sut.get() == pattern(size)) << size;
    for (const std::size_t size : sizes) {
      sut.put(pattern(size));
      ASSERT_TRUE(sut.get() == pattern(size)) << size;
    }
  }
}

TEST(Queue, CarriesBigItemsBetweenProcesses) {
  Queue<std::vector<int>> sut(4);
  ChildScope producer([&] {
    for (int i = 0; i < 100; ++i) sut.put(std::vector<int>(300'000, i));
    return 0;
  });

  for (int i = 0; i < 100; ++i) {
    const std::vector<int> item = sut.get(20s);
    ASSERT_EQ(item.size(), 300'000u);
    ASSERT_EQ(item.front(), i);
    ASSERT_EQ(item.back(), i);
  }

  EXPECT_TRUE(producer.wait().ok()) << producer.wait().text();
}

TEST(Queue, CarriesWhateverSerialises) {
  struct Job {
    std::string path;
    std::vector<std::map<std::string, double>> tables;
    std::optional<int> retries;
    bool operator==(const Job&) const = default;
  };
  Queue<Job> sut;
  const Job job{"a/b", {{{"x", 1.5}}, {}}, 3};

  sut.put(job);
  sut.put({});

  EXPECT_EQ(sut.get(), job);
  EXPECT_EQ(sut.get(), Job{});
}

TEST(Queue, CarriesBoolsAndEmptyTypes) {
  struct Nothing {
    bool operator==(const Nothing&) const = default;
  };
  Queue<bool> bools;
  Queue<Nothing> nothings;

  bools.put(true);
  bools.put(false);
  nothings.put({});

  EXPECT_TRUE(bools.get());
  EXPECT_FALSE(bools.get());
  EXPECT_EQ(nothings.get(), Nothing{});
}

TEST(Queue, CarriesObjectsUnlessToldOtherwise) {
  Queue<> sut;
  ChildScope producer([&] {
    sut.put(mp::list{42, nullptr, "hello"});
    sut.put("text");
    sut.put(2.5);
    return 0;
  });

  EXPECT_EQ(sut.get(10s), (mp::list{42, nullptr, "hello"}));
  EXPECT_EQ(sut.get(10s), Object("text"));
  EXPECT_EQ(sut.get(10s), Object(2.5));
  EXPECT_TRUE(producer.wait().ok()) << producer.wait().text();
}

TEST(Queue, AnItemThatCannotBePickledIsTheCallersErrorAndNothingWasPut) {
  Queue<> sut;
  Object bottomless = mp::list{};
  for (int i = 0; i < 2000; ++i) bottomless = mp::list{bottomless};

  EXPECT_THROW(sut.put(bottomless), PicklingError);

  EXPECT_EQ(sut.qsize(), 0u);
  sut.put(1);
  EXPECT_EQ(sut.get().as<int>(), 1);
}

TEST(Queue, ClosingConcernsThisProcessOnly) {
  Queue<int> sut({.name = "jobs"});
  sut.put(1);
  PipeGate closed;
  ChildScope other([&] {
    if (closed.pass() != 0) return 1;
    sut.put(2);
    return sut.get() == 1 ? 0 : 2;
  });

  sut.close();
  sut.close();
  closed.open();

  EXPECT_THROW(sut.put(3), ValueError);
  EXPECT_THROW(sut.put_nowait(3), ValueError);
  EXPECT_THROW(sut.get(), ValueError);
  EXPECT_THROW((void)sut.qsize(), ValueError);
  EXPECT_TRUE(other.wait().ok()) << other.wait().text();
}

TEST(Queue, JoinThreadWantsAClosedQueue) {
  Queue<int> sut;

  EXPECT_THROW(sut.join_thread(), AssertionError);
  sut.cancel_join_thread();
  sut.close();
  sut.join_thread();
}

// In Python this dead-locks: there a producer cannot end before somebody has read its items.
TEST(Queue, AProducerCanBeJoinedBeforeItsItemsAreRead) {
  Queue<std::string> sut;
  ChildScope producer([&] {
    sut.put(std::string(1'000'000, 'X'));
    return 0;
  });

  ASSERT_TRUE(producer.wait().ok()) << producer.wait().text();

  EXPECT_EQ(sut.get().size(), 1'000'000u);
}

TEST(Queue, CopiesAreHandlesOfOneQueue) {
  Queue<int> original({.maxsize = 5, .name = "jobs"});
  Queue<int> copy = original;
  Queue<int> moved = std::move(copy);

  moved.put(1);

  EXPECT_EQ(original.qsize(), 1u);
  EXPECT_EQ(copy.get(), 1) << "a queue that was moved from is still a queue";
  EXPECT_EQ(moved.name(), "jobs");
  EXPECT_EQ(moved.maxsize(), 5);
}

TEST(Queue, WaitingSurvivesAStormOfSignals) {
  Queue<int> items(1);
  Queue<int> answers(1);
  ChildScope child([&] {
    ::signal(SIGALRM, [](int) {});
    const itimerval every{{0, 300}, {0, 300}};
    ::setitimer(ITIMER_REAL, &every, nullptr);
    for (int i = 0; i < 100; ++i) answers.put(items.get());
    return 0;
  });

  for (int i = 0; i < 100; ++i) {
    if (i % 10 == 0) ::usleep(5000);
    items.put(i, 10s);
    ASSERT_EQ(answers.get(10s), i);
  }

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

// Spinning for a peer that cannot run would take for ever.
TEST(Queue, FlowsOnOneProcessor) {
  ChildScope child([] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(::sched_getcpu(), &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0) return 1;
    Queue<int> items(2);
    std::vector<std::unique_ptr<ChildScope>> producers;
    for (int i = 0; i < 3; ++i) {
      producers.push_back(std::make_unique<ChildScope>([&] {
        for (int item = 0; item < 2000; ++item) items.put(item);
        return 0;
      }));
    }
    long sum = 0;
    for (int i = 0; i < 6000; ++i) sum += items.get();
    return sum == 3L * 2000 * 1999 / 2 ? 0 : 2;
  });

  EXPECT_TRUE(child.wait().ok()) << child.wait().text();
}

TEST(Queue, AnItemOfAnotherTypeIsRefusedAndStays) {
  Queue<int> as_int;
  auto& as_long = reinterpret_cast<Queue<long long>&>(as_int);  // two programs that disagree
  as_long.put(5);

  EXPECT_THROW(as_int.get(), RuntimeError);

  EXPECT_EQ(as_long.get(), 5);
}

}  // namespace
}  // namespace mp
