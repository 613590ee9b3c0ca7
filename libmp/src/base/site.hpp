// Where in somebody's program an object was made. For texts only.
#pragma once

#include <source_location>
#include <string>

namespace mp {

// "worker.cpp:42".
std::string site_text(const std::source_location& site);

}  // namespace mp
