// Runs a lambda or a command in a child process which cannot outlive its test: own process group,
// deadline, captured output.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace support {

// How a child ended, with what it wrote to stdout and stderr (in the order it arrived).
struct ChildEnd {
  std::optional<int> code;    // of exit()
  std::optional<int> signal;  // that ended it
  bool timed_out = false;     // the deadline passed; the whole group got SIGKILL
  std::string output;

  bool ok() const { return code == 0; }
  // "exit code 3", "SIGKILL", "still running after its deadline: killed", followed by the output.
  std::string text() const;
};

// Owns the child and its process group: whatever is left of the group dies with the scope.
// Processes: the child is forked at construction; the lambda's return value is its exit code, a
// thrown exception is exit code 125 with the text on stderr, and no exit handlers of the test
// program run in it. Blocks: wait() until the child and all writers of its output are gone, or the
// deadline, or 1 s after the child itself ended (a grandchild that keeps the pipe open is then
// named in the output). Fails: wait() adds a test failure when the deadline passed.
class ChildScope {
 public:
  static constexpr std::chrono::seconds kDefaultDeadline{20};

  explicit ChildScope(const std::function<int()>& body,
                      std::chrono::milliseconds deadline = kDefaultDeadline);
  explicit ChildScope(const std::vector<std::string>& command,
                      std::chrono::milliseconds deadline = kDefaultDeadline);
  ~ChildScope();

  ChildScope(const ChildScope&) = delete;
  ChildScope& operator=(const ChildScope&) = delete;

  pid_t pid() const { return pid_; }

  // To the child alone; to the child and all that it started.
  void signal(int number) const;
  void signal_group(int number) const;

  // May be called again: returns the same end.
  const ChildEnd& wait();

  // Blocks until the output so far holds `text`; false when the child closed its output or the
  // deadline passed first.
  bool wait_for_output(const std::string& text);
  bool wait_for_lines(std::ptrdiff_t count);
  const std::string& output() const { return end_.output; }

 private:
  enum class Read { Data, Closed, Nothing };

  bool wait_until_output(const std::function<bool()>& is_enough);

  void start(const std::function<int()>& body);
  Read read_some(int timeout_ms);
  void reap(int status);
  void give_up();

  std::chrono::steady_clock::time_point deadline_;
  pid_t creator_ = -1;
  pid_t pid_ = -1;
  int output_fd_ = -1;
  bool reaped_ = false;
  ChildEnd end_;
};

// Runs `command` to its end under a ChildScope.
ChildEnd run_command(const std::vector<std::string>& command,
                     std::chrono::milliseconds deadline = ChildScope::kDefaultDeadline);

}  // namespace support
