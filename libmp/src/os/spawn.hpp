// Starting another program as a child.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mp::os {

struct SpawnOptions {
  std::vector<std::string> extra_environment;  // "NAME=value", over what is there
  bool own_group = false;  // leads a process group of its own, so that all of it can be signalled
};

// argv[0] is looked up in PATH unless it has a slash. Returns the pid. Throws OSError (ENOENT,
// EACCES, ...).
std::uint32_t spawn_program(const std::vector<std::string>& argv, const SpawnOptions& options = {});

// For children that are this program's own affair: environment, working directory, ignored and
// blocked signals are inherited, and of the descriptors those in `kept`, at their numbers, although
// they are close-on-exec here. `file` is not looked up. Returns the pid. Throws OSError.
std::uint32_t spawn_relative(const std::string& file, const std::vector<std::string>& argv,
                             std::span<const int> kept);

// Sends to every process of the group; false when there is none left.
bool signal_group(std::uint32_t group, int signal) noexcept;

}  // namespace mp::os
