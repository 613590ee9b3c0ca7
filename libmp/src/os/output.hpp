// Text for a terminal, a pipe or a log file.
#pragma once

#include "os/unique_fd.hpp"

#include <string>
#include <string_view>

namespace mp::os {

inline constexpr int kStandardError = 2;

// In one write(2), as far as the kernel takes it whole; waits where the descriptor does not. No
// SIGPIPE. Throws OSError.
void write_text(int fd, std::string_view text);

// Opens for appending, close-on-exec; made with mode 0666 less the umask if it is not there. Throws
// OSError.
UniqueFd open_to_append(const std::string& path);

}  // namespace mp::os
