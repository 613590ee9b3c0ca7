// ProcessId: who is who, across forks, zombies and reused pids.
#include "os/process_id.hpp"

#include "support/child_scope.hpp"
#include "support/pipe_gate.hpp"

#include <optional>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace mp::os {
namespace {

TEST(ProcessId, SelfIsThisProcessAndAlive) {
  EXPECT_EQ(self().pid, static_cast<std::uint32_t>(::getpid()));
  EXPECT_NE(self().start_ticks, 0u);
  EXPECT_EQ(self(), self());
  EXPECT_TRUE(is_alive(self()));
}

TEST(ProcessId, SelfOfAForkedChildIsTheChild) {
  const ProcessId parent = self();
  support::ChildScope child([&] {
    const ProcessId me = self();
    return me.pid == static_cast<std::uint32_t>(::getpid()) && me != parent && is_alive(me) &&
                   is_alive(parent)
               ? 0
               : 1;
  });

  EXPECT_TRUE(child.wait().ok());
  EXPECT_EQ(self(), parent);
}

TEST(ProcessId, AZombieIsNotAliveAndTellsHowItEnded) {
  const support::PipeGate gate;
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(gate.pass() == 0 ? 3 : 4);
  const auto running = process_status(static_cast<std::uint32_t>(pid));
  ASSERT_TRUE(running);
  EXPECT_TRUE(is_alive(running->id));
  EXPECT_EQ(running->parent, static_cast<std::uint32_t>(::getpid()));
  gate.open();
  siginfo_t info{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT), 0);

  EXPECT_FALSE(is_alive(running->id));
  const auto zombie = process_status(static_cast<std::uint32_t>(pid));
  ASSERT_TRUE(zombie);
  EXPECT_EQ(zombie->state, 'Z');
  EXPECT_TRUE(has_ended(*zombie));
  ASSERT_TRUE(zombie->wait_status);
  EXPECT_EQ(WEXITSTATUS(*zombie->wait_status), 3);

  ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  EXPECT_FALSE(is_alive(running->id));
}

TEST(ProcessId, ASuccessorWithTheSamePidIsSomebodyElse) {
  ProcessId predecessor = self();
  --predecessor.start_ticks;

  EXPECT_FALSE(is_alive(predecessor));
}

TEST(ProcessId, NobodyHasNoStatus) {
  constexpr std::uint32_t kBeyondAnyPid = 0x7fff'fff0;

  EXPECT_FALSE(process_status(kBeyondAnyPid));
  EXPECT_FALSE(is_alive({kBeyondAnyPid, 1}));
}

TEST(ProcessStatus, KnowsThreadsMemoryAndParent) {
  const auto status = process_status(self().pid);

  ASSERT_TRUE(status);
  EXPECT_EQ(status->id, self());
  EXPECT_EQ(status->parent, static_cast<std::uint32_t>(::getppid()));
  EXPECT_GE(status->threads, 1u);
  EXPECT_GT(status->rss_bytes, 100'000u);
  EXPECT_FALSE(status->wait_status);
}

}  // namespace
}  // namespace mp::os
