// Program: a program that the inspector has started in order to watch it.
#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspector::app {

// Owns the process; its whole group is killed if it still runs when this goes.
class Program {
 public:
  // It will report to `address` with `key`, at `level` from its first moment on. Throws mp::OSError
  // when it cannot be started.
  Program(const std::vector<std::string>& argv, const std::string& address, const std::string& key,
          int level = 2);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] std::uint32_t pid() const noexcept { return pid_; }

  // Its exit code, or -signal; empty while it runs. Never blocks.
  std::optional<int> ended();

  // Readable when it has ended.
  [[nodiscard]] int sentinel() const noexcept { return pidfd_.get(); }

  // To the whole group.
  void signal(int number) noexcept;

  // SIGTERM, a moment's patience, then SIGKILL, for all of the group. Blocks until the process has
  // ended.
  void end(std::chrono::milliseconds patience);

 private:
  std::uint32_t pid_ = 0;
  mp::os::UniqueFd pidfd_;
  std::optional<int> code_;
};

// How a shell would say it: the code, or 128 + the signal.
int shell_code(int exit_code) noexcept;

}  // namespace inspector::app
