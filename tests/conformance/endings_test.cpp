// CPython's tests of how a child ends: its threads, finalizers, exit handlers and streams.
#include "by_method.hpp"
#include "proc/finalizers.hpp"
#include "support/temp_dir.hpp"
#include <libmp/libmp.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using testing::ElementsAre;

using conformance::ByMethod;
using conformance::kAll;
using conformance::kPatience;
using conformance::name_of;

class TestProcess : public ByMethod {};
class TestSubclassingProcess : public TestProcess {};
class TestFinalize : public TestProcess {};
class TestAtExit : public TestProcess {};

INSTANTIATE_TEST_SUITE_P(Methods, TestProcess, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestSubclassingProcess, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestFinalize, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestAtExit, kAll, name_of);

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void leave_threads(mp::Event returning, mp::Event go, mp::Event done) {
  mp::join_at_exit(std::thread([go, done]() mutable {
    go.wait();
    done.set();
  }));
  std::thread([] {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }).detach();
  returning.set();
}

TEST_P(TestProcess, test_wait_for_threads) {
  mp::Event returning;
  mp::Event go;
  mp::Event done;
  mp::Process child = ctx.Process(leave_threads, returning, go, done);
  child.start();
  ASSERT_TRUE(returning.wait(kPatience));
  EXPECT_FALSE(done.is_set());
  go.set();

  EXPECT_TRUE(child.join(kPatience));
  EXPECT_TRUE(done.is_set());
  EXPECT_EQ(child.exitcode(), 0);
}

class BrokenBuffer : public std::streambuf {
 protected:
  int sync() override { return -1; }
};

enum class Breakage : std::uint8_t { OutBroken, OutAbsent, ErrBroken, ErrAbsent };
constexpr std::array kBreakages = {Breakage::OutBroken, Breakage::OutAbsent, Breakage::ErrBroken,
                                   Breakage::ErrAbsent};

// stdout or stderr of C++, for as long as it lives.
class Broken {
 public:
  explicit Broken(Breakage how)
      : stream_(how == Breakage::OutBroken || how == Breakage::OutAbsent ? std::cout : std::cerr),
        before_(stream_.rdbuf()) {
    const bool is_absent = how == Breakage::OutAbsent || how == Breakage::ErrAbsent;
    stream_.rdbuf(is_absent ? nullptr : &buffer_);
  }
  ~Broken() { stream_.rdbuf(before_); }
  Broken(const Broken&) = delete;
  Broken& operator=(const Broken&) = delete;

 private:
  BrokenBuffer buffer_;
  std::ostream& stream_;
  std::streambuf* before_;
};

TEST_P(TestProcess, test_error_on_stdio_flush_1) {
  for (const Breakage how : kBreakages) {
    mp::Event event;
    mp::Process child = ctx.Process([](mp::Event set) { set.set(); }, event);
    {
      const Broken broken(how);
      child.start();
    }
    EXPECT_TRUE(child.join(kPatience));
    EXPECT_TRUE(event.is_set());
    EXPECT_EQ(child.exitcode(), 0);
  }
}

void break_and_set(Breakage how, mp::Event event) {
  new Broken(how);  // to the end
  event.set();
}

TEST_P(TestProcess, test_error_on_stdio_flush_2) {
  for (const Breakage how : kBreakages) {
    mp::Event event;
    mp::Process child = ctx.Process(break_and_set, how, event);
    child.start();
    EXPECT_TRUE(child.join(kPatience));
    EXPECT_TRUE(event.is_set());
    EXPECT_EQ(child.exitcode(), 0);
  }
}

void fail_into(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(file, STDERR_FILENO);
  static std::array<char, 4096> buffer;
  std::setvbuf(stderr, buffer.data(), _IOFBF, buffer.size());
  throw std::domain_error("1/0");
}

TEST_P(TestSubclassingProcess, test_stderr_flush) {
  const support::TempDir folder;
  const std::string path = folder / "stderr";
  mp::Process child = ctx.Process(fail_into, path);
  child.set_name("divider");
  child.start();
  EXPECT_TRUE(child.join(kPatience));

  EXPECT_EQ(child.exitcode(), 1);
  EXPECT_EQ(content_of(path), "Process divider:\nstd::domain_error: 1/0\n");
}

// What it names is handed to the queue when the finalizer runs.
std::function<void()> says(const mp::Queue<std::string>& order, const std::string& name) {
  return [queue = order, name]() mutable { queue.put(name); };
}

void make_finalizers(mp::Queue<std::string> order) {
  auto a = std::make_unique<mp::Finalize>(says(order, "a"));
  a.reset();
  EXPECT_FALSE(a);

  mp::Finalize b(says(order, "b"));
  EXPECT_TRUE(b());
  EXPECT_FALSE(b());
  EXPECT_FALSE(b.still_active());

  // To the end of the process, as what static objects own.
  new mp::Finalize(says(order, "c"));
  new mp::Finalize(says(order, "d10"), 1);
  new mp::Finalize(says(order, "d01"), 0);
  new mp::Finalize(says(order, "d02"), 0);
  new mp::Finalize(says(order, "d03"), 0);
  new mp::Finalize(says(order, "e"), -10);
  new mp::Finalize(says(order, "STOP"), -100);
}

TEST_P(TestFinalize, test_finalize) {
  mp::Queue<std::string> order;
  mp::Process child = ctx.Process(make_finalizers, order);
  child.start();
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);

  std::vector<std::string> ran;
  while (!order.empty()) ran.push_back(order.get());
  EXPECT_THAT(ran, ElementsAre("a", "b", "d10", "d03", "d02", "d01", "e", "STOP"));
}

// One thread ends finalizers as a process that exits does, another makes and drops them.
void make_and_run() {
  constexpr int kRounds = 20'000;
  std::atomic<bool> stop{false};
  std::atomic<int> called{0};
  std::thread maker([&] {
    std::minstd_rand random(7);
    for (int i = 0; i < kRounds; ++i) {
      const int priority = static_cast<int>(random() % 100) + 1;
      const mp::Finalize dropped([&] { ++called; }, priority);
    }
    stop = true;
  });
  while (!stop) mp::proc::run_finalizers(0);
  maker.join();
  throw mp::SystemExit(called == kRounds ? 0 : 2);
}

TEST_P(TestFinalize, test_thread_safety) {
  mp::Process child = ctx.Process(make_and_run);
  child.start();
  EXPECT_TRUE(child.join(kPatience));
  EXPECT_EQ(child.exitcode(), 0);
}

std::string& path_of_own() {
  static auto& path = *new std::string;
  return path;
}

void write_own() { std::ofstream(path_of_own()) << "deadbeef"; }

void register_own(const std::string& path) {
  path_of_own() = path;
  std::atexit(write_own);
}

TEST_P(TestAtExit, test_atexit) {
  static pid_t creator = ::getpid();
  static std::string inherited;
  const support::TempDir folder;
  const std::string own = folder / "own";
  inherited = folder / "inherited";
  // Of the parent: no business of its children.
  std::atexit([] {
    if (::getpid() != creator) std::ofstream(inherited) << "inherited";
  });
  mp::Process child = ctx.Process(register_own, own);
  child.start();
  EXPECT_TRUE(child.join(kPatience));

  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(content_of(own), "deadbeef");
  EXPECT_EQ(content_of(inherited), "");
}

}  // namespace
