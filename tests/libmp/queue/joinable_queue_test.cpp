// JoinableQueue: what is unfinished, who waits for its end, and what the dead leave undone.
#include "os/process_id.hpp"
#include "queue/layout.hpp"
#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"
#include <libmp/joinable_queue.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using namespace std::chrono_literals;
using support::ChildScope;
using support::PipeGate;
using testing::HasSubstr;

// A process that takes `tasks` and is killed before it has done any.
void take_and_die(JoinableQueue<int>& queue, int tasks) {
  ChildScope child([&] {
    for (int i = 0; i < tasks; ++i) queue.get(10s);
    return ::raise(SIGKILL);
  });
  ASSERT_EQ(child.wait().signal, SIGKILL) << child.wait().text();
}

TEST(JoinableQueue, CountsWhatWasPutAndNotDone) {
  JoinableQueue<int> sut;
  EXPECT_TRUE(sut.join(0s)) << "nothing was put";

  sut.put(1);
  sut.put(2);
  EXPECT_EQ(sut.unfinished_tasks(), 2u);
  sut.get();
  EXPECT_EQ(sut.unfinished_tasks(), 2u);
  EXPECT_FALSE(sut.join(1ms));
  sut.task_done();
  sut.get();
  EXPECT_FALSE(sut.join(0s));
  sut.task_done();

  EXPECT_EQ(sut.unfinished_tasks(), 0u);
  sut.join();
}

TEST(JoinableQueue, TaskDoneTooOftenIsAnError) {
  JoinableQueue<int> sut({.name = "jobs"});
  EXPECT_THROW(sut.task_done(), ValueError);
  sut.put(1);
  sut.task_done();

  try {
    sut.task_done();
    ADD_FAILURE() << "no error";
  } catch (const ValueError& error) {
    EXPECT_THAT(error.what(), HasSubstr("JoinableQueue 'jobs': task_done() called too many times"));
  }

  EXPECT_EQ(sut.unfinished_tasks(), 0u);
}

TEST(JoinableQueue, JoinersWaitForOtherProcesses) {
  constexpr int kTasks = 2'000;
  JoinableQueue<int> sut;
  std::vector<std::unique_ptr<ChildScope>> crew;
  for (int i = 0; i < 3; ++i) {
    crew.push_back(std::make_unique<ChildScope>([&] {
      while (sut.get() >= 0) sut.task_done();
      sut.task_done();
      return 0;
    }));
  }
  for (int i = 0; i < kTasks; ++i) sut.put(i);
  std::vector<std::jthread> joiners;
  for (int i = 0; i < 3; ++i) joiners.emplace_back([&] { sut.join(); });

  sut.join();
  joiners.clear();

  EXPECT_TRUE(sut.empty());
  for (int i = 0; i < 3; ++i) sut.put(-1);
  for (auto& child : crew) EXPECT_TRUE(child->wait().ok()) << child->wait().text();
  EXPECT_TRUE(sut.join(0s));
}

// The next task comes before the joiner has woken up.
TEST(JoinableQueue, AMomentWithoutTasksEndsTheWait) {
  JoinableQueue<int> sut;
  sut.put(0);
  PipeGate about_to_join;
  ChildScope joiner([&] {
    about_to_join.open();
    sut.join();
    return 0;
  });
  ASSERT_EQ(about_to_join.pass(), 0);
  while (os::process_status(static_cast<std::uint32_t>(joiner.pid()))->state != 'S')
    std::this_thread::yield();

  sut.task_done();
  sut.put(1);

  EXPECT_TRUE(joiner.wait().ok()) << joiner.wait().text();
  EXPECT_EQ(sut.unfinished_tasks(), 1u);
}

TEST(JoinableQueue, JoinLearnsThatAConsumerDiedWithItsTasks) {
  JoinableQueue<int> sut({.name = "jobs"});
  for (int i = 0; i < 3; ++i) sut.put(i);
  take_and_die(sut, 2);

  try {
    sut.join();
    ADD_FAILURE() << "no error";
  } catch (const OwnerDied& error) {
    EXPECT_THAT(error.what(), HasSubstr("JoinableQueue 'jobs': 2 tasks taken and not done"));
    EXPECT_GT(error.pid(), 0);
  }

  EXPECT_EQ(sut.unfinished_tasks(), 3u) << "it stays so until somebody recovers it";
  EXPECT_THROW(sut.join(), OwnerDied);
  EXPECT_EQ(sut.recover(), 2u);
  EXPECT_EQ(sut.recover(), 0u);
  EXPECT_EQ(sut.unfinished_tasks(), 1u);
  EXPECT_EQ(sut.get(), 2);
  sut.task_done();
  sut.join();
}

TEST(JoinableQueue, AJoinerThatWaitsLearnsOfADeath) {
  JoinableQueue<int> sut;
  sut.put(1);
  PipeGate taken;
  PipeGate may_die;
  ChildScope consumer([&] {
    sut.get();
    taken.open();
    if (may_die.pass() != 0) return 1;
    return ::raise(SIGKILL);
  });
  ASSERT_EQ(taken.pass(), 0);
  ASSERT_FALSE(sut.join(60ms)) << "its consumer lives";
  may_die.open();

  EXPECT_THROW(sut.join(), OwnerDied);

  EXPECT_EQ(sut.recover(), 1u);
  sut.join();
}

TEST(JoinableQueue, AnEndInGoodOrderLeavesTasksUndoneToo) {
  JoinableQueue<int> sut;
  sut.put(1);
  ChildScope consumer([&] { return sut.get(10s) == 1 ? 0 : 1; });
  ASSERT_TRUE(consumer.wait().ok()) << consumer.wait().text();

  EXPECT_THROW(sut.join(), OwnerDied);

  EXPECT_EQ(sut.recover(), 1u);
}

TEST(JoinableQueue, WhoDoesTheTasksOfOthersIsWaitedFor) {
  JoinableQueue<int> sut;
  for (int i = 0; i < 3; ++i) sut.put(i);
  take_and_die(sut, 3);
  sut.task_done();  // which we did not get: the dead handed it on to us

  EXPECT_FALSE(sut.join(120ms)) << "there may be more of that";

  sut.task_done();
  sut.task_done();
  sut.join();
}

TEST(JoinableQueue, AForkedChildMayDoWhatItsParentTook) {
  JoinableQueue<int> sut;
  sut.put(1);
  sut.get();
  ChildScope child([&] {
    sut.task_done();
    return 0;
  });
  ASSERT_TRUE(child.wait().ok()) << child.wait().text();

  sut.join();
}

TEST(JoinableQueue, MoreProcessesThanEntriesAreStillTold) {
  JoinableQueue<int> sut;
  for (std::size_t i = 0; i < queue::kTaskHolders + 20; ++i) {
    sut.put(1);
    ChildScope child([&] {
      sut.get(10s);
      sut.task_done();
      return 0;
    });
    ASSERT_TRUE(child.wait().ok()) << child.wait().text();
  }
  ASSERT_TRUE(sut.join(0s));
  for (int i = 0; i < 5; ++i) sut.put(i);

  take_and_die(sut, 5);

  EXPECT_THROW(sut.join(), OwnerDied);
  EXPECT_EQ(sut.recover(), 5u);
  sut.join();
}

TEST(JoinableQueue, IsAQueue) {
  JoinableQueue<std::string> sut({.maxsize = 1, .name = "jobs"});
  Queue<std::string> as_queue = sut;

  as_queue.put("one");

  EXPECT_THROW(sut.put_nowait("two"), Full);
  EXPECT_EQ(sut.unfinished_tasks(), 1u);
  EXPECT_EQ(as_queue.get(), "one");
  sut.task_done();
  sut.join();
}

TEST(JoinableQueue, CarriesObjects) {
  JoinableQueue<> sut;
  sut.put(mp::list{1, "two"});

  EXPECT_EQ(sut.get(), (mp::list{1, "two"}));

  sut.task_done();
  sut.join();
}

TEST(JoinableQueue, BatchesAreTasksToo) {
  const std::vector<int> tasks(100, 7);
  std::vector<int> room(64);
  JoinableQueue<int> sut;
  ASSERT_EQ(sut.put_many(tasks), 100u);
  EXPECT_EQ(sut.unfinished_tasks(), 100u);
  ChildScope consumer([&] { return sut.get_many(room) == 64 ? ::raise(SIGKILL) : 1; });
  ASSERT_EQ(consumer.wait().signal, SIGKILL) << consumer.wait().text();

  EXPECT_THROW(sut.join(), OwnerDied);

  EXPECT_EQ(sut.recover(), 64u);
  EXPECT_EQ(sut.unfinished_tasks(), 36u);
}

TEST(JoinableQueue, ImmediateShutdownLeavesWhatWasTaken) {
  JoinableQueue<int> sut;
  sut.put(1);
  sut.put(2);
  sut.get();

  sut.shutdown(true);

  EXPECT_EQ(sut.qsize(), 0u);
  EXPECT_FALSE(sut.join(1ms));
  sut.task_done();
  sut.join();
  EXPECT_THROW(sut.task_done(), ValueError);
}

TEST(JoinableQueue, ImmediateShutdownMayFindThatAllIsSaidToBeDone) {
  JoinableQueue<int> sut;
  sut.put(1);
  sut.task_done();  // before anybody got it: Python allows it

  sut.shutdown(true);

  EXPECT_EQ(sut.qsize(), 0u);
  sut.join();
}

}  // namespace
}  // namespace mp
