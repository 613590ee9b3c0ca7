// Whether somebody reads along.
#pragma once

namespace mp::os {

bool is_terminal(int fd) noexcept;

}  // namespace mp::os
