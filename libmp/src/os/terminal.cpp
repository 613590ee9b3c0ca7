#include "os/terminal.hpp"

#include <unistd.h>

namespace mp::os {

bool is_terminal(int fd) noexcept { return ::isatty(fd) == 1; }

}  // namespace mp::os
