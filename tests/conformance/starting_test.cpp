// CPython's tests of what a child is given, and of what it may do at once.
#include "by_method.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/libmp.hpp>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using conformance::ByMethod;
using conformance::kAll;
using conformance::kPatience;
using conformance::name_of;

class TestProcess : public ByMethod {
 protected:
  void expect_ends(mp::Process child) {
    child.start();
    EXPECT_TRUE(child.join(kPatience));
    EXPECT_EQ(child.exitcode(), 0);
  }
};
class TestStartMethod : public TestProcess {};
class TestStdinBadfiledescriptor : public TestProcess {};
class TestFlags : public TestProcess {};
class TestFcntl : public TestProcess {};
class BasicTest : public TestProcess {};
class TestForkAwareThreadLock : public TestProcess {};

INSTANTIATE_TEST_SUITE_P(Methods, TestProcess, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestStartMethod, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestStdinBadfiledescriptor, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestFlags, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestFcntl, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, BasicTest, kAll, name_of);
INSTANTIATE_TEST_SUITE_P(Methods, TestForkAwareThreadLock, kAll, name_of);

TEST_P(TestProcess, test_args_argument) {
  for (const mp::Object& value :
       {mp::Object(1), mp::Object("str"), mp::Object(mp::list{1}), mp::Object(mp::tuple{1})}) {
    mp::Queue<> answers;
    expect_ends(
        ctx.Process([](mp::Queue<> q, const mp::Object& given) { q.put(given); }, answers, value));
    const mp::Object answer = answers.get(kPatience);
    EXPECT_EQ(answer, value);
    EXPECT_EQ(mp::repr(answer), mp::repr(value)) << "a list stays a list, a tuple a tuple";
  }
}

TEST_P(TestProcess, test_set_executable) {
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe");
  for (const bool as_text : {true, false}) {
    if (as_text)
      mp::set_executable(program.string());
    else
      mp::set_executable(program);
    expect_ends(ctx.Process());
  }
  mp::set_executable("");
}

void start_a_daemon() {
  mp::Queue<int> queue;
  mp::Process daemon(
      {.daemon = true},
      [](mp::Queue<int> q) {
        try {
          q.get_nowait();
        } catch (const mp::Empty&) {
        }
      },
      queue);
  daemon.start();
  daemon.join();
}

TEST_P(TestStdinBadfiledescriptor, test_queue_in_process) {
  expect_ends(ctx.Process(start_a_daemon));
}

// Python's row wants a RuntimeError for a queue of the fork context in a spawned child. Here a
// primitive belongs to no context.
TEST_P(TestStartMethod, test_mixed_startmethod) {
  for (const char* method : {"fork", "spawn", "forkserver"}) {
    mp::Queue<int> queue = mp::get_context(method).Queue<int>();
    expect_ends(ctx.Process([](mp::Queue<int> q) { q.put(7); }, queue));
    EXPECT_EQ(queue.get(kPatience), 7);
  }
}

// Of what are no functions: refused by the compiler.
TEST_P(TestStartMethod, test_context_check_module_types) {
  using Preload = decltype(mp::set_forkserver_preload);
  static_assert(std::is_invocable_v<Preload, std::vector<void (*)()>>);
  static_assert(!std::is_invocable_v<Preload, std::vector<int>>);
  static_assert(!std::is_invocable_v<Preload, std::vector<std::string>>);
}

TEST(TestStartMethodOfPrograms, test_preload_resources) {
  const support::ChildEnd end = support::run_command({GLOBALS_PROGRAM, "preload"});
  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_EQ(end.output, "ok");
}

TEST(TestNamedResource, test_global_named_resource_spawn) {
  const support::ChildEnd end = support::run_command({GLOBALS_PROGRAM, "global"});
  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_EQ(end.output, "");
}

struct Flags {
  std::string method;
  std::string folder;
  int log_level = 0;
  bool operator==(const Flags&) const = default;
};

Flags own_flags() {
  return {mp::get_start_method(), std::filesystem::current_path(),
          mp::get_logger()->effective_level()};
}

void tell_flags(mp::Queue<Flags> flags, int generations) {
  flags.put(own_flags());
  if (generations == 1) return;
  mp::Process child(tell_flags, flags, generations - 1);
  child.start();
  child.join();
}

TEST_P(TestFlags, test_flags) {
  const support::TempDir folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  mp::get_logger()->set_level(mp::ERROR);
  mp::Queue<Flags> flags;
  expect_ends(ctx.Process(tell_flags, flags, 2));
  const Flags here = own_flags();
  mp::get_logger()->set_level(mp::NOTSET);
  std::filesystem::current_path(before);

  const Flags expected{GetParam(), here.folder, mp::ERROR};
  EXPECT_EQ(flags.get(kPatience), expected);
  EXPECT_EQ(flags.get(kPatience), expected) << "the grandchild's";
}

// A lock of the kernel's on a file, which a process has of its own and no child inherits.
bool try_lockf(int fd, short kind) {
  struct flock wanted{};
  wanted.l_type = kind;
  wanted.l_whence = SEEK_SET;
  return ::fcntl(fd, F_SETLK, &wanted) == 0;
}

void expect_locked(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  throw mp::SystemExit(fd >= 0 && !try_lockf(fd, F_WRLCK) ? 0 : 1);
}

void expect_shared(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  throw mp::SystemExit(fd >= 0 && try_lockf(fd, F_RDLCK) ? 0 : 1);
}

TEST_P(TestFcntl, test_lockf_exclusive) {
  const support::TempDir folder;
  const std::string path = folder / "locked";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_TRUE(try_lockf(fd, F_WRLCK));
  expect_ends(ctx.Process(expect_locked, path));
  ::close(fd);
}

TEST_P(TestFcntl, test_lockf_share) {
  const support::TempDir folder;
  const std::string path = folder / "shared";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_TRUE(try_lockf(fd, F_RDLCK));
  expect_ends(ctx.Process(expect_shared, path));
  ::close(fd);
}

void drain(mp::Queue<int> queue) {
  for (int i = 0; i < 3; ++i) {
    if (queue.get(kPatience) != i) throw mp::SystemExit(3);
  }
}

void fill(mp::Queue<int> queue) {
  for (int i = 0; i < 3; ++i) queue.put(i);
}

void start_two() {
  mp::Queue<int> queue;
  mp::Process drainer(drain, queue);
  mp::Process filler(fill, queue);
  drainer.start();
  filler.start();
  drainer.join();
  filler.join();
  throw mp::SystemExit(drainer.exitcode().value());
}

TEST_P(BasicTest, test_multiprocessing_recursion) { expect_ends(ctx.Process(start_two)); }

// ThreadSanitizer registers handlers before the dynamic linker can be asked for the real function.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MP_CANNOT_COUNT_HANDLERS
#endif
#endif

// What Python counts is its registry of what to run after a fork; ours is that of
// pthread_atfork(3), which a forked child inherits whole.
int handlers_registered = 0;

void tell_at_last(int generations, mp::Connection line) {
  if (generations == 1) {
    line.send(handlers_registered);
    return;
  }
  mp::Process child(tell_at_last, generations - 1, std::move(line));
  child.start();
  child.join();
}

TEST_P(TestForkAwareThreadLock, test_lock) {
#ifdef MP_CANNOT_COUNT_HANDLERS
  GTEST_SKIP() << "handlers are counted by a function of this program that stands before "
                  "__register_atfork of glibc; ThreadSanitizer calls that before the dynamic "
                  "linker can say where the real one is";
#endif
  constexpr int kGenerations = 5;
  // Python has registered what it needs when the module is imported; here a first start does it.
  expect_ends(ctx.Process([] {}));
  auto [line, far_end] = mp::Pipe(false);
  const int before = handlers_registered;
  expect_ends(ctx.Process(tell_at_last, kGenerations, std::move(far_end)));
  const int in_the_last = line.recv(kPatience).as<int>();

  EXPECT_GT(in_the_last, 0) << "nothing was counted";
  EXPECT_LE(in_the_last, before);
}

}  // namespace

#ifndef MP_CANNOT_COUNT_HANDLERS
// Every pthread_atfork() of this program comes through here.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" int __register_atfork(void (*before)(), void (*in_parent)(), void (*in_child)(),
                                 void* dso) {
  ++handlers_registered;
  using Register = int (*)(void (*)(), void (*)(), void (*)(), void*);
  static const auto real = reinterpret_cast<Register>(::dlsym(RTLD_NEXT, "__register_atfork"));
  return real(before, in_parent, in_child, dso);
}
#endif
