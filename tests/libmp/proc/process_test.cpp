// What Process says of itself and what it refuses: names, flags, states, errors.
#include "guarded.hpp"
#include "support/child_scope.hpp"
#include <libmp/process.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using mp::Process;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// Runs `body` in a first child with fresh counters: what it returns is the exit code, 0 for
// success.
int in_child(std::function<int()> body) {
  Guarded child([body = std::move(body)] { throw mp::SystemExit(body()); });
  child->start();
  return child.end().value_or(-1000);
}

TEST(Process, IsNotAliveAndHasNoCodeBeforeItsStart) {
  const Process sut([] {});

  EXPECT_FALSE(sut.is_alive());
  EXPECT_EQ(sut.exitcode(), std::nullopt);
  EXPECT_EQ(sut.pid(), std::nullopt);
}

TEST(Process, RunsTheFunctionWithItsArgumentsInAnotherProcess) {
  support::PipeGate gate;
  Guarded sut(
      [&gate](int a, const std::string& b) { gate.open(a + std::stoi(b) + (::getpid() << 8)); }, 2,
      "40");

  sut->start();
  const int pid = sut->pid().value();
  const int value = gate.pass();

  EXPECT_EQ(value & 0xff, 42);
  EXPECT_EQ(value >> 8, pid);
  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, TakesMoveOnlyArgumentsAndCallables) {
  auto number = std::make_unique<int>(5);
  Guarded sut(
      [n = std::make_unique<int>(3)](std::unique_ptr<int> m) { throw mp::SystemExit(*n + *m); },
      std::move(number));

  sut->start();

  EXPECT_EQ(sut.end(), 8);
}

TEST(Process, DestroysTargetAndArgumentsInTheParentOnceTheChildHasThem) {
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = token;
  Guarded sut(
      [](const std::shared_ptr<int>& held) { throw mp::SystemExit(held == nullptr ? 1 : 0); },
      std::move(token));
  ASSERT_FALSE(watch.expired());

  sut->start();

  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, KeepsTargetAndArgumentsUntilItsStart) {
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = token;
  {
    const Process sut([](const std::shared_ptr<int>&) {}, std::move(token));
    EXPECT_FALSE(watch.expired());
  }
  EXPECT_TRUE(watch.expired());
}

TEST(Process, WithoutATargetEndsWithZero) {
  Guarded sut;

  sut->start();

  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, CannotBeStartedTwice) {
  Guarded sut([] {});
  sut->start();

  EXPECT_TRUE(throws<mp::AssertionError>([&] { sut->start(); }, "cannot start a process twice"));
  EXPECT_EQ(sut.end(), 0);
  EXPECT_TRUE(throws<mp::AssertionError>([&] { sut->start(); }, "cannot start a process twice"));
}

TEST(Process, CannotBeJoinedBeforeItsStart) {
  Process sut([] {});

  EXPECT_TRUE(throws<mp::AssertionError>([&] { sut.join(); }, "can only join a started process"));
}

TEST(Process, CannotBeJoinedStartedOrTestedByAChild) {
  Guarded other(sleep_for_ever);
  other->start();
  Process unstarted([] {});

  EXPECT_EQ(
      in_child([&] {
        const bool refused =
            throws<mp::AssertionError>([&] { other->join(); }, "can only join a child process") &&
            throws<mp::AssertionError>([&] { (void)other->is_alive(); },
                                       "can only test a child process") &&
            throws<mp::AssertionError>([&] { other->kill(); }, "can only kill a child process") &&
            throws<mp::AssertionError>(
                [&] { unstarted.start(); },
                "can only start a process object created by current process");
        return refused ? 0 : 1;
      }),
      0);
  EXPECT_TRUE(other->is_alive());
}

TEST(Process, CannotBeTerminatedBeforeItsStart) {
  Process sut([] {});

  EXPECT_TRUE(
      throws<mp::AssertionError>([&] { sut.terminate(); }, "can only terminate a started process"));
}

TEST(Process, CannotBeClosedWhileItRuns) {
  Guarded sut(sleep_for_ever);
  sut->start();

  EXPECT_TRUE(throws<mp::ValueError>(
      [&] { sut->close(); },
      "Cannot close a process while it is still running. You should first call join() "
      "or terminate()."));
  EXPECT_TRUE(sut->is_alive());
}

TEST(Process, IsOfNoUseAfterClose) {
  constexpr std::string_view kClosed = "process object is closed";
  Guarded sut([] {});
  sut->start();
  ASSERT_EQ(sut.end(), 0);

  sut->close();
  sut->close();

  EXPECT_TRUE(throws<mp::ValueError>([&] { sut->start(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { sut->join(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { (void)sut->is_alive(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { sut->terminate(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { (void)sut->exitcode(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { (void)sut->pid(); }, kClosed));
  EXPECT_TRUE(throws<mp::ValueError>([&] { (void)sut->sentinel(); }, kClosed));
}

TEST(Process, HasNoSentinelBeforeItsStart) {
  const Process sut([] {});

  EXPECT_TRUE(throws<mp::ValueError>([&] { (void)sut.sentinel(); }, "process not started"));
}

TEST(Process, IsKnownByItsNewHandleAfterAMove) {
  Process first(sleep_for_ever);
  first.start();
  const int pid = first.pid().value();
  Guarded sut(std::move(first));

  EXPECT_EQ(sut->pid(), pid);
  EXPECT_TRUE(throws<mp::ValueError>([&] { first.join(); }, "process object was moved from"));
  sut->kill();
  EXPECT_EQ(sut.end(), -SIGKILL);
}

TEST(Process, MayBeReplacedInItsPlace) {
  std::vector<Process> crew;
  crew.emplace_back(sleep_for_ever);
  crew[0].start();
  crew[0].kill();
  ASSERT_TRUE(crew[0].join(kPatience));

  crew[0] = Process([] { throw mp::SystemExit(3); });
  crew[0].start();

  ASSERT_TRUE(crew[0].join(kPatience));
  EXPECT_EQ(crew[0].exitcode(), 3);
}

TEST(Process, IsNamedAfterItsPlaceInTheFamily) {
  support::PipeGate gate;
  const int code = in_child([] {
    Guarded first([] {});
    Guarded second([] {
      Guarded grandchild(
          [] { throw mp::SystemExit(mp::current_process().name().ends_with(":2:1") ? 0 : 1); });
      grandchild->start();
      throw mp::SystemExit(grandchild.end().value_or(9));
    });
    if (first->name() != mp::current_process().name() + ":1") return 2;
    if (second->name() != mp::current_process().name() + ":2") return 3;
    second->start();
    return second.end().value_or(9);
  });

  EXPECT_EQ(code, 0);
  EXPECT_THAT(Process([] {}).name(), MatchesRegex("Process-[0-9]+"));
}

TEST(Process, KeepsTheNameItIsGivenAndTellsTheChild) {
  Guarded sut(mp::ProcessOptions{.name = "Worker"},
              [] { throw mp::SystemExit(mp::current_process().name() == "Worker" ? 0 : 1); });
  EXPECT_EQ(sut->name(), "Worker");

  sut->start();

  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, InheritsTheDaemonFlagUnlessToldOtherwise) {
  Guarded sut(mp::ProcessOptions{.daemon = true}, [] {
    const bool inherited = Process([] {}).daemon();
    const bool overridden = Process({.daemon = false}, [] {}).daemon();
    throw mp::SystemExit(inherited && !overridden && mp::current_process().daemon() ? 0 : 1);
  });
  EXPECT_FALSE(Process([] {}).daemon());
  EXPECT_TRUE(sut->daemon());

  sut->start();

  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, CannotBecomeADaemonAfterItsStart) {
  Guarded sut(sleep_for_ever);
  sut->set_daemon(true);
  sut->set_daemon(false);
  sut->start();

  EXPECT_TRUE(
      throws<mp::AssertionError>([&] { sut->set_daemon(true); }, "process has already started"));
}

TEST(Process, DaemonsMayHaveNoChildren) {
  Guarded sut(mp::ProcessOptions{.daemon = true}, [] {
    const bool refused = throws<mp::AssertionError>(
        [] { Process([] {}).start(); }, "daemonic processes are not allowed to have children");
    throw mp::SystemExit(refused ? 0 : 1);
  });

  sut->start();

  EXPECT_EQ(sut.end(), 0);
}

TEST(Process, InheritsTheAuthkeyOfItsMaker) {
  const std::string mine = mp::current_process().authkey();
  Guarded sut([&] { throw mp::SystemExit(mp::current_process().authkey() == "changed" ? 0 : 1); });
  EXPECT_EQ(mine.size(), 32u);
  EXPECT_EQ(sut->authkey(), mine);
  sut->set_authkey("changed");

  sut->start();

  EXPECT_EQ(sut.end(), 0);
  EXPECT_EQ(mp::current_process().authkey(), mine);
}

TEST(Process, ReadsLikePythonsRepr) {
  const auto text = [](const Process& process) { return mp::repr(process); };
  Guarded sut(mp::ProcessOptions{.name = "reader", .daemon = true}, sleep_for_ever);

  EXPECT_THAT(text(*sut), MatchesRegex("<Process name='reader' parent=[0-9]+ initial daemon>"));
  sut->start();
  EXPECT_THAT(text(*sut),
              MatchesRegex("<Process name='reader' pid=[0-9]+ parent=[0-9]+ started daemon>"));
  sut->terminate();
  sut.end();
  EXPECT_THAT(
      text(*sut),
      MatchesRegex(
          "<Process name='reader' pid=[0-9]+ parent=[0-9]+ stopped exitcode=-SIGTERM daemon>"));
  sut->close();
  EXPECT_THAT(text(*sut), MatchesRegex("<Process name='reader' parent=[0-9]+ closed daemon>"));
  std::ostringstream out;
  out << mp::current_process();
  EXPECT_EQ(out.str(), "<Process name='MainProcess' parent=None started>");
}

class Upper : public Process {
 public:
  explicit Upper(int number) : number_(number) {}

 protected:
  void run() override { throw mp::SystemExit(number_); }

 private:
  int number_;
};

TEST(Process, RunsTheRunOfASubclassAndIsNamedAfterIt) {
  Upper sut(12);
  EXPECT_THAT(sut.name(), StartsWith("Upper-"));

  sut.start();

  ASSERT_TRUE(sut.join(kPatience));
  EXPECT_EQ(sut.exitcode(), 12);
}

TEST(CurrentProcess, IsAliveAndHasThisPid) {
  const Process sut = mp::current_process();

  EXPECT_EQ(sut.name(), "MainProcess");
  EXPECT_TRUE(sut.is_alive());
  EXPECT_FALSE(sut.daemon());
  EXPECT_EQ(sut.pid(), ::getpid());
  EXPECT_EQ(sut.exitcode(), std::nullopt);
  EXPECT_EQ(sut, mp::current_process());
}

TEST(CurrentProcess, CannotBeJoinedOrStarted) {
  EXPECT_TRUE(throws<mp::AssertionError>([] { mp::current_process().join(); },
                                         "can only join a child process"));
  EXPECT_TRUE(throws<mp::AssertionError>([] { mp::current_process().start(); },
                                         "cannot start a process twice"));
}

TEST(CurrentProcess, TakesANewName) {
  EXPECT_EQ(in_child([] {
              mp::current_process().set_name("renamed");
              return mp::current_process().name() == "renamed" ? 0 : 1;
            }),
            0);
}

TEST(ParentProcess, IsEmptyInTheFirstProcess) { EXPECT_EQ(mp::parent_process(), std::nullopt); }

TEST(ParentProcess, OfAChildOfABareForkIsTheForkAlsoWhenItsParentHadChildren) {
  Guarded before([] {});
  before->start();
  EXPECT_EQ(before.end(), 0);
  support::ChildScope bare([] {
    const int own = ::getpid();
    Guarded child([own] { throw mp::SystemExit(mp::parent_process()->pid() == own ? 0 : 1); });
    child->start();
    return child.end().value_or(2);
  });
  EXPECT_TRUE(bare.wait().ok()) << bare.wait().text();
}

TEST(ParentProcess, IsTheMakerForAChild) {
  const int maker = ::getpid();
  EXPECT_EQ(in_child([=] {
              auto parent = mp::parent_process();
              const bool right = parent && parent->pid() == maker &&
                                 parent->name() == "MainProcess" && parent->is_alive() &&
                                 !parent->join(0ms);
              return right ? 0 : 1;
            }),
            0);
}

TEST(ParentProcess, IsNoticedWhenItDies) {
  support::PipeGate alive;
  support::PipeGate dead;
  Guarded middle([&] {
    Process grandchild([&] {
      auto parent = mp::parent_process();
      alive.open(parent->is_alive() ? ::getpid() : 0);
      parent->join(kPatience);
      dead.open(parent->is_alive() ? 0 : 1);
    });
    grandchild.start();
    sleep_for_ever();
  });
  middle->start();
  ASSERT_GT(alive.pass(), 0);

  middle->terminate();

  EXPECT_EQ(middle.end(), -SIGTERM);
  EXPECT_EQ(dead.pass(), 1);
}

bool is_listed(const Process& process) {
  const std::vector<Process> children = mp::active_children();
  return std::find(children.begin(), children.end(), process) != children.end();
}

TEST(ActiveChildren, AreThoseBetweenStartAndEnd) {
  Guarded sut(sleep_for_ever);
  EXPECT_FALSE(is_listed(*sut));
  sut->start();
  EXPECT_TRUE(is_listed(*sut));
  sut->kill();
  ASSERT_EQ(sut.end(), -SIGKILL);
  EXPECT_FALSE(is_listed(*sut));
}

TEST(ActiveChildren, OutliveTheirHandles) {
  {
    Process(sleep_for_ever).start();
  }

  std::vector<Process> children = mp::active_children();

  ASSERT_EQ(children.size(), 1u);
  children[0].kill();
  EXPECT_TRUE(children[0].join(kPatience));
  EXPECT_EQ(children[0].exitcode(), -SIGKILL);
}

TEST(ActiveChildren, AreNotInherited) {
  Guarded other(sleep_for_ever);
  other->start();

  EXPECT_EQ(in_child([] { return static_cast<int>(mp::active_children().size()); }), 0);
}

}  // namespace
}  // namespace proc_test
