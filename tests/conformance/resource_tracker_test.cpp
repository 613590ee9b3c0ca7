// CPython's tests of the resource tracker: TestResourceTracker. Semaphores have no names here, so
// the only kind is shared_memory.
#include "os/journal.hpp"
#include "shm/tracker.hpp"
#include "shm/tracker_main.hpp"
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include <libmp/libmp.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace {

using support::block_exists;
using support::ChildScope;
using support::is_soon;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kPatience{60};

std::vector<std::string> command(std::vector<std::string> words) {
  words.insert(words.begin(), BLOCK_PROGRAM);
  return words;
}

TEST(TestResourceTracker, test_resource_tracker) {
  ChildScope program(command({"hold", "2"}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(2));
  std::istringstream output(program.output());
  std::string first;
  std::string second;
  output >> first >> second;
  ASSERT_EQ(::unlink(("/dev/shm/" + first).c_str()), 0);

  program.signal(SIGTERM);

  EXPECT_TRUE(is_soon([&] { return !block_exists(second); }));
  const std::string said = program.wait().output;
  EXPECT_THAT(said, HasSubstr("There appear to be 2 leaked shared_memory objects"));
  EXPECT_THAT(said, HasSubstr("[Errno 2] unlink '/" + first + "'"));
}

void expect_same_after(int number) {
  ChildScope program(command({"signal", std::to_string(number)}), kPatience);

  EXPECT_THAT(program.wait().output, HasSubstr("the same\n"));
  EXPECT_THAT(program.output(), Not(HasSubstr("process died")));
}

TEST(TestResourceTracker, test_resource_tracker_sigint) { expect_same_after(SIGINT); }

TEST(TestResourceTracker, test_resource_tracker_sigterm) { expect_same_after(SIGTERM); }

TEST(TestResourceTracker, test_resource_tracker_sigkill) {
  ChildScope program(command({"restart"}), kPatience);
  ASSERT_TRUE(program.wait_for_output("psm_"));
  ASSERT_TRUE(program.wait_for_output("process died"));
  program.signal(SIGKILL);

  const std::string said = program.wait().output;
  const std::string warning = "resource_tracker: process died";
  EXPECT_EQ(said.find(warning), said.rfind(warning)) << said;
  // Unlike CPython's, it has lost nothing.
  EXPECT_THAT(said, HasSubstr("There appear to be 1 leaked shared_memory objects"));
}

TEST(TestResourceTracker, test_resource_tracker_reused) {
  for (const std::string method : {"fork", "spawn", "forkserver"}) {
    ChildScope program(command({"share", method}), kPatience);
    EXPECT_EQ(program.wait().output, "shared\n") << method;
  }
}

TEST(TestResourceTracker, test_too_long_name_resource) {
  EXPECT_THROW(mp::shm::TrackedName::reserve(std::string(512 - 13, 'a'), {}, 1, ""),
               mp::ValueError);
}

// A tracker that has read one block of a maker that is gone, and that everybody has left.
int exit_code_after(mp::shm::BlockState last) {
  ChildScope tracker(
      [last] {
        const mp::os::UniqueFd journal = mp::os::create_journal();
        mp::os::UniqueFd bell = mp::os::create_bell();
        mp::os::UniqueFd listening = mp::os::listen_to(bell.get());
        bell.reset();
        mp::SharedMemory block(mp::create, 10, {.track = false});
        mp::shm::TrackerRecord record;
        struct stat info{};
        if (::stat(("/dev/shm/" + block.name()).c_str(), &info) != 0) return 100;
        record.device = info.st_dev;
        record.inode = info.st_ino;
        block.name().copy(record.name, sizeof record.name - 1);
        record.state = mp::shm::BlockState::Reserved;
        mp::os::append(journal.get(), std::as_bytes(std::span(&record, 1)));
        record.state = last;
        mp::os::append(journal.get(), std::as_bytes(std::span(&record, 1)));
        if (last == mp::shm::BlockState::Unlinked) block.unlink();
        block.close();
        return mp::shm::run_tracker(journal.get(), std::move(listening), mp::os::create_bell());
      },
      kPatience);
  return tracker.wait().code.value_or(-1);
}

TEST(TestResourceTracker, test_resource_tracker_exit_code) {
  EXPECT_EQ(exit_code_after(mp::shm::BlockState::Unlinked), 0);
  EXPECT_EQ(exit_code_after(mp::shm::BlockState::Named), 1);
}

TEST(TestResourceTracker, test_resource_tracker_blocked_signals) {
  for (const int number : {SIGTERM, SIGINT, SIGUSR1}) {
    ChildScope program(
        [number] {
          sigset_t blocked;
          ::sigemptyset(&blocked);
          ::sigaddset(&blocked, number);
          ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
          mp::SharedMemory block(mp::create, 10);  // starts it
          block.unlink();
          sigset_t now;
          ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
          for (int other = 1; other < NSIG; ++other) {
            if (::sigismember(&now, other) != (other == number ? 1 : 0)) return 1;
          }
          return 0;
        },
        kPatience);
    EXPECT_TRUE(program.wait().ok()) << number << ": " << program.wait().text();
  }
}

// TestNamedResource: nothing is named here, so nothing is reported.
mp::Semaphore& global_semaphore() {
  static mp::Semaphore semaphore;
  return semaphore;
}

void use_global_semaphore() { (void)global_semaphore().acquire(); }

TEST(TestNamedResource, test_global_named_resource_spawn) {
  testing::internal::CaptureStderr();
  (void)global_semaphore().acquire();
  mp::Process child({.start_method = "spawn"}, use_global_semaphore);
  child.start();
  child.join();
  global_semaphore().release();

  EXPECT_EQ(child.exitcode(), 0);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
