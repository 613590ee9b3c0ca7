// CPython's tests of Queue and JoinableQueue: _TestQueue and the rows of QueueListenerTest that use
// a process queue; and the example of the documentation that dead-locks there.
#include <libmp/libmp.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr auto kTimeout1 = 100ms;  // CPython's TIMEOUT1

std::string name_of(const testing::TestParamInfo<std::string>& tested) { return tested.param; }

class TestQueue : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};
class JoiningProcessesThatUseQueues : public TestQueue {};
const auto kAll = testing::Values("fork", "spawn", "forkserver");
INSTANTIATE_TEST_SUITE_P(Methods, TestQueue, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, JoiningProcessesThatUseQueues, kAll, name_of);

void expect_ended_well(mp::Process& process) {
  process.join();
  EXPECT_EQ(process.exitcode(), 0) << process.name();
}

Clock::duration time_of(const std::function<void()>& call) {
  const auto begin = Clock::now();
  call();
  return Clock::now() - begin;
}

void expect_full_at_once(const std::function<void()>& put) {
  EXPECT_LT(time_of([&] { EXPECT_THROW(put(), mp::Full); }), kTimeout1);
}
void expect_full_in_time(const std::function<void()>& put) {
  EXPECT_GE(time_of([&] { EXPECT_THROW(put(), mp::Full); }), kTimeout1);
}
void expect_empty_at_once(const std::function<void()>& get) {
  EXPECT_LT(time_of([&] { EXPECT_THROW(get(), mp::Empty); }), kTimeout1);
}
void expect_empty_in_time(const std::function<void()>& get) {
  EXPECT_GE(time_of([&] { EXPECT_THROW(get(), mp::Empty); }), kTimeout1);
}

void take_six(mp::Queue<> queue, mp::Event child_can_start, mp::Event parent_can_continue) {
  child_can_start.wait();
  for (int i = 0; i < 6; ++i) queue.get();
  parent_can_continue.set();
}

TEST_P(TestQueue, test_put) {
  mp::Queue<> queue = ctx.Queue(6);
  mp::Event child_can_start = ctx.Event();
  mp::Event parent_can_continue = ctx.Event();
  mp::Process proc = ctx.Process(take_six, queue, child_can_start, parent_can_continue);
  proc.set_daemon(true);
  proc.start();
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());

  queue.put(1);
  queue.put(2, true);
  queue.put(3, true, std::nullopt);
  queue.put(4, false);
  queue.put(5, false, std::nullopt);
  queue.put_nowait(6);

  EXPECT_FALSE(queue.empty());
  EXPECT_TRUE(queue.full());
  expect_full_at_once([&] { queue.put(7, false); });
  expect_full_at_once([&] { queue.put(7, false, std::nullopt); });
  expect_full_at_once([&] { queue.put_nowait(7); });
  expect_full_in_time([&] { queue.put(7, true, kTimeout1); });
  expect_full_at_once([&] { queue.put(7, false, 10s); });
  expect_full_in_time([&] { queue.put(7, kTimeout1); });

  child_can_start.set();
  parent_can_continue.wait();
  EXPECT_TRUE(queue.empty());
  EXPECT_FALSE(queue.full());
  expect_ended_well(proc);
}

void put_four(mp::Queue<> queue, mp::Event child_can_start, mp::Event parent_can_continue) {
  child_can_start.wait();
  for (int i = 2; i <= 5; ++i) queue.put(i);
  parent_can_continue.set();
}

TEST_P(TestQueue, test_get) {
  mp::Queue<> queue = ctx.Queue();
  mp::Event child_can_start = ctx.Event();
  mp::Event parent_can_continue = ctx.Event();
  mp::Process proc = ctx.Process(put_four, queue, child_can_start, parent_can_continue);
  proc.set_daemon(true);
  proc.start();
  EXPECT_TRUE(queue.empty());

  child_can_start.set();
  parent_can_continue.wait();

  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.get(true, std::nullopt), mp::Object(2));
  EXPECT_EQ(queue.get(true), mp::Object(3));
  EXPECT_EQ(queue.get(1s), mp::Object(4));
  EXPECT_EQ(queue.get_nowait(), mp::Object(5));
  EXPECT_TRUE(queue.empty());
  expect_empty_at_once([&] { queue.get(false); });
  expect_empty_at_once([&] { queue.get(false, std::nullopt); });
  expect_empty_at_once([&] { queue.get_nowait(); });
  expect_empty_in_time([&] { queue.get(true, kTimeout1); });
  expect_empty_at_once([&] { queue.get(false, 10s); });
  expect_empty_in_time([&] { queue.get(kTimeout1); });
  expect_ended_well(proc);
}

void put_ten_more(mp::Queue<int> queue) {
  for (int i = 10; i < 20; ++i) queue.put(i);
}

TEST_P(TestQueue, test_fork) {
  auto queue = ctx.Queue<int>();
  for (int i = 0; i < 10; ++i) queue.put(i);
  mp::Process proc = ctx.Process(put_ten_more, queue);
  proc.set_daemon(true);
  proc.start();

  for (int i = 0; i < 20; ++i) EXPECT_EQ(queue.get(), i);

  EXPECT_THROW(queue.get(false), mp::Empty);
  expect_ended_well(proc);
}

TEST_P(TestQueue, test_qsize) {
  auto queue = ctx.Queue<int>();
  EXPECT_EQ(queue.qsize(), 0u);
  queue.put(1);
  EXPECT_EQ(queue.qsize(), 1u);
  queue.put(5);
  EXPECT_EQ(queue.qsize(), 2u);
  queue.get();
  EXPECT_EQ(queue.qsize(), 1u);
  queue.get();
  EXPECT_EQ(queue.qsize(), 0u);
}

void work(mp::JoinableQueue<> queue) {
  while (!queue.get().is_none()) {
    std::this_thread::sleep_for(10ms);
    queue.task_done();
  }
}

TEST_P(TestQueue, test_task_done) {
  mp::JoinableQueue<> queue = ctx.JoinableQueue();
  std::vector<mp::Process> workers;
  for (int i = 0; i < 4; ++i) {
    workers.push_back(ctx.Process(work, queue));
    workers.back().set_daemon(true);
    workers.back().start();
  }

  for (int i = 0; i < 10; ++i) queue.put(i);
  queue.join();

  EXPECT_EQ(queue.unfinished_tasks(), 0u);
  for (int i = 0; i < 4; ++i) queue.put(nullptr);
  for (mp::Process& worker : workers) expect_ended_well(worker);
}

TEST_P(TestQueue, test_timeout) {
  mp::Queue<> queue = ctx.Queue();

  const auto waited = time_of([&] { EXPECT_THROW(queue.get(true, 200ms), mp::Empty); });

  EXPECT_GE(waited, 100ms);
}

// What is used before main() begins must work too: the nearest thing to a lock that is held while a
// module is imported.
const int kGotInAStaticInitialiser = [] {
  mp::Queue<int> queue;
  queue.put(5);
  return queue.get(3s);
}();

TEST_P(TestQueue, test_no_import_lock_contention) { EXPECT_EQ(kGotInAStaticInitialiser, 5); }

mp::Object bottomless() {
  mp::Object item = mp::list{};
  for (int i = 0; i < 2000; ++i) item = mp::list{item};
  return item;
}

// The error is the caller's, and the place is not taken.
TEST_P(TestQueue, test_queue_feeder_donot_stop_onexc) {
  mp::Queue<> queue(1);

  EXPECT_THROW(queue.put(bottomless()), mp::PicklingError);
  queue.put(true, 1s);

  EXPECT_EQ(queue.qsize(), 1u);
  EXPECT_EQ(queue.get(30s), mp::Object(true));
  EXPECT_TRUE(queue.empty());
}

// No hook is needed: whoever puts has the error and the item in hand.
TEST_P(TestQueue, test_queue_feeder_on_queue_feeder_error) {
  mp::Queue<> queue;
  const mp::Object item = bottomless();
  bool was_told = false;

  try {
    queue.put(item);
  } catch (const mp::PicklingError&) {
    was_told = true;
  }

  EXPECT_TRUE(was_told);
  queue.put(true);
  EXPECT_EQ(queue.get(30s), mp::Object(true));
}

template <class Queue>
void expect_closed_to_empty(Queue unused, Queue used) {
  unused.close();
  unused.join_thread();
  EXPECT_TRUE(unused.empty());

  used.put("foo");
  used.close();
  used.join_thread();
  try {
    (void)used.empty();
    ADD_FAILURE() << "no error";
  } catch (const mp::OSError& error) {
    EXPECT_THAT(error.what(), HasSubstr("is closed"));
  }
}

TEST_P(TestQueue, test_closed_queue_empty_exceptions) {
  expect_closed_to_empty(mp::Queue<>(), mp::Queue<>());
  expect_closed_to_empty(mp::JoinableQueue<>(), mp::JoinableQueue<>());
}

template <class Queue>
void expect_closed_to_put_and_get(Queue queue) {
  queue.close();
  const auto expect_closed = [](const std::function<void()>& call) {
    try {
      call();
      ADD_FAILURE() << "no error";
    } catch (const mp::ValueError& error) {
      EXPECT_THAT(error.what(), HasSubstr("is closed"));
    }
  };
  expect_closed([&] { queue.put("foo"); });
  expect_closed([&] { queue.get(); });
}

TEST_P(TestQueue, test_closed_queue_put_get_exceptions) {
  expect_closed_to_put_and_get(mp::Queue<>());
  expect_closed_to_put_and_get(mp::JoinableQueue<>());
}

template <class Queue>
void expect_shut_down(Queue queue, bool and_empty) {
  const auto expect = [](const std::function<void()>& call) { EXPECT_THROW(call(), mp::ShutDown); };
  for (const bool block : {true, false}) {
    expect([&] { queue.put(1, block); });
    if (and_empty) expect([&] { queue.get(block); });
  }
}

void expect_shut_down_there(mp::JoinableQueue<> queue) {
  expect_shut_down(queue, true);
  if (testing::Test::HasFailure()) throw mp::SystemExit(1);
}

TEST_P(TestQueue, test_shutdown_empty) {
  for (const bool immediate : {false, true}) {
    mp::JoinableQueue<> queue = ctx.JoinableQueue();

    queue.shutdown(immediate);
    queue.join();

    EXPECT_EQ(queue.qsize(), 0u);
    expect_shut_down(queue, true);
    mp::Process other = ctx.Process(expect_shut_down_there, queue);
    other.start();
    expect_ended_well(other);
  }
}

TEST_P(TestQueue, test_shutdown_nonempty) {
  mp::JoinableQueue<> queue;
  queue.put("data");

  queue.shutdown();

  EXPECT_EQ(queue.qsize(), 1u);
  EXPECT_EQ(queue.get(), mp::Object("data"));
  expect_shut_down(queue, true);
  EXPECT_FALSE(queue.join(10ms));
  queue.task_done();
  queue.join();
}

TEST_P(TestQueue, test_shutdown_immediate) {
  mp::JoinableQueue<> queue;
  queue.put("data");

  queue.shutdown(true);

  EXPECT_EQ(queue.qsize(), 0u);
  queue.join();
  expect_shut_down(queue, true);
  EXPECT_THROW(queue.task_done(), mp::ValueError);
}

TEST_P(TestQueue, test_shutdown_immediate_with_unfinished) {
  mp::JoinableQueue<> queue;
  queue.put("data");
  queue.put("data");
  EXPECT_EQ(queue.get(), mp::Object("data"));

  queue.shutdown(true);

  EXPECT_EQ(queue.qsize(), 0u);
  EXPECT_FALSE(queue.join(10ms));
  queue.task_done();
  queue.join();
  EXPECT_THROW(queue.task_done(), mp::ValueError);
}

// --- QueueListenerTest ---------------------------------------------------------------------------

constexpr const char* kStopMark = "";

// Five records go through a queue to a thread that listens until the mark; what it handled.
int listened(mp::Queue<std::string>& queue, int round) {
  int handled = 0;
  mp::get_logger()->add_handler(
      [queue](const mp::LogRecord& record) mutable { queue.put(std::string(record.message)); });
  std::thread listener([&] {
    const std::string wanted = "round " + std::to_string(round);
    for (std::string text = queue.get(); text != kStopMark; text = queue.get())
      handled += text == wanted ? 1 : 0;
  });
  for (int i = 0; i < 5; ++i) mp::get_logger()->error("round " + std::to_string(round));
  queue.put(kStopMark);
  listener.join();
  mp::get_logger()->remove_handler(mp::get_logger()->handlers().back());
  return handled;
}

TEST(QueueListenerTest, test_handle_called_with_mp_queue) {
  int handled = 0;
  for (int round = 0; round < 20; ++round) {
    mp::Queue<std::string> queue;
    handled += listened(queue, round);
    queue.close();
    queue.join_thread();
  }
  EXPECT_EQ(handled, 100);
}

TEST(QueueListenerTest, test_no_messages_in_queue_after_stop) {
  for (int round = 0; round < 20; ++round) {
    mp::Queue<std::string> queue;
    listened(queue, round);
    EXPECT_THROW(queue.get(false), mp::Empty);
  }
}

// --- the programming guidelines ------------------------------------------------------------------

void put_a_million_letters(mp::Queue<std::string> queue) { queue.put(std::string(1'000'000, 'X')); }

// "An example which will deadlock": not here.
TEST_P(JoiningProcessesThatUseQueues, CompletesBeforeTheItemIsRead) {
  auto queue = ctx.Queue<std::string>();
  mp::Process p = ctx.Process(put_a_million_letters, queue);
  p.start();

  p.join();  // this dead-locks in Python
  const std::string obj = queue.get();

  EXPECT_EQ(obj, std::string(1'000'000, 'X'));
}

void put_three(mp::Queue<int> queue) {
  for (int i = 0; i < 3; ++i) queue.put(i);
}

// By whatever method they are started, the end of all producers is noticed.
TEST_P(JoiningProcessesThatUseQueues, TheEndOfAllProducersIsNoticed) {
  mp::Queue<int> queue({.ends_with_producers = true});
  std::vector<mp::Process> producers;
  for (int i = 0; i < 3; ++i) {
    producers.push_back(ctx.Process(put_three, queue));
    producers.back().start();
  }
  queue.close_put();

  int got = 0;
  try {
    for (;; ++got) queue.get();
  } catch (const mp::EOFError&) {
  }

  EXPECT_EQ(got, 9);
  for (mp::Process& producer : producers) expect_ended_well(producer);
}

void expect_to_get_only(mp::Queue<int> queue) {
  if (queue.get() != 1) throw mp::SystemExit(1);
  try {
    queue.put(2);
  } catch (const mp::ValueError&) {
    return;
  }
  throw mp::SystemExit(2);
}

TEST_P(JoiningProcessesThatUseQueues, WhoOnlyGetsHasChildrenThatOnlyGet) {
  auto queue = ctx.Queue<int>();
  queue.put(1);
  queue.close_put();
  mp::Process consumer = ctx.Process(expect_to_get_only, queue);
  consumer.start();

  expect_ended_well(consumer);
}

}  // namespace
