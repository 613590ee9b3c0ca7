// What a fork would leave behind, and who is told of it.
#include "guarded.hpp"
#include "support/observed_child.hpp"
#include "support/pipe_gate.hpp"
#include "wire/payload.hpp"
#include <libmp/libmp.hpp>

#include <csignal>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ForkPolicy : public testing::Test {
 protected:
  void SetUp() override {
    mp::get_logger()->add_handler(handler_);
    before_ = mp::fork_hazards();
    mp::set_fork_policy(mp::ForkPolicy::Warn);
  }
  void TearDown() override {
    mp::set_fork_policy(mp::ForkPolicy::Tell);
    mp::get_logger()->remove_handler(handler_);
  }

  static int start_and_join() {
    Guarded child([] {});
    child->start();
    return child.end().value_or(-1);
  }

  std::vector<std::string> told_;
  mp::LogHandler handler_{[this](const mp::LogRecord& record) {
    if (record.level == mp::WARNING) told_.emplace_back(record.message);
  }};
  mp::ForkHazards before_;  // what a sanitizer or the runner of this test has brought along
};

// Runs until the end of the scope.
class OtherThread {
 public:
  OtherThread() : thread_([this] { (void)end_.pass(); }) {}
  ~OtherThread() {
    end_.open();
    thread_.join();
  }
  OtherThread(const OtherThread&) = delete;
  OtherThread& operator=(const OtherThread&) = delete;

 private:
  support::PipeGate end_;
  std::thread thread_;
};

TEST_F(ForkPolicy, ASingleThreadWithNothingOpenIsNoHazard) {
  EXPECT_THAT(before_.held_locks, IsEmpty());
  EXPECT_THAT(before_.unflushed, IsEmpty());
}

TEST_F(ForkPolicy, OtherThreadsAreCounted) {
  const OtherThread other;
  // A sanitizer may start one of its own together with the first.
  EXPECT_GE(mp::fork_hazards().other_threads, before_.other_threads + 1);
  EXPECT_THAT(mp::fork_hazards().text(), HasSubstr("other thread"));
}

TEST_F(ForkPolicy, LocksHeldAreNamed) {
  mp::Lock lock({.name = "ledger"});
  const std::scoped_lock guard(lock);
  EXPECT_THAT(mp::fork_hazards().held_locks, ElementsAre("ledger"));
}

TEST_F(ForkPolicy, ALockOfAParentIsKnownAsInherited) {
  mp::Lock lock;
  mp::Queue<std::string> answers;
  Guarded child(
      [](mp::Lock held, mp::Queue<std::string> names) {
        const std::scoped_lock guard(held);
        for (const std::string& name : mp::fork_hazards().held_locks) names.put(name);
      },
      lock, answers);
  child->start();
  EXPECT_EQ(child.end(), 0);
  EXPECT_THAT(answers.get_nowait(), HasSubstr("ock"));
}

TEST_F(ForkPolicy, DescriptorsThatProgramsWouldKeepAreListed) {
  const int fd = ::open("/dev/null", O_RDONLY);
  const std::string text = std::to_string(fd) + " (/dev/null)";
  EXPECT_THAT(mp::fork_hazards().descriptors, Contains(text));
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  EXPECT_THAT(mp::fork_hazards().descriptors, Not(Contains(text)));
  ::close(fd);
}

// Before the others that start something: a forked child has been told what its parent was.
TEST_F(ForkPolicy, TheInspectorIsToldOfTheForkAndItsChild) {
  support::ObservedChild scene([] {
    const mp::LogHandler nobody([](const mp::LogRecord&) {});
    mp::get_logger()->add_handler(nobody);
    mp::Lock lock({.name = "ledger"});
    const std::scoped_lock guard(lock);
    mp::Process child([] {});
    child.start();
    child.join();
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);

  mp::report::TreeReader reader(scene.tree_dir(), {.watch = false});
  const mp::wire::Batch batch = reader.poll();

  const auto told = support::of_kind(batch, mp::wire::EventKind::ForkRisk);
  const auto forked = support::of_kind(batch, mp::wire::EventKind::Fork);
  ASSERT_EQ(told.size(), 1U);
  ASSERT_EQ(forked.size(), 1U);
  EXPECT_EQ(told[0].process, forked[0].process);
  EXPECT_EQ(told[0].a, forked[0].a) << "the child";
  const auto risk = mp::wire::decode_fork_risk(batch.payload_of(told[0]));
  ASSERT_TRUE(risk);
  EXPECT_EQ(risk->locks, 1U);
  EXPECT_EQ(risk->locks_named, "ledger");
}

TEST_F(ForkPolicy, WarnTellsEachKindOnce) {
  mp::Lock lock({.name = "ledger"});
  const std::scoped_lock guard(lock);
  EXPECT_EQ(start_and_join(), 0);
  EXPECT_EQ(start_and_join(), 0);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_THAT(told_.front(), AllOf(HasSubstr("fork: "), HasSubstr("held: ledger")));

  const OtherThread other;
  EXPECT_EQ(start_and_join(), 0);
  const bool had_threads = before_.other_threads > 0;  // a sanitizer's
  EXPECT_EQ(told_.size(), had_threads ? 1U : 2U);
}

TEST_F(ForkPolicy, RefuseThrowsAndNothingHasStarted) {
  mp::set_fork_policy(mp::ForkPolicy::Refuse);
  const OtherThread other;
  mp::Process child([] {});
  try {
    child.start();
    ADD_FAILURE() << "started";
    child.kill();
  } catch (const mp::RuntimeError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("other thread"), HasSubstr("spawn or forkserver")));
  }
  EXPECT_EQ(child.pid(), std::nullopt);

  mp::set_fork_policy(mp::ForkPolicy::Ignore);
  child.start();
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);
}

TEST_F(ForkPolicy, IgnoreAndTellSayNothingToTheLogger) {
  const OtherThread other;
  for (const auto quiet : {mp::ForkPolicy::Ignore, mp::ForkPolicy::Tell}) {
    mp::set_fork_policy(quiet);
    EXPECT_EQ(start_and_join(), 0);
    EXPECT_THAT(told_, IsEmpty());
  }
}

}  // namespace
}  // namespace proc_test
