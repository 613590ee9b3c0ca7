// A tree dies with its root, at any depth, whatever its processes are doing.
#include "support/child_scope.hpp"

#include <chrono>
#include <csignal>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using namespace std::chrono_literals;

constexpr int kProcesses = 7;  // root, children, grandchildren
constexpr int kTrials = 10;

// A pidfd, so that a pid that is used again does not fool the test.
class Watched {
 public:
  explicit Watched(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  Watched(Watched&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Watched() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] bool ended(int timeout_ms) const {
    pollfd item{fd_, POLLIN, 0};
    return fd_ < 0 || ::poll(&item, 1, timeout_ms) == 1;
  }
  void kill() const { ::syscall(SYS_pidfd_send_signal, fd_, SIGKILL, nullptr, 0); }

 private:
  int fd_;
};

pid_t pid_behind(const std::string& output, const std::string& word) {
  return static_cast<pid_t>(std::stol(output.substr(output.find(word) + word.size())));
}

class TreeEnd : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Methods, TreeEnd, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(TreeEnd, NobodySurvivesAKilledRoot) {
  for (int trial = 0; trial < kTrials; ++trial) {
    for (const char* manner : {"asleep", "busy", "deaf"}) {
      support::ChildScope root({TREE_PROGRAM, GetParam(), manner});
      ASSERT_TRUE(root.wait_for_lines(kProcesses)) << root.output();
      std::vector<Watched> all;
      std::istringstream lines(root.output());
      for (pid_t pid = 0; lines >> pid;) all.emplace_back(pid);

      root.signal(SIGKILL);

      for (const Watched& one : all) EXPECT_TRUE(one.ended(5000)) << manner << ", trial " << trial;
    }
  }
}

TEST_P(TreeEnd, AChildOutlivesTheThreadThatStartedIt) {
  support::ChildScope root({TREE_PROGRAM, GetParam(), "thread"});
  ASSERT_TRUE(root.wait_for_lines(1)) << root.output();
  const Watched child(pid_behind(root.output(), "child "));

  EXPECT_FALSE(child.ended(50));
  root.signal(SIGKILL);
  EXPECT_TRUE(child.ended(5000));
}

TEST_P(TreeEnd, ADetachedChildLivesOn) {
  support::ChildScope root({TREE_PROGRAM, GetParam(), "detached"});
  ASSERT_TRUE(root.wait_for_lines(1)) << root.output();
  const Watched child(pid_behind(root.output(), "child "));

  root.signal(SIGKILL);

  EXPECT_FALSE(child.ended(100));
  child.kill();
  EXPECT_TRUE(child.ended(5000));
}

}  // namespace
}  // namespace proc_test
