// CPython's tests of SimpleQueue: TestSimpleQueue.
#include <libmp/libmp.hpp>

#include <string>

#include <gmock/gmock.h>

namespace {

using testing::HasSubstr;

class TestSimpleQueue : public testing::TestWithParam<std::string> {
 protected:
  mp::Context ctx = mp::get_context(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Methods, TestSimpleQueue, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

void put_what_empty_says(mp::SimpleQueue<> queue, mp::Event child_can_start,
                         mp::Event parent_can_continue) {
  child_can_start.wait();
  queue.put(queue.empty());
  queue.put(queue.empty());
  parent_can_continue.set();
}

TEST_P(TestSimpleQueue, test_empty) {
  mp::SimpleQueue<> queue = ctx.SimpleQueue();
  mp::Event child_can_start = ctx.Event();
  mp::Event parent_can_continue = ctx.Event();
  mp::Process proc = ctx.Process(put_what_empty_says, queue, child_can_start, parent_can_continue);
  proc.set_daemon(true);
  proc.start();
  EXPECT_TRUE(queue.empty());

  child_can_start.set();
  parent_can_continue.wait();

  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.get(), mp::Object(true));
  EXPECT_EQ(queue.get(), mp::Object(false));
  EXPECT_TRUE(queue.empty());
  proc.join();
  EXPECT_EQ(proc.exitcode(), 0);
}

TEST_P(TestSimpleQueue, test_close) {
  mp::SimpleQueue<> queue = ctx.SimpleQueue();
  queue.close();
  queue.close();
}

// Both ends of the pipe: putting and getting.
TEST_P(TestSimpleQueue, test_closed) {
  mp::SimpleQueue<> queue = ctx.SimpleQueue();
  queue.put(1);

  queue.close();

  EXPECT_THROW(queue.put(2), mp::OSError);
  EXPECT_THROW(queue.get(), mp::OSError);
}

TEST_P(TestSimpleQueue, test_empty_exceptions) {
  mp::SimpleQueue<> unused = ctx.SimpleQueue();
  mp::SimpleQueue<> used = ctx.SimpleQueue();
  used.put("foo");
  for (mp::SimpleQueue<>* queue : {&unused, &used}) {
    queue->close();
    try {
      (void)queue->empty();
      ADD_FAILURE() << "no error";
    } catch (const mp::OSError& error) {
      EXPECT_THAT(error.what(), HasSubstr("is closed"));
    }
  }
}

}  // namespace
