// Starting a program that is nobody's child: it is never waited for and never shows up in the
// program's own waits.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace mp::os {

// What such a program is given beside its arguments.
struct DetachedOptions {
  std::span<const int> kept = {};  // descriptors; there they are 3, 4, ... at most 8, and the only
                                   // ones but the standard streams
  bool is_deaf = false;            // to SIGINT and SIGTERM, from birth
};

// Runs this program's own binary again with these arguments (argv[0] included) and these variables
// added to the environment; standard input and output are the null device. Blocks for a millisecond
// or so. False when it cannot, or when somebody else has reaped the process that was in between
// (SIGCHLD ignored).
bool run_self_detached(const std::vector<std::string>& argv,
                       const std::vector<std::string>& extra_environment,
                       const DetachedOptions& options = {}) noexcept;

}  // namespace mp::os
