// Waiting for children and how they ended: join, exit codes, signals, who reaps.
#include "guarded.hpp"
#include "support/child_scope.hpp"
#include <libmp/process.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include <poll.h>
#include <pthread.h>
#include <sys/time.h>
#include <sys/wait.h>

namespace proc_test {
namespace {

using mp::Process;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Children of this process that ended and were reaped by nobody.
int zombies() {
  int count = 0;
  siginfo_t info{};
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0 && info.si_pid != 0) {
    ++count;
    info = {};
  }
  return count;
}

bool is_ready(int fd) {
  pollfd item{fd, POLLIN, 0};
  return ::poll(&item, 1, 0) == 1;
}

TEST(Process, JoinWithTimeoutReturnsWhileTheChildRuns) {
  Guarded sut(sleep_for_ever);
  sut->start();

  EXPECT_FALSE(sut->join(0ms));
  EXPECT_FALSE(sut->join(-1s));
  EXPECT_FALSE(sut->join(10ms));
  EXPECT_TRUE(sut->is_alive());
  EXPECT_EQ(sut->exitcode(), std::nullopt);
}

TEST(Process, JoinTakesDurationsBeyondTheClock) {
  Guarded sut([] {});
  sut->start();

  EXPECT_TRUE(sut->join(std::chrono::hours::max()));
}

TEST(Process, MayBeJoinedAgain) {
  Guarded sut([] {});
  sut->start();

  EXPECT_EQ(sut.end(), 0);
  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, TerminatedByAParentReadsMinusFifteen) {
  Guarded sut(sleep_for_ever);
  sut->start();
  sut->terminate();
  EXPECT_EQ(sut.end(), -SIGTERM);
  EXPECT_FALSE(sut->is_alive());
}

TEST(Process, KilledByAParentReadsMinusNine) {
  Guarded sut(sleep_for_ever);
  sut->start();
  sut->kill();
  EXPECT_EQ(sut.end(), -SIGKILL);
}

TEST(Process, KilledByAStrangerReadsMinusNine) {
  Guarded sut([] { ::kill(::getpid(), SIGKILL); });
  sut->start();
  EXPECT_EQ(sut.end(), -SIGKILL);
}

TEST(Process, SignalsToAnEndedChildGoNowhere) {
  Guarded sut([] {});
  sut->start();
  ASSERT_EQ(sut.end(), 0);

  sut->terminate();
  sut->kill();

  EXPECT_EQ(sut->exitcode(), 0);
}

TEST(Process, AnAbortReadsAsItsSignal) {
  Guarded sut([] { std::abort(); });
  sut->start();
  EXPECT_EQ(sut.end(), -SIGABRT);
}

TEST(Process, TellsItsEndToAllThreadsThatJoin) {
  for (int round = 0; round < 50; ++round) {
    support::PipeGate gate;
    Guarded sut([&] { throw mp::SystemExit(gate.pass()); });
    sut->start();
    std::array<int, 4> codes{};
    std::vector<std::thread> waiters;
    for (int& code : codes) {
      waiters.emplace_back([&] { code = sut.end().value_or(-1000); });
    }

    gate.open(7);
    for (std::thread& waiter : waiters) waiter.join();

    EXPECT_EQ(codes, (std::array{7, 7, 7, 7}));
  }
}

TEST(Process, ItsSentinelBecomesReadableAtTheEnd) {
  Guarded sut(sleep_for_ever);
  sut->start();
  const int sentinel = sut->sentinel();
  EXPECT_FALSE(is_ready(sentinel));

  sut->kill();
  ASSERT_EQ(sut.end(), -SIGKILL);

  EXPECT_TRUE(is_ready(sentinel));
}

TEST(Process, LeavesOtherPeoplesChildrenAlone) {
  const pid_t foreign = ::fork();
  if (foreign == 0) ::_exit(11);
  Guarded sut([] {});
  sut->start();
  ASSERT_EQ(sut.end(), 0);
  (void)mp::active_children();

  int status = 0;
  ASSERT_EQ(::waitpid(foreign, &status, 0), foreign);
  EXPECT_EQ(WEXITSTATUS(status), 11);
}

TEST(Process, CollectedBySomebodyElseReads255) {
  Guarded sut([] {});
  sut->start();
  int status = 0;
  ASSERT_EQ(::waitpid(*sut->pid(), &status, 0), *sut->pid());

  EXPECT_EQ(sut.end(), 255);
  EXPECT_FALSE(sut->is_alive());
}

TEST(Process, UnderIgnoredSigchldStillEnds) {
  support::ChildScope scope([] {
    ::signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 50; ++i) {
      Process child([] {});
      child.start();
      if (!child.join(kPatience) || child.exitcode() != 255) return 1;
    }
    return 0;
  });

  EXPECT_TRUE(scope.wait().ok()) << scope.wait().text();
}

std::atomic<int> interruptions{0};

TEST(Process, JoinSurvivesAStormOfSignals) {
  struct sigaction counting{};
  counting.sa_handler = [](int) { interruptions.fetch_add(1); };  // without SA_RESTART
  struct sigaction before{};
  ::sigaction(SIGUSR1, &counting, &before);
  support::PipeGate gate;
  Guarded sut([&] { throw mp::SystemExit(gate.pass()); });
  sut->start();
  std::atomic<bool> joined = false;
  std::optional<int> code;
  std::thread waiter([&] {
    code = sut.end();
    joined = true;
  });

  const pthread_t target = waiter.native_handle();
  while (interruptions < 500) ::pthread_kill(target, SIGUSR1);
  EXPECT_FALSE(joined);
  gate.open(6);
  waiter.join();

  EXPECT_EQ(code, 6);
  ::sigaction(SIGUSR1, &before, nullptr);
}

TEST(Process, AHundredAtOnceEndWithTheirOwnCodes) {
  std::vector<Process> crew;
  for (int i = 0; i < 100; ++i) crew.emplace_back([i] { throw mp::SystemExit(i); });
  for (Process& process : crew) process.start();

  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(crew[static_cast<std::size_t>(i)].join(kPatience));
    EXPECT_EQ(crew[static_cast<std::size_t>(i)].exitcode(), i);
  }
  EXPECT_TRUE(mp::active_children().empty());
}

TEST(Process, AHundredTerminatedRightAfterTheirStartReadMinusFifteen) {
  std::vector<Process> crew;
  for (int i = 0; i < 100; ++i) crew.emplace_back(sleep_for_ever);
  for (Process& process : crew) {
    process.start();
    process.terminate();
  }

  for (Process& process : crew) {
    ASSERT_TRUE(process.join(kPatience));
    EXPECT_EQ(process.exitcode(), -SIGTERM);
  }
}

TEST(Process, AThousandStartsLeaveNoDescriptorAndNoZombie) {
  {
    Guarded first([] {});
    first->start();
    ASSERT_EQ(first.end(), 0);  // opens what is opened once
  }
  const std::size_t before = open_descriptors();

  for (int i = 0; i < 1000; ++i) {
    Process sut([] {});
    sut.start();
    ASSERT_TRUE(sut.join(kPatience));
    ASSERT_EQ(sut.exitcode(), 0);
  }

  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(zombies(), 0);
}

TEST(Process, DropsWhatIsNeitherJoinedNorHeld) {
  {
    Guarded first([] {});
    first->start();
    ASSERT_EQ(first.end(), 0);
  }
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) Process([] {}).start();

  while (!mp::active_children().empty()) std::this_thread::yield();

  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(zombies(), 0);
}

TEST(Process, WithoutADescriptorForItIsNotStartedAndMayBeStartedLater) {
#if defined(__SANITIZE_ADDRESS__)
  GTEST_SKIP() << "UBSan looks at pointers through a pipe, which it cannot make without descriptors";
#endif
  {
    Guarded first([] {});
    first->start();
    ASSERT_EQ(first.end(), 0);
  }
  Guarded sut([] {});
  std::vector<int> hoard;
  for (int fd = ::dup(0); fd != -1; fd = ::dup(0)) hoard.push_back(fd);

  int error_number = 0;
  try {
    sut->start();
  } catch (const mp::OSError& error) {
    error_number = error.error_number();
  }
  for (const int fd : hoard) ::close(fd);

  EXPECT_EQ(error_number, EMFILE);
  EXPECT_EQ(zombies(), 0);
  EXPECT_TRUE(mp::active_children().empty());
  sut->start();
  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, ChildrenDoNotInheritTheSentinelsOfTheirSiblings) {
  const auto count = [] { throw mp::SystemExit(static_cast<int>(open_descriptors())); };
  Guarded alone(count);
  alone->start();
  const auto without = alone.end();
  std::vector<std::unique_ptr<Guarded>> siblings;
  for (int i = 0; i < 10; ++i) {
    siblings.push_back(std::make_unique<Guarded>(sleep_for_ever));
    (*siblings.back())->start();
  }

  Guarded sut(count);
  sut->start();

  EXPECT_EQ(sut.end(), without);
}

TEST(Process, StartedByAThreadThatEndsLivesOn) {
  Guarded sut(sleep_for_ever);
  std::thread([&] { sut->start(); }).join();

  EXPECT_FALSE(sut->join(20ms));
  EXPECT_TRUE(sut->is_alive());
}

}  // namespace
}  // namespace proc_test
