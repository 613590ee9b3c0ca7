// Starting a program that is nobody's child: it is never waited for and never shows up in the program's own waits.
#pragma once

#include <string>
#include <vector>

namespace mp::os {

// Runs this program's own binary again with these arguments (argv[0] included) and these variables added to the
// environment; standard input and output are the null device. Blocks for a millisecond or so. False when it cannot.
bool run_self_detached(const std::vector<std::string>& argv, const std::vector<std::string>& extra_environment) noexcept;

}  // namespace mp::os
