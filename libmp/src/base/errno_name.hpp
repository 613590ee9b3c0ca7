// The symbolic name of an errno value: errno_name(2) is "ENOENT". For texts only.
// glibc's strerrorname_np would do, but exists only since 2.32.
#pragma once

#include <string_view>

namespace mp {

// Empty for a number that is no errno of this system.
std::string_view errno_name(int error_number) noexcept;

}  // namespace mp
