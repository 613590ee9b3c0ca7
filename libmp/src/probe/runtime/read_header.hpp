// Who wrote a live file, which may be foreign, cut short or changing.
#pragma once

#include "wire/live_file.hpp"

#include <string>

namespace mp::probe {

// False when this is no live file, or not yet.
bool read_header(const std::string& path, wire::PlainHeader& header) noexcept;

}  // namespace mp::probe
