// Whoever kills the root of a tree has killed the whole tree, at whatever moment: also while it is
// being built. The promise is that nobody is left after 500 ms on an idle machine; the times are
// among the properties of the test (--gtest_output=json:FILE).
#include "support/temp_dir.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

constexpr int kMembers = 7;  // who says a line: root, children, grandchildren
constexpr Clock::duration kToBuild = 60s;
constexpr Clock::duration kToEnd = 10s;

int trials() { return std::getenv("MP_SLOW_TESTS") == nullptr ? 20 : 200; }

int ms_until(Clock::time_point moment) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

std::string contents(const std::string& path) {
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

// The living descendants of this process.
std::vector<pid_t> descendants() {
  std::vector<pid_t> found{::getpid()};
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string process = std::to_string(found[i]);
    std::ifstream children("/proc/" + process + "/task/" + process + "/children");
    for (pid_t child = 0; children >> child;) found.push_back(child);
  }
  found.erase(found.begin());
  return found;
}

std::string portrait(pid_t pid) {
  const std::string folder = "/proc/" + std::to_string(pid) + "/";
  return "  " + std::to_string(pid) + ": " + contents(folder + "cmdline") + "\n    wchan " +
         contents(folder + "wchan") + "\n    stat " + contents(folder + "stat");
}

// A tree that was started, and its output.
class Tree {
 public:
  Tree(const std::string& method, const sigset_t& mask) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category());
    const pid_t tester = ::getpid();
    root_ = ::fork();
    if (root_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != tester) ::_exit(1);
      ::sigprocmask(SIG_SETMASK, &mask, nullptr);
      ::dup2(ends[1], STDOUT_FILENO);
      ::dup2(ends[1], STDERR_FILENO);
      ::execl(ROOT_PROGRAM, ROOT_PROGRAM, method.c_str(), nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    output_fd_ = ends[0];
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { ::close(output_fd_); }

  [[nodiscard]] const std::string& output() const { return output_; }

  // Until so many members are built; false when they are not in time, or will never be.
  bool wait_for_members(long count) {
    const auto until = Clock::now() + kToBuild;
    while (std::count(output_.begin(), output_.end(), '\n') < count) {
      pollfd item{output_fd_, POLLIN, 0};
      std::array<char, 512> piece{};
      if (::poll(&item, 1, ms_until(until)) != 1) return false;
      const ssize_t size = ::read(output_fd_, piece.data(), piece.size());
      if (size <= 0) return false;
      output_.append(piece.data(), static_cast<std::size_t>(size));
    }
    return true;
  }

  void kill_root() const { ::kill(root_, SIGKILL); }

 private:
  pid_t root_ = -1;
  int output_fd_ = -1;
  std::string output_;
};

class RootKill : public testing::TestWithParam<std::string> {
 protected:
  // Whoever has lost its parent becomes a child of this process. So it has no child left only when
  // none of them is left, and learns so by wait(2).
  RootKill() {
    ::setenv("XDG_RUNTIME_DIR", runtime_.path().c_str(), 1);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::sigemptyset(&child_ended_);
    ::sigaddset(&child_ended_, SIGCHLD);
    ::sigprocmask(SIG_BLOCK, &child_ended_, &mask_before_);
  }
  ~RootKill() override {
    clear_away();
    ::sigprocmask(SIG_SETMASK, &mask_before_, nullptr);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  }

  // The number of those who have ended; -1 when somebody is left then.
  int reap_all(Clock::time_point until) const {
    for (int ended = 0;;) {
      const pid_t pid = ::waitpid(-1, nullptr, WNOHANG);
      if (pid > 0) ++ended;
      if (pid == -1 && errno == ECHILD) return ended;
      if (pid != 0) continue;
      const int left = ms_until(until);
      if (left == 0) return -1;
      const timespec pause{left / 1000, (left % 1000) * 1'000'000L};
      (void)::sigtimedwait(&child_ended_, nullptr, &pause);
    }
  }

  // Kills the tree through its root, and expects that nobody survives; how long that took.
  Clock::duration end(const Tree& tree) {
    const auto start = Clock::now();
    tree.kill_root();
    const int ended = reap_all(start + kToEnd);
    const auto took = Clock::now() - start;

    if (ended < 0) {
      std::string text = "after the death of the root there still live\n";
      for (const pid_t pid : descendants()) text += portrait(pid);
      ADD_FAILURE() << text << "their output: " << tree.output();
    }
    fewest_ = std::min(fewest_, ended);
    most_ = std::max(most_, ended);
    return took;
  }

  // As long as members lag behind, they may start more.
  void clear_away() const {
    const auto until = Clock::now() + kToEnd;
    do {
      for (const pid_t pid : descendants()) ::kill(pid, SIGKILL);
    } while (reap_all(Clock::now() + 10ms) < 0 && Clock::now() < until);
  }

  Tree plant() const { return Tree(GetParam(), mask_before_); }

  int fewest_ = std::numeric_limits<int>::max();
  int most_ = 0;

 private:
  // The live files of the killed stay: here, and no longer than this. In memory, as usual.
  support::TempDir runtime_{"/dev/shm"};
  sigset_t child_ended_{};
  sigset_t mask_before_{};
};

INSTANTIATE_TEST_SUITE_P(Methods, RootKill, testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(RootKill, NobodySurvivesIt) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto start = Clock::now();
  Tree first = plant();
  ASSERT_TRUE(first.wait_for_members(kMembers)) << first.output();
  const auto to_build = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start);
  end(first);

  std::vector<Clock::duration> times;
  for (int trial = 0; trial < trials() && !HasFailure(); ++trial) {
    const int members = std::uniform_int_distribution(0, kMembers)(random);
    const auto pause = std::uniform_int_distribution<long>(0, to_build.count() / 2)(random);
    Tree tree = plant();
    ASSERT_TRUE(tree.wait_for_members(members)) << tree.output();
    std::this_thread::sleep_for(std::chrono::microseconds(pause));  // nobody waits for anything

    times.push_back(end(tree));
  }

  ASSERT_FALSE(times.empty());
  std::sort(times.begin(), times.end());
  RecordProperty("trials", static_cast<int>(times.size()));
  RecordProperty("median_ms", std::to_string(Milliseconds(times[times.size() / 2]).count()));
  RecordProperty("largest_ms", std::to_string(Milliseconds(times.back()).count()));
  RecordProperty("fewest_processes", fewest_);
  RecordProperty("most_processes", most_);
}

}  // namespace
}  // namespace kill_test
