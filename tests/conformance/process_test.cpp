// CPython's tests of processes: _TestProcess, _TestSubclassingProcess, TestStartMethod and their
// kin.
#include "by_method.hpp"
#include "support/child_scope.hpp"
#include <libmp/libmp.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

using conformance::ByMethod;
using conformance::kAll;
using conformance::kPatience;
using conformance::name_of;

class TestProcess : public ByMethod {};
class TestSubclassingProcess : public TestProcess {};
class TestStartMethod : public TestProcess {};
class TestPollEintr : public TestProcess {};
class TestCloseFds : public TestProcess {};
class TestForkserver : public TestProcess {};

INSTANTIATE_TEST_SUITE_P(Methods, TestProcess, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestSubclassingProcess, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestStartMethod, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestPollEintr, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestCloseFds, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestForkserver, testing::Values("forkserver"), name_of);

bool is_listed(const mp::Process& process) {
  const auto children = mp::active_children();
  return std::any_of(children.begin(), children.end(),
                     [&](const mp::Process& child) { return child == process; });
}

void nothing() {}
void sleep_long() {
  for (;;) ::pause();
}

TEST(TestProcessItself, test_current) {
  const mp::Process self = mp::current_process();

  EXPECT_TRUE(self.is_alive());
  EXPECT_FALSE(self.daemon());
  EXPECT_FALSE(self.authkey().empty());
  EXPECT_EQ(self.pid(), ::getpid());
  EXPECT_EQ(self.exitcode(), std::nullopt);
}

TEST_P(TestProcess, test_daemon_argument) {
  const bool own = mp::current_process().daemon();

  EXPECT_EQ(ctx.Process(nothing).daemon(), own);
  EXPECT_TRUE(ctx.Process({.daemon = true}, nothing).daemon());
  EXPECT_FALSE(ctx.Process({.daemon = false}, nothing).daemon());
}

void send_parent(mp::Connection line) {
  const auto parent = mp::parent_process();
  line.send(mp::list{parent->pid().value(), parent->name()});
}

TEST_P(TestProcess, test_parent_process_attributes) {
  EXPECT_EQ(mp::parent_process(), std::nullopt);
  auto [reader, writer] = mp::Pipe(false);
  mp::Process child = ctx.Process(send_parent, std::move(writer));
  child.start();

  EXPECT_EQ(mp::repr(reader.recv(kPatience)),
            "[" + std::to_string(::getpid()) + ", '" + mp::current_process().name() + "']");
  child.join();
}

void watch_parent(mp::Connection line) {
  auto parent = mp::parent_process();
  line.send(parent->is_alive() ? "alive" : "not alive");
  parent->join(30s);
  line.send(parent->is_alive() ? "alive" : "not alive");
}

void start_watcher(std::string method, mp::Connection line) {
  mp::Process watcher({.start_method = method}, watch_parent, std::move(line));
  watcher.start();
  sleep_long();
}

TEST_P(TestProcess, test_parent_process) {
  auto [reader, writer] = mp::Pipe(false);
  mp::Process middle = ctx.Process(start_watcher, GetParam(), std::move(writer));
  middle.start();

  EXPECT_EQ(reader.recv<std::string>(kPatience), "alive");
  middle.terminate();
  middle.join();
  EXPECT_EQ(reader.recv<std::string>(kPatience), "not alive");
}

struct Keywords {
  int hello = 0;
  double bye = 0;
};

void send_what_it_got(mp::Queue<> queue, int one, int two, Keywords keywords) {
  const mp::Process self = mp::current_process();
  queue.put(mp::list{one, two, keywords.hello, keywords.bye, self.name()});
  queue.put(mp::bytes(self.authkey()));
  queue.put(self.pid().value());
}

TEST_P(TestProcess, test_process) {
  mp::Queue<> queue;
  mp::Process child = ctx.Process({.name = "SomeProcess", .daemon = true}, send_what_it_got, queue,
                                  1, 2, Keywords{23, 2.54});
  EXPECT_EQ(child.authkey(), mp::current_process().authkey());
  EXPECT_FALSE(child.is_alive());
  EXPECT_TRUE(child.daemon());
  EXPECT_FALSE(is_listed(child));
  EXPECT_EQ(child.exitcode(), std::nullopt);

  child.start();

  EXPECT_EQ(mp::repr(queue.get(kPatience)), "[1, 2, 23, 2.54, 'SomeProcess']");
  EXPECT_EQ(queue.get(kPatience), mp::Object(mp::bytes(mp::current_process().authkey())));
  EXPECT_EQ(queue.get(kPatience).as<int>(), child.pid());
  child.join();
  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_FALSE(child.is_alive());
  EXPECT_FALSE(is_listed(child));
}

TEST_P(TestProcess, test_process_mainthread_native_id) {
  mp::Queue<int> queue;
  mp::Process child = ctx.Process([](mp::Queue<int> ids) { ids.put(::gettid()); }, queue);
  child.start();

  const int id = queue.get(kPatience);
  EXPECT_NE(id, ::gettid());
  EXPECT_EQ(id, child.pid());
  child.join();
}

void end_and_check(mp::Process child, const std::function<void(mp::Process&)>& end, int code) {
  child.start();
  EXPECT_TRUE(child.is_alive());
  EXPECT_TRUE(is_listed(child));
  EXPECT_EQ(child.exitcode(), std::nullopt);
  EXPECT_FALSE(child.join(0s));
  EXPECT_FALSE(child.join(-1s));
  EXPECT_TRUE(child.is_alive());

  end(child);

  EXPECT_TRUE(child.join(kPatience));
  EXPECT_FALSE(child.is_alive());
  EXPECT_FALSE(is_listed(child));
  EXPECT_TRUE(child.join());
  EXPECT_EQ(child.exitcode(), code);
}

TEST_P(TestProcess, test_terminate) {
  end_and_check(
      ctx.Process({.daemon = true}, sleep_long), [](mp::Process& child) { child.terminate(); },
      -SIGTERM);
}

TEST_P(TestProcess, test_kill) {
  end_and_check(
      ctx.Process({.daemon = true}, sleep_long), [](mp::Process& child) { child.kill(); },
      -SIGKILL);
}

TEST_P(TestProcess, test_active_children) {
  mp::Event end;
  mp::Process child = ctx.Process([](mp::Event event) { event.wait(); }, end);
  EXPECT_FALSE(is_listed(child));
  child.start();
  EXPECT_TRUE(is_listed(child));
  end.set();
  child.join();
  EXPECT_FALSE(is_listed(child));
}

void recurse(std::string method, mp::Queue<std::string> paths, std::string path) {
  paths.put("[" + path + "]");
  if (path.size() >= 3) return;
  for (int i = 0; i < 2; ++i) {
    mp::Process child({.start_method = method}, recurse, method, paths,
                      path + (path.empty() ? "" : ",") + std::to_string(i));
    child.start();
    child.join();
  }
}

TEST_P(TestProcess, test_recursion) {
  mp::Queue<std::string> queue;
  recurse(GetParam(), queue, "");

  std::vector<std::string> paths;
  while (!queue.empty()) paths.push_back(queue.get());
  EXPECT_THAT(paths, ElementsAre("[]", "[0]", "[0,0]", "[0,1]", "[1]", "[1,0]", "[1,1]"));
}

TEST_P(TestProcess, test_sentinel) {
  mp::Event event;
  mp::Process child = ctx.Process([](mp::Event end) { end.wait(); }, event);
  EXPECT_THROW((void)child.sentinel(), mp::ValueError);
  child.start();
  const int sentinel = child.sentinel();
  EXPECT_TRUE(mp::wait({sentinel}, 0s).empty());
  event.set();
  child.join();
  EXPECT_EQ(mp::wait({sentinel}, 1s).size(), 1u);
}

TEST_P(TestProcess, test_close) {
  mp::Event event;
  mp::Process child = ctx.Process([](mp::Event end) { end.wait(); }, event);
  child.start();
  EXPECT_THROW(child.close(), mp::ValueError);
  event.set();
  child.join();
  EXPECT_EQ(child.exitcode(), 0);
  child.close();
  EXPECT_THROW((void)child.is_alive(), mp::ValueError);
  EXPECT_THROW(child.join(), mp::ValueError);
  EXPECT_THROW(child.terminate(), mp::ValueError);
  child.close();
}

void start_and_expect(const mp::Context& ctx, void (*target)(), int count, bool terminate,
                      int code) {
  std::vector<mp::Process> crew;
  for (int i = 0; i < count; ++i) crew.push_back(ctx.Process(target));
  for (mp::Process& child : crew) child.start();
  if (terminate) std::this_thread::sleep_for(1ms);  // "1 ms after starting", says the row
  for (mp::Process& child : crew) {
    if (terminate) child.terminate();
  }
  for (mp::Process& child : crew) {
    EXPECT_TRUE(child.join(kPatience));
    EXPECT_EQ(child.exitcode(), code);
  }
}

TEST_P(TestProcess, test_many_processes) {
  start_and_expect(ctx, nothing, 100, false, 0);
  start_and_expect(ctx, sleep_long, 100, true, -SIGTERM);
}

struct Callable {
  std::shared_ptr<int> here;  // not there
  void operator()(mp::Queue<int> queue, const Callable&) const { queue.put(5); }
  template <class Archive>
  void serialize(Archive&) {}
};

TEST_P(TestProcess, test_lose_target_ref) {
  mp::Queue<int> queue;
  Callable callable{std::make_shared<int>(0)};
  const std::weak_ptr<int> reference = callable.here;
  mp::Process child = ctx.Process(callable, queue, callable);
  callable.here = nullptr;
  child.start();
  child.join();

  EXPECT_TRUE(reference.expired());
  EXPECT_EQ(queue.get(kPatience), 5);
}

void count_descriptors(mp::Queue<int> counts, mp::Event end) {
  int count = 0;
  for (int fd = 0; fd < 1024; ++fd) count += ::fcntl(fd, F_GETFD) != -1 ? 1 : 0;
  counts.put(count);
  end.wait();
}

TEST_P(TestProcess, test_child_fd_inflation) {
  if (GetParam() == "fork") return;  // the row leaves it out
  mp::Queue<int> counts;
  mp::Event end;
  std::vector<mp::Process> crew;
  for (int i = 0; i < 5; ++i) {
    crew.push_back(ctx.Process(count_descriptors, counts, end));
    crew.back().start();
  }
  std::vector<int> found;
  for (int i = 0; i < 5; ++i) found.push_back(counts.get(kPatience));
  end.set();
  for (mp::Process& child : crew) child.join();

  EXPECT_THAT(found, testing::Each(found.front()));
}

void tell_parent_then_wait(mp::Event started, mp::Event go, mp::Event done) {
  started.set();
  go.wait();
  done.set();
}

int pid_of_server() {
  mp::Queue<int> queue;
  mp::Process child =
      mp::get_context("forkserver").Process([](mp::Queue<int> q) { q.put(::getppid()); }, queue);
  child.start();
  child.join();
  return queue.get(kPatience);
}

void check_forkserver_death(const mp::Context& ctx, int signal) {
  mp::Event started;
  mp::Event go;
  mp::Event done;
  mp::Process first = ctx.Process(tell_parent_then_wait, started, go, done);
  first.start();
  ASSERT_TRUE(started.wait(kPatience));
  ::kill(pid_of_server(), signal);

  mp::Event second_done;
  mp::Process second = ctx.Process([](mp::Event event) { event.set(); }, second_done);
  second.start();
  EXPECT_TRUE(second.join(kPatience));
  EXPECT_EQ(second.exitcode(), 0);
  EXPECT_TRUE(second_done.is_set());

  go.set();
  EXPECT_TRUE(first.join(kPatience));
  EXPECT_TRUE(done.is_set());
  EXPECT_THAT(first.exitcode().value(), testing::AnyOf(0, 255));
}

TEST_P(TestForkserver, test_forkserver_sigint) { check_forkserver_death(ctx, SIGINT); }
TEST_P(TestForkserver, test_forkserver_sigkill) { check_forkserver_death(ctx, SIGKILL); }

class Upper : public mp::Subclass<Upper> {
 public:
  explicit Upper(const std::string& method = {})
      : Subclass(mp::ProcessOptions{.start_method = method}) {
    auto [ours, theirs] = mp::Pipe();
    parent_end.push_back(std::move(ours));
    child_end.push_back(std::move(theirs));
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(child_end);
  }
  std::string submit(const std::string& text) {
    parent_end[0].send(text);
    return parent_end[0].recv<std::string>(kPatience);
  }
  void stop() { parent_end[0].send(nullptr); }

 private:
  void run() override {
    for (;;) {
      const mp::Object text = child_end[0].recv();
      if (text.is_none()) return;
      std::string upper = text.as<std::string>();
      std::transform(upper.begin(), upper.end(), upper.begin(), ::toupper);
      child_end[0].send(upper);
    }
  }

  std::vector<mp::Connection> parent_end;
  std::vector<mp::Connection> child_end;
};

TEST_P(TestSubclassingProcess, test_subclassing) {
  Upper upper(GetParam());
  upper.start();

  EXPECT_EQ(upper.submit("hello"), "HELLO");
  EXPECT_EQ(upper.submit("world"), "WORLD");
  upper.stop();
  EXPECT_TRUE(upper.join(kPatience));
}

void exit_by(int code) { throw mp::SystemExit(code); }

TEST_P(TestSubclassingProcess, test_sys_exit) {
  for (const auto& [request, code] : {std::pair{1, 1}, {0, 0}, {8, 8}}) {
    mp::Process child = ctx.Process(exit_by, request);
    child.start();
    child.join();
    EXPECT_EQ(child.exitcode(), code);
  }
  mp::Process text = ctx.Process([] { throw mp::SystemExit("ignore this"); });
  text.start();
  text.join();
  EXPECT_EQ(text.exitcode(), 1);
  mp::Process none = ctx.Process([] { throw mp::SystemExit(); });
  none.start();
  none.join();
  EXPECT_EQ(none.exitcode(), 0);
}

TEST_P(TestStartMethod, test_context) {
  EXPECT_EQ(ctx.get_start_method(), GetParam());
  EXPECT_EQ(ctx.get_context().get_start_method(), GetParam());
  for (const char* method : {"fork", "spawn", "forkserver"}) {
    EXPECT_THROW(ctx.set_start_method(method), mp::ValueError);
  }
  auto [reader, writer] = mp::Pipe(false);
  mp::Process child = ctx.Process([](mp::Connection line) { line.send(mp::get_start_method()); },
                                  std::move(writer));
  child.start();
  EXPECT_EQ(reader.recv<std::string>(kPatience), GetParam());
  child.join();
}

TEST_P(TestStartMethod, test_set_get) {
  support::ChildScope scope([&] {
    mp::set_start_method(GetParam(), true);
    if (mp::get_start_method() != GetParam()) return 1;
    if (mp::get_context().get_start_method() != GetParam()) return 2;
    mp::Queue<std::string> queue;
    mp::Process child([](mp::Queue<std::string> q) { q.put(mp::get_start_method()); }, queue);
    child.start();
    child.join();
    return queue.get(kPatience) == GetParam() ? 0 : 3;
  });
  EXPECT_TRUE(scope.wait().ok()) << scope.wait().text();
}

TEST(TestStartMethods, test_get_all) {
  EXPECT_THAT(mp::get_all_start_methods(), ElementsAre("fork", "spawn", "forkserver"));
}

void put_one(mp::Queue<int> queue) { queue.put(1); }
void put_two_and_nest(std::string method, mp::Queue<int> queue) {
  queue.put(2);
  mp::Process child({.start_method = method}, put_one, queue);
  child.start();
  child.join();
}

TEST_P(TestStartMethod, test_nested_startmethod) {
  mp::Queue<int> queue;
  mp::Process child = ctx.Process(put_two_and_nest, GetParam(), queue);
  child.start();
  child.join();

  EXPECT_EQ(queue.get(kPatience), 2);
  EXPECT_EQ(queue.get(kPatience), 1);
}

void use_descriptor(int fd) { throw mp::SystemExit(::fcntl(fd, F_GETFD) == -1 ? 1 : 0); }

TEST_P(TestCloseFds, test_closefd) {
  const int fd = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 50);
  mp::Process child = ctx.Process(use_descriptor, fd);
  child.start();
  child.join();
  ::close(fd);

  EXPECT_EQ(child.exitcode(), GetParam() == "fork" ? 0 : 1);
}

std::atomic<bool> got_signal{false};

void signal_parent(int pid, mp::Event end) {
  ::kill(pid, SIGUSR1);
  end.wait();
}

TEST_P(TestPollEintr, test_poll_eintr) {
  struct sigaction action{};
  action.sa_handler = [](int) { got_signal = true; };
  struct sigaction before{};
  ::sigaction(SIGUSR1, &action, &before);
  got_signal = false;
  mp::Event end;
  mp::Process child = ctx.Process(signal_parent, ::getpid(), end);
  child.start();
  std::thread later([&] {
    while (!got_signal) std::this_thread::yield();
    end.set();
  });

  EXPECT_TRUE(child.join(kPatience));

  later.join();
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_EQ(child.exitcode(), 0);
}

}  // namespace
