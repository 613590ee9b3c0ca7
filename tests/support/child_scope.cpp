#include "support/child_scope.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace support {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kThrew = 125;
constexpr int kNoSuchCommand = 127;
constexpr std::chrono::seconds kLingeringWriter{1};

[[noreturn]] void fail(const char* operation) {
  throw std::system_error(errno, std::generic_category(), operation);
}

int ms_until(Clock::time_point moment) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
}

int run_body(const std::function<int()>& body) {
  try {
    return body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the child threw: %s\n", error.what());
  } catch (...) {
    std::fprintf(stderr, "the child threw something that is no std::exception\n");
  }
  return kThrew;
}

int exec_command(const std::vector<std::string>& command) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  std::fprintf(stderr, "cannot run %s: %s\n", words[0], ::strerror(errno));
  return kNoSuchCommand;
}

}  // namespace

std::string ChildEnd::text() const {
  std::string how;
  if (timed_out) {
    how = "still running after its deadline: killed with its process group";
  } else if (signal) {
    const char* name = ::sigabbrev_np(*signal);
    how = name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(*signal);
  } else {
    how = "exit code " + std::to_string(code.value_or(-1));
  }
  return output.empty() ? how : how + "; its output:\n" + output;
}

ChildScope::ChildScope(const std::function<int()>& body, std::chrono::milliseconds deadline)
    : deadline_(Clock::now() + deadline) {
  start(body);
}

ChildScope::ChildScope(const std::vector<std::string>& command, std::chrono::milliseconds deadline)
    : deadline_(Clock::now() + deadline) {
  start([&command] { return exec_command(command); });
}

ChildScope::~ChildScope() {
  if (::getpid() != creator_) return;
  // The group id cannot be reused while a member lives; with none left the call fails harmlessly,
  // unless the number came round to another group of ours within this one test.
  ::kill(-pid_, SIGKILL);
  if (!reaped_) {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (output_fd_ >= 0) ::close(output_fd_);
}

void ChildScope::start(const std::function<int()>& body) {
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) fail("pipe2");
  // What the test has buffered must not be printed twice.
  std::fflush(nullptr);
  creator_ = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::setpgid(0, 0);
    ::dup2(output[1], STDOUT_FILENO);
    ::dup2(output[1], STDERR_FILENO);
    ::close(output[0]);
    ::close(output[1]);
    const int code = run_body(body);
    std::fflush(nullptr);
    ::_exit(code);
  }
  // Both sides set it, so that neither can signal a group that does not exist yet.
  ::setpgid(pid_, pid_);
  ::close(output[1]);
  output_fd_ = output[0];
}

void ChildScope::signal(int number) const {
  if (!reaped_) ::kill(pid_, number);
}

void ChildScope::signal_group(int number) const { ::kill(-pid_, number); }

ChildScope::Read ChildScope::read_some(int timeout_ms) {
  if (output_fd_ < 0) return Read::Closed;
  pollfd readable{.fd = output_fd_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&readable, 1, timeout_ms);
  if (ready <= 0) return Read::Nothing;
  std::array<char, 4096> chunk{};
  const ssize_t size = ::read(output_fd_, chunk.data(), chunk.size());
  if (size < 0) return errno == EINTR ? Read::Nothing : Read::Closed;
  if (size == 0) return Read::Closed;
  end_.output.append(chunk.data(), static_cast<std::size_t>(size));
  return Read::Data;
}

void ChildScope::reap(int status) {
  reaped_ = true;
  if (WIFEXITED(status)) end_.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
}

void ChildScope::give_up() {
  end_.timed_out = true;
  ::kill(-pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reap(status);
  while (read_some(100) == Read::Data) {
  }
  ADD_FAILURE() << "child " << pid_ << " was " << end_.text();
}

const ChildEnd& ChildScope::wait() {
  bool closed = false;
  while (!reaped_) {
    if (Clock::now() >= deadline_) {
      give_up();
      return end_;
    }
    // The end of the output is no end of the child, and the other way round: look at both in short
    // turns.
    constexpr int kTurnMs = 20;
    if (closed) {
      ::poll(nullptr, 0, 1);
    } else {
      closed = read_some(std::min(kTurnMs, ms_until(deadline_))) == Read::Closed;
    }
    int status = 0;
    const pid_t got = ::waitpid(pid_, &status, WNOHANG);
    if (got == pid_) reap(status);
    if (got < 0 && errno != EINTR) fail("waitpid");
  }
  const auto drained = std::min(deadline_, Clock::now() + kLingeringWriter);
  while (!closed && Clock::now() < drained) closed = read_some(ms_until(drained)) == Read::Closed;
  return end_;
}

bool ChildScope::wait_until_output(const std::function<bool()>& is_enough) {
  while (!is_enough()) {
    if (Clock::now() >= deadline_) return false;
    if (read_some(ms_until(deadline_)) == Read::Closed) return false;
  }
  return true;
}

bool ChildScope::wait_for_output(const std::string& text) {
  return wait_until_output([&] { return end_.output.find(text) != std::string::npos; });
}

bool ChildScope::wait_for_lines(std::ptrdiff_t count) {
  return wait_until_output(
      [&] { return std::count(end_.output.begin(), end_.output.end(), '\n') >= count; });
}

ChildEnd run_command(const std::vector<std::string>& command, std::chrono::milliseconds deadline) {
  ChildScope child(command, deadline);
  return child.wait();
}

}  // namespace support
