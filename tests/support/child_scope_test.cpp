#include "support/child_scope.hpp"

#include "support/temp_dir.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace support {
namespace {

using namespace std::chrono_literals;

// Ends when the process is gone or a zombie: what SIGKILL leaves behind until someone reaps it.
bool runs(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string ignored;
  std::string state;
  return stat >> ignored >> ignored >> state && state != "Z" && state != "X";
}

TEST(ChildScope, ReturnsTheExitCodeAndTheOutputOfALambda) {
  ChildScope child([] {
    std::puts("hello from the child");
    return 7;
  });

  const ChildEnd& end = child.wait();

  EXPECT_EQ(end.code, 7);
  EXPECT_EQ(end.output, "hello from the child\n");
}

TEST(ChildScope, ReportsAnExceptionOfTheLambdaAsItsText) {
  ChildScope child([]() -> int { throw std::runtime_error("no such luck"); });

  EXPECT_EQ(child.wait().code, 125);
  EXPECT_NE(child.output().find("no such luck"), std::string::npos);
}

TEST(ChildScope, NamesTheSignalThatEndedTheChild) {
  ChildScope child([]() -> int {
    ::raise(SIGKILL);
    return 0;
  });

  EXPECT_EQ(child.wait().signal, SIGKILL);
  EXPECT_EQ(child.wait().text(), "SIGKILL");
}

TEST(ChildScope, FailsTheTestAndKillsTheChildAtTheDeadline) {
  pid_t pid = 0;
  // A static, because the macro runs its statement where locals are out of sight.
  static std::optional<ChildScope> child;
  child.emplace(
      []() -> int {
        for (;;) ::pause();
      },
      50ms);
  pid = child->pid();

  EXPECT_NONFATAL_FAILURE(child->wait(), "still running after its deadline");

  EXPECT_FALSE(runs(pid));
  child.reset();
}

TEST(ChildScope, TakesGrandchildrenWithItWhenItEnds) {
  pid_t grandchild = 0;
  {
    ChildScope child([] {
      const pid_t pid = ::fork();
      if (pid == 0) {
        for (;;) ::pause();
      }
      std::printf("%d.\n", static_cast<int>(pid));
      std::fflush(stdout);
      for (;;) ::pause();
      return 0;
    });
    ASSERT_TRUE(child.wait_for_output(".\n"));
    grandchild = std::atoi(child.output().c_str());
    ASSERT_GT(grandchild, 1);
    ASSERT_TRUE(runs(grandchild));
  }

  // SIGKILL was sent; the kernel needs a moment to carry it out.
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (runs(grandchild) && std::chrono::steady_clock::now() < until) ::usleep(1000);
  EXPECT_FALSE(runs(grandchild));
}

TEST(ChildScope, RunsACommandAndSaysWhenThereIsNone) {
  EXPECT_EQ(run_command({"echo", "one", "two words"}).output, "one two words\n");

  const ChildEnd missing = run_command({"/nonexistent/program"});
  EXPECT_EQ(missing.code, 127);
  EXPECT_NE(missing.output.find("/nonexistent/program"), std::string::npos);
}

TEST(ChildScope, StopsWaitingForOutputWhenTheChildIsGone) {
  ChildScope child([] { return 0; });

  EXPECT_FALSE(child.wait_for_output("never said"));
}

TEST(TempDir, IsRemovedByItsMakerButNotByAForkedChild) {
  std::filesystem::path path;
  {
    TempDir dir;
    path = dir.path();
    std::ofstream(dir / "file") << "content";
    ChildScope child([&dir] {
      dir.~TempDir();
      return 0;
    });
    ASSERT_TRUE(child.wait().ok());
    EXPECT_TRUE(std::filesystem::exists(path / "file"));
  }

  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace support
