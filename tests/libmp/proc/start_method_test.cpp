// Children of every start method: what they are given, what they are told, how they end.
#include "guarded.hpp"
#include <libmp/libmp.hpp>

#include <array>
#include <cerrno>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class EveryMethod : public testing::TestWithParam<std::string> {
 protected:
  // A child of this method that runs `target` and ends well.
  template <class... Args>
  void run(Args&&... args) {
    Guarded child(mp::ProcessOptions{.start_method = GetParam()}, std::forward<Args>(args)...);
    child->start();
    EXPECT_EQ(child.end(), 0);
  }
  mp::Context context() { return mp::get_context(GetParam()); }
};

class WithoutInheritance : public EveryMethod {};

INSTANTIATE_TEST_SUITE_P(Methods, EveryMethod, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });
INSTANTIATE_TEST_SUITE_P(Methods, WithoutInheritance, testing::Values("spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

struct Point {
  int x = 0;
  double y = 0;
  std::string label;
};

class Account {
 public:
  Account() = default;
  explicit Account(int amount) : amount_(amount), holders_{"ada", "bob"} {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(amount_, holders_);
  }
  [[nodiscard]] std::string text() const { return holders_.at(1) + std::to_string(amount_); }

 private:
  int amount_ = 0;
  std::vector<std::string> holders_;
};

void put_values(mp::Queue<std::string> answers, int number, std::string text, const char* literal,
                const Point& point, const std::map<std::string, std::vector<int>>& table,
                std::unique_ptr<int> owned, const Account& account, const mp::Object& object) {
  answers.put(std::to_string(number) + text + literal + std::to_string(point.x) + point.label +
              std::to_string(table.at("a").at(1)) + std::to_string(*owned) + account.text() +
              mp::repr(object));
}

TEST_P(EveryMethod, ArgumentsArriveAsTheyWere) {
  mp::Queue<std::string> answers;

  run(put_values, answers, 1, std::string("two"), "three", Point{4, 0.5, "five"},
      std::map<std::string, std::vector<int>>{{"a", {5, 6}}}, std::make_unique<int>(7), Account(8),
      mp::Object(mp::list{9, nullptr, "ten"}));

  EXPECT_EQ(answers.get(10s), "1twothree4five67bob8[9, None, 'ten']");
}

TEST_P(EveryMethod, ALambdaThatCapturesNothingTravels) {
  mp::Queue<int> answers;

  run([](mp::Queue<int> queue, int value) { queue.put(value * 2); }, answers, 21);

  EXPECT_EQ(answers.get(10s), 42);
}

struct Adder {
  int amount = 0;
  void operator()(mp::Queue<int> queue, int value) const { queue.put(value + amount); }
};

TEST_P(EveryMethod, ACallableWithStateTravels) {
  mp::Queue<int> answers;

  run(Adder{40}, answers, 2);

  EXPECT_EQ(answers.get(10s), 42);
}

int twice(int value) { return 2 * value; }
void apply(int (*function)(int), mp::Queue<int> queue, int value) { queue.put(function(value)); }

TEST_P(EveryMethod, AFunctionMayBeAnArgument) {
  mp::Queue<int> answers;

  run(apply, twice, answers, 21);

  EXPECT_EQ(answers.get(10s), 42);
}

void count_under_lock(mp::Lock lock, mp::Queue<int> box, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const std::scoped_lock guard(lock);
    box.put(box.get() + 1);
  }
}

TEST_P(EveryMethod, LocksAndQueuesAreTheSameOnesThere) {
  mp::Lock lock("counter");
  mp::Queue<int> box;
  box.put(0);
  std::vector<std::unique_ptr<Guarded>> crew;
  for (int i = 0; i < 3; ++i) {
    crew.push_back(std::make_unique<Guarded>(mp::ProcessOptions{.start_method = GetParam()},
                                             count_under_lock, lock, box, 200));
    (*crew.back())->start();
  }
  for (auto& child : crew) EXPECT_EQ(child->end(), 0);

  EXPECT_EQ(box.get(), 600);
}

void same_lock_twice(mp::Lock first, mp::Lock second) {
  first.acquire();
  throw mp::SystemExit(second.try_acquire() ? 1 : 0);
}

TEST_P(EveryMethod, TwoHandlesOfOneLockArriveAsHandlesOfOneLock) {
  mp::Lock lock;
  run(same_lock_twice, lock, lock);
}

void use_everything(mp::RLock rlock, mp::Semaphore semaphore, mp::BoundedSemaphore bounded,
                    mp::Condition condition, mp::Event event, mp::Barrier barrier) {
  rlock.acquire();
  rlock.acquire();
  semaphore.release();
  bounded.acquire();
  barrier.wait();
  {
    const std::scoped_lock guard(condition);
    condition.notify_all();
  }
  event.wait();
}

TEST_P(EveryMethod, EveryPrimitiveIsTheSameOneThere) {
  mp::RLock rlock;
  mp::Semaphore semaphore(0);
  mp::BoundedSemaphore bounded(2, "bounded");
  mp::Condition condition;
  mp::Event event;
  mp::Barrier barrier(2);
  Guarded child(mp::ProcessOptions{.name = "P1", .start_method = GetParam()}, use_everything, rlock,
                semaphore, bounded, condition, event, barrier);
  {
    const std::scoped_lock guard(condition);
    child->start();
    barrier.wait(10s);
    EXPECT_TRUE(condition.wait(10s));
  }

  EXPECT_TRUE(semaphore.acquire(10s));
  EXPECT_EQ(bounded.get_value(), 1);
  EXPECT_EQ(mp::repr(rlock), "<RLock(SomeOtherProcess, nonzero)>");
  event.set();
  EXPECT_EQ(child.end(), 0);
}

void act() { throw mp::SystemExit(3); }

TEST_P(WithoutInheritance, ABarriersActionTravelsIfItIsAPlainFunction) {
  Guarded child(
      mp::ProcessOptions{.start_method = GetParam()}, [](mp::Barrier barrier) { barrier.wait(); },
      mp::Barrier(1, act));
  child->start();
  EXPECT_EQ(child.end(), 3);

  mp::Process other =
      context().Process([](mp::Barrier barrier) { barrier.wait(); }, mp::Barrier(1, [] {}));
  EXPECT_THROW(other.start(), mp::RuntimeError);
}

struct Station {
  int number = 0;
  mp::Connection line;
  std::vector<mp::Queue<std::string>> queues;
};

void work_at(Station station) {
  station.queues.at(1).put(station.line.recv<std::string>() + std::to_string(station.number));
}

TEST_P(EveryMethod, HandlesTravelInsideOfStructsAndContainers) {
  auto [ours, theirs] = mp::Pipe();
  std::vector<mp::Queue<std::string>> queues(2);
  Guarded child(mp::ProcessOptions{.start_method = GetParam()}, work_at,
                Station{7, std::move(theirs), queues});

  child->start();
  ours.send("hello");

  EXPECT_EQ(queues[1].get(10s), "hello7");
  EXPECT_EQ(child.end(), 0);
}

void echo(mp::Connection line) {
  for (;;) line.send(line.recv());
}

TEST_P(EveryMethod, AMovedConnectionIsClosedHereOnceTheChildHasIt) {
  auto [ours, theirs] = mp::Pipe();
  Guarded child(mp::ProcessOptions{.start_method = GetParam()}, echo, std::move(theirs));
  child->start();
  ours.send(mp::list{1, "two"});
  EXPECT_EQ(mp::repr(ours.recv(10s)), "[1, 'two']");

  child->kill();
  child.end();

  EXPECT_THROW(static_cast<void>(ours.recv(10s)), mp::EOFError);
}

void tell_identity(mp::Queue<std::string> answers) {
  const mp::Process self = mp::current_process();
  const mp::Process parent = mp::parent_process().value();
  answers.put(self.name() + "|" + std::to_string(self.pid().value()) + "|" +
              (self.daemon() ? "daemon" : "") + "|" + parent.name() + "|" +
              std::to_string(parent.pid().value()) + "|" + (parent.is_alive() ? "alive" : "") +
              "|" + mp::get_start_method() + "|" + self.authkey());
}

TEST_P(EveryMethod, TheChildKnowsWhoItIsAndWhoItsParentIs) {
  mp::Queue<std::string> answers;
  Guarded child(mp::ProcessOptions{.name = "Worker", .daemon = true, .start_method = GetParam()},
                tell_identity, answers);
  child->start();

  EXPECT_EQ(answers.get(10s), "Worker|" + std::to_string(child->pid().value()) +
                                  "|daemon|MainProcess|" + std::to_string(::getpid()) + "|alive|" +
                                  GetParam() + "|" + mp::current_process().authkey());
  EXPECT_EQ(child.end(), 0);
}

void tell_name_of_child(mp::Queue<std::string> answers) {
  mp::Process child([](mp::Queue<std::string> queue) { queue.put(mp::current_process().name()); },
                    answers);
  child.start();
  child.join();
}

TEST_P(EveryMethod, NamesShowThePlaceInTheFamily) {
  mp::Queue<std::string> answers;
  mp::Process child = context().Process(tell_name_of_child, answers);
  const std::string name = child.name();
  child.start();
  EXPECT_TRUE(child.join(kPatience));

  EXPECT_EQ(answers.get(10s), "Process-" + name.substr(name.find('-') + 1) + ":1");
}

TEST_P(EveryMethod, ExitCodesAreKnown) {
  Guarded well(mp::ProcessOptions{.start_method = GetParam()}, [] {});
  Guarded code(mp::ProcessOptions{.start_method = GetParam()}, [] { throw mp::SystemExit(7); });
  Guarded failed(mp::ProcessOptions{.start_method = GetParam()},
                 [] { throw mp::ValueError("on purpose"); });
  Guarded killed(mp::ProcessOptions{.start_method = GetParam()}, sleep_for_ever);
  Guarded terminated(mp::ProcessOptions{.start_method = GetParam()}, sleep_for_ever);
  for (auto* child : {&well, &code, &failed, &killed, &terminated}) (*child)->start();
  EXPECT_TRUE(killed->is_alive());
  EXPECT_EQ(killed->exitcode(), std::nullopt);
  killed->kill();
  terminated->terminate();

  EXPECT_EQ(well.end(), 0);
  EXPECT_EQ(code.end(), 7);
  EXPECT_EQ(failed.end(), 1);
  EXPECT_EQ(killed.end(), -SIGKILL);
  EXPECT_EQ(terminated.end(), -SIGTERM);
}

TEST_P(EveryMethod, TheSentinelIsReadyAtTheEndAndThenTheCodeIsThere) {
  Guarded child(mp::ProcessOptions{.start_method = GetParam()}, sleep_for_ever);
  child->start();
  EXPECT_TRUE(mp::wait({child->sentinel()}, 0s).empty());

  child->kill();

  EXPECT_EQ(mp::wait({child->sentinel()}, 10s).size(), 1u);
  EXPECT_EQ(child->exitcode(), -SIGKILL);
  EXPECT_FALSE(child->is_alive());
}

class Worker : public mp::Subclass<Worker> {
 public:
  Worker() = default;
  Worker(mp::ProcessOptions options, std::string word, mp::Queue<std::string> answers)
      : Subclass(std::move(options)), word_(std::move(word)), answers_(std::move(answers)) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(word_, answers_);
  }

 private:
  void run() override { answers_.put(word_ + " from " + name()); }

  std::string word_;
  mp::Queue<std::string> answers_;
};

TEST_P(EveryMethod, ASubclassRunsItsRun) {
  mp::Queue<std::string> answers;
  Worker worker({.name = "Anna", .start_method = GetParam()}, "hello", answers);

  worker.start();

  EXPECT_EQ(answers.get(10s), "hello from Anna");
  EXPECT_TRUE(worker.join(kPatience));
  EXPECT_EQ(worker.exitcode(), 0);
}

void nest(mp::Queue<std::string> answers, int depth, std::string path) {
  answers.put(path);
  if (depth == 0) return;
  for (const char* step : {"0", "1"}) {
    mp::Process child(nest, answers, depth - 1, path + step);
    child.start();
    child.join();
  }
}

TEST_P(EveryMethod, ChildrenHaveChildrenOfTheSameMethod) {
  mp::Queue<std::string> answers;
  run(nest, answers, 2, std::string("r"));

  std::vector<std::string> paths;
  while (!answers.empty()) paths.push_back(answers.get());
  EXPECT_THAT(paths, ElementsAre("r", "r0", "r00", "r01", "r1", "r10", "r11"));
}

void tell_servers(mp::Queue<int> servers, int generations) {
  servers.put(::getppid());
  if (generations == 1) return;
  mp::Process child(tell_servers, servers, generations - 1);
  child.start();
  child.join();
}

// Each test here is a program of its own: this child is the one for which the server is started.
TEST(ForkServer, TheFirstChildAndItsChildrenUseOneServer) {
  mp::Queue<int> servers;
  Guarded child(mp::ProcessOptions{.start_method = "forkserver"}, tell_servers, servers, 2);
  child->start();
  EXPECT_EQ(child.end(), 0);
  EXPECT_EQ(servers.get(), servers.get());
}

TEST_P(WithoutInheritance, WhatCannotTravelIsRefusedWithTheReasonAndTheRemedy) {
  int local = 1;
  const auto refusal = [&](mp::Process process) -> std::string {
    try {
      process.start();
    } catch (const mp::RuntimeError& error) {
      EXPECT_EQ(process.pid(), std::nullopt) << "and nothing has started";
      return error.what();
    }
    process.kill();
    return "started";
  };

  EXPECT_THAT(refusal(context().Process([local] { static_cast<void>(local); })),
              HasSubstr("a lambda that captures"));
  EXPECT_THAT(refusal(context().Process([](int*) {}, &local)),
              testing::AllOf(StartsWith("argument 1 (int*)"), HasSubstr("a pointer")));
  EXPECT_THAT(refusal(context().Process([](int, const std::vector<const char*>&) {}, 1,
                                        std::vector<const char*>{})),
              StartsWith("argument 2 (std::vector<char const*"));
  EXPECT_THAT(
      refusal(context().Process([](const std::function<void()>&) {}, std::function<void()>([] {}))),
      HasSubstr("Give it a member template"));
  class Plain : public mp::Process {
   public:
    explicit Plain(mp::ProcessOptions options) : Process(std::move(options)) {}
    void run() override {}
  };
  Plain plain({.start_method = GetParam()});
  EXPECT_THROW(plain.start(), mp::RuntimeError);
}

TEST_P(WithoutInheritance, ArgumentsCannotBePutIntoAQueue) {
  mp::Queue<mp::Lock> locks;
  EXPECT_TRUE(throws<mp::RuntimeError>(
      [&] { locks.put(mp::Lock()); },
      "Lock objects should only be shared between processes through inheritance: "
      "pass it as an argument of the Process"));
}

void try_descriptor(int fd) {
  throw mp::SystemExit(::fcntl(fd, F_GETFD) == -1 && errno == EBADF ? 0 : 1);
}

TEST_P(WithoutInheritance, DescriptorsOfTheParentAreNotThere) {
  const int fd = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 50);
  run(try_descriptor, fd);
  ::close(fd);
}

}  // namespace
}  // namespace proc_test
