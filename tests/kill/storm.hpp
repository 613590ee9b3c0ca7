// Storm: a crew of processes in tight loops, SIGKILLed at random instructions and replaced, while
// progress is watched.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kill_test {

// Runs inside a ChildScope of its own, whose deadline is the answer to "nobody hangs".
// A worker that fails by itself (exit code other than 0) ends the storm with an exception.
class Storm {
 public:
  using Worker = std::function<void(int index)>;

  Storm(int size, Worker worker, std::uint32_t seed) : worker_(std::move(worker)), random_(seed) {
    for (int i = 0; i < size; ++i) pids_.push_back(start(i));
  }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;
  ~Storm() {
    for (const pid_t pid : pids_) {
      if (pid <= 0) continue;
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
  }

  // Kills somebody a moment from now, calls `on_death` while nobody has the place, and fills it.
  void strike(std::chrono::microseconds longest_pause,
              const std::function<void(int index)>& on_death = {}) {
    const auto pause = std::uniform_int_distribution<long>(0, longest_pause.count())(random_);
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(pause);
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    const auto index = std::uniform_int_distribution<std::size_t>(0, pids_.size() - 1)(random_);
    ::kill(pids_[index], SIGKILL);
    reap(index, true);
    if (on_death) on_death(static_cast<int>(index));
    pids_[index] = start(static_cast<int>(index));
  }

  // Waits for all to end by themselves.
  void finish() {
    for (std::size_t i = 0; i < pids_.size(); ++i) reap(i, false);
  }

  // Waits until it is so, for much longer than it can take.
  static void require_soon(const std::function<bool()>& done, const std::string& what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
      if (std::chrono::steady_clock::now() > until) throw std::runtime_error("not so: " + what);
      ::usleep(200);
    }
  }

  // Waits until `value` has changed; a storm without progress is stuck.
  static void require_progress(const std::function<std::uint64_t()>& value,
                               const std::string& what) {
    const std::uint64_t before = value();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (value() == before) {
      if (std::chrono::steady_clock::now() > until)
        throw std::runtime_error("no progress: " + what);
      ::usleep(200);
    }
  }

 private:
  pid_t start(int index) {
    const pid_t parent = ::getpid();
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    int code = 0;
    try {
      worker_(index);
    } catch (const std::exception& error) {
      const std::string text = "worker " + std::to_string(index) + ": " + error.what() + "\n";
      (void)!::write(STDERR_FILENO, text.data(), text.size());
      code = 1;
    }
    ::_exit(code);
  }

  void reap(std::size_t index, bool was_killed) {
    int status = 0;
    const pid_t pid = std::exchange(pids_[index], -1);
    ::waitpid(pid, &status, 0);
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    if (was_killed ? !killed : status != 0) {
      throw std::runtime_error("worker " + std::to_string(index) + " ended with wait status " +
                               std::to_string(status));
    }
  }

  Worker worker_;
  std::mt19937 random_;
  std::vector<pid_t> pids_;
};

}  // namespace kill_test
