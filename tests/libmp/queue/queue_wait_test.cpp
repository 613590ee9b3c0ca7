// Queues among the objects of wait(): what counts as ready, who is told, and what is left when the
// one who should tell is killed.
#include "libmp/proc/guarded.hpp"
#include "support/process_state.hpp"
#include <libmp/libmp.hpp>

#include <algorithm>
#include <csignal>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using proc_test::Guarded;
using proc_test::kPatience;
using proc_test::sleep_for_ever;

bool has_rung(const Waitable& queue, std::chrono::milliseconds patience = 0ms) {
  pollfd bell{queue.source()->eventfd(), POLLIN, 0};
  return ::poll(&bell, 1, static_cast<int>(patience.count())) == 1;
}

TEST(QueueWait, OfAllKindsInTheOrderGiven) {
  Queue<int> first;
  JoinableQueue<int> second;
  SimpleQueue<int> third;
  auto [reader, writer] = Pipe(false);
  EXPECT_TRUE(wait({first, second, third, reader}, 1ms).empty());

  writer.send(1);
  third.put(1);
  second.put(1);

  const std::vector<Waitable> ready = wait({first, third, reader, second}, kPatience);
  ASSERT_EQ(ready.size(), 3u);
  EXPECT_EQ(ready[0], third);
  EXPECT_EQ(ready[1], reader);
  EXPECT_EQ(ready[2], second);
}

TEST(QueueWait, HandlesOfOneQueueAreEqual) {
  Queue<int> queue;
  const Queue<int> same = queue;
  const Queue<int> other;

  EXPECT_EQ(Waitable(queue), same);
  EXPECT_FALSE(Waitable(queue) == other);
}

TEST(QueueWait, AnItemIsReadyUntilItIsTaken) {
  Queue<int> queue;
  for (int i = 0; i < 100; ++i) {
    queue.put(i);
    EXPECT_EQ(wait({queue}, kPatience).size(), 1u);
    EXPECT_EQ(wait({queue}, 0s).size(), 1u);
    EXPECT_EQ(queue.get(), i);
    EXPECT_TRUE(wait({queue}, i % 10 == 0 ? 1ms : 0ms).empty()) << "an old bell is no item";
  }
}

TEST(QueueWait, LookingOnceCostsThePutterNothing) {
  Queue<int> queue;
  EXPECT_TRUE(wait({queue}, 0s).empty());
  EXPECT_TRUE(wait({queue}, -1s).empty());

  queue.put(1);

  EXPECT_FALSE(has_rung(queue));
}

TEST(QueueWait, OnePutRingsForAllWhoSleepAndTheNextForNobody) {
  Queue<int> queue;
  const Waitable watched = queue;
  EXPECT_FALSE(watched.source()->watch());
  EXPECT_FALSE(watched.source()->watch());

  queue.put(1);
  EXPECT_TRUE(has_rung(queue));
  EXPECT_TRUE(watched.source()->is_ready());

  EXPECT_EQ(queue.get(), 1);
  EXPECT_TRUE(wait({queue}, 1ms).empty()) << "this silences the bell, and watches again";
  EXPECT_FALSE(has_rung(queue));
  queue.put(2);
  EXPECT_TRUE(has_rung(queue));
}

TEST(QueueWait, ManyAtOnceRingTooAndSoDoesABatchThatHasToWaitForRoom) {
  Queue<int> queue(4);
  const std::vector<int> items{1, 2, 3, 4, 5, 6};
  std::jthread producer([&] { EXPECT_EQ(queue.put_many(items), items.size()); });

  std::vector<int> got;
  while (got.size() < items.size() && !wait({queue}, kPatience).empty()) got.push_back(queue.get());

  EXPECT_EQ(got, items);
}

TEST(QueueWait, TheEndOfAQueueIsReady) {
  for (const bool immediate : {false, true}) {
    Queue<int> queue;
    EXPECT_FALSE(Waitable(queue).source()->watch());

    queue.shutdown(immediate);

    EXPECT_TRUE(has_rung(queue));
    EXPECT_EQ(wait({queue}, kPatience).size(), 1u);
    EXPECT_THROW(queue.get(), ShutDown);
  }
  Queue<int> ending({.ends_with_producers = true});
  EXPECT_TRUE(wait({ending}, 0s).empty());
  ending.close_put();
  EXPECT_EQ(wait({ending}, kPatience).size(), 1u);
  EXPECT_THROW(ending.get(), EOFError);
}

TEST(QueueWait, AQueueClosedHereIsTheErrorOfGet) {
  Queue<int> queue(QueueOptions{.name = "jobs"});
  SimpleQueue<int> simple;
  const Waitable made_before = queue;
  queue.close();
  simple.close();

  EXPECT_TRUE(proc_test::throws<ValueError>([&] { (void)wait({queue}); },
                                            "Queue 'jobs' is closed in this process: wait()"));
  EXPECT_THROW((void)wait({made_before}), ValueError);
  EXPECT_THROW((void)wait({simple}), OSError);
}

TEST(QueueWait, ClosingAQueueEndsTheWaitOfAnotherThread) {
  Queue<int> queue;
  const Waitable watched = queue;
  std::jthread waiter([&] { EXPECT_THROW((void)wait({watched}, kPatience), ValueError); });

  queue.close();
}

// What a producer leaves that is killed after its commit: the item, and a bell that never rings.
TEST(QueueWait, AnItemWhoseProducerNeverRangIsFound) {
  Queue<int> queue;
  const int bell = Waitable(queue).source()->eventfd();
  const pid_t sleeper = ::getpid();
  Guarded producer([queue, bell, sleeper]() mutable {
    const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (::dup2(nowhere, bell) != bell) ::_exit(1);
    while (!support::is_asleep(sleeper)) ::sched_yield();
    queue.put(1);
    sleep_for_ever();
  });
  producer->start();

  EXPECT_EQ(wait({queue}, kPatience).size(), 1u);
  EXPECT_EQ(queue.get_nowait(), 1);
}

// A queue takes address space for as much as a file may hold, and with ThreadSanitizer there is
// little of that.
class SmallQueues {
 public:
  SmallQueues() {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{rlim_t{64} << 20, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallQueues() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SmallQueues(const SmallQueues&) = delete;
  SmallQueues& operator=(const SmallQueues&) = delete;

 private:
  rlimit before_{};
};

TEST(QueueWait, FindsThoseFewOfThousands) {
  constexpr int kQueues = 1000;
  constexpr int kPipes = 2000;
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur < 2 * kQueues + 2 * kPipes + 100)
    GTEST_SKIP() << "only " << limit.rlim_cur << " descriptors";
  const SmallQueues small;
  std::deque<Guarded> children;
  std::deque<Queue<int>> queues;
  std::vector<std::pair<Connection, Connection>> pipes;
  Listener listener;
  std::vector<Waitable> objects{listener};
  for (int i = 0; i < 3; ++i) {
    children.emplace_back(sleep_for_ever)->start();
    objects.emplace_back(children.back()->sentinel());
  }
  for (int i = 0; i < kPipes; ++i) {
    objects.emplace_back(pipes.emplace_back(Pipe()).first);
    if (i % 2 == 0) objects.emplace_back(queues.emplace_back());
  }
  EXPECT_TRUE(wait(objects, 1ms).empty());

  queues[777].put(1);
  pipes[999].second.send(1);
  queues[5].shutdown();
  children[1]->kill();
  children[1].end();

  const std::vector<Waitable> ready = wait(objects, kPatience);
  ASSERT_EQ(ready.size(), 4u);
  EXPECT_EQ(ready[0], children[1]->sentinel());
  EXPECT_EQ(ready[1], queues[5]);
  EXPECT_EQ(ready[2], pipes[999].first);
  EXPECT_EQ(ready[3], queues[777]);
}

class QueueWaitByMethod : public testing::TestWithParam<std::string> {
 protected:
  ProcessOptions method() const { return {.start_method = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Methods, QueueWaitByMethod, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

int await_bell(Queue<int> queue, Connection parent) {
  const Waitable watched = queue;
  if (watched.source()->watch()) return 1;
  parent.send(nullptr);
  if (!has_rung(watched, kPatience)) return 2;
  return queue.get_nowait() == 1 ? 0 : 3;
}
void exit_with_await_bell(Queue<int> queue, Connection parent) {
  throw SystemExit(await_bell(std::move(queue), std::move(parent)));
}

TEST_P(QueueWaitByMethod, APutHereRingsThere) {
  Queue<int> queue;
  auto [parent, child_end] = Pipe();
  Guarded child(method(), exit_with_await_bell, queue, std::move(child_end));
  child->start();
  (void)parent.recv(kPatience);

  queue.put(1);

  EXPECT_EQ(child.end(), 0);
}

void put_when_told(Queue<int> queue, Connection order) {
  (void)order.recv();
  queue.put(1);
}

TEST_P(QueueWaitByMethod, APutThereRingsHere) {
  Queue<int> queue;
  auto [order, give_order] = Pipe(false);
  Guarded child(method(), put_when_told, queue, std::move(order));
  child->start();
  EXPECT_FALSE(Waitable(queue).source()->watch());

  give_order.send(nullptr);

  EXPECT_TRUE(has_rung(queue, kPatience));
  EXPECT_EQ(wait({queue}, kPatience).size(), 1u);
  EXPECT_EQ(child.end(), 0);
}

void wait_for_ever(Queue<int> queue, Connection started) {
  started.send(nullptr);
  (void)wait({queue});
}

TEST_P(QueueWaitByMethod, AWaiterThatWasKilledCostsTheOthersNothing) {
  Queue<int> queue;
  auto [started, tell_start] = Pipe(false);
  Guarded child(method(), wait_for_ever, queue, std::move(tell_start));
  child->start();
  (void)started.recv(kPatience);
  child->kill();
  child.end();

  queue.put(1);

  EXPECT_EQ(wait({queue}, kPatience).size(), 1u);
  EXPECT_EQ(queue.get_nowait(), 1);
  EXPECT_TRUE(wait({queue}, 1ms).empty());
}

void put_for_ever(Queue<int> queue) {
  for (int number = 0;; ++number) queue.put(number);
}

TEST_P(QueueWaitByMethod, ProducersKilledAtAnyInstructionLeaveNoSleeperBehind) {
  constexpr int kKills = 20;
  for (int i = 0; i < kKills; ++i) {
    Queue<int> queue({.maxsize = 3, .ends_with_producers = true});
    Guarded producer(method(), put_for_ever, queue);
    producer->start();
    queue.close_put();
    int expected = 0;
    try {
      for (;;) {
        ASSERT_EQ(wait({queue}, kPatience).size(), 1u);
        ASSERT_EQ(queue.get_nowait(), expected) << "wait says that there is something";
        if (++expected == 10 + 7 * i) producer->kill();
      }
    } catch (const EOFError&) {
    }
    EXPECT_EQ(producer.end(), -SIGKILL);
  }
}

void acknowledge(Queue<int> jobs, Queue<int> done, Connection stop) {
  for (;;) {
    const std::vector<Waitable> ready = wait({jobs, stop});
    if (std::find(ready.begin(), ready.end(), Waitable(stop)) != ready.end()) return;
    try {
      done.put(jobs.get_nowait());
    } catch (const Empty&) {  // the other one was quicker
    }
  }
}

TEST_P(QueueWaitByMethod, OfTwoWhoWaitOneHasTheItemAndNeitherIsLost) {
  constexpr int kItems = 300;
  Queue<int> jobs;
  Queue<int> done;
  auto [stop_a, end_a] = Pipe(false);
  auto [stop_b, end_b] = Pipe(false);
  Guarded first(method(), acknowledge, jobs, done, std::move(stop_a));
  Guarded second(method(), acknowledge, jobs, done, std::move(stop_b));
  first->start();
  second->start();

  for (int i = 0; i < kItems; ++i) {
    jobs.put(i);
    ASSERT_EQ(wait({done}, kPatience).size(), 1u) << "after " << i << " items";
    ASSERT_EQ(done.get_nowait(), i);
  }

  end_a.send(nullptr);
  end_b.send(nullptr);
  EXPECT_EQ(first.end(), 0);
  EXPECT_EQ(second.end(), 0);
}

}  // namespace
}  // namespace mp
