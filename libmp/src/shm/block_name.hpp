// Names for blocks that were given none.
#pragma once

#include <functional>
#include <string>

namespace mp::shm {

// As Python makes them: psm_ and 8 random hexadecimal digits. Throws OSError.
std::string make_block_name();

// For tests: what make_block_name() returns from now on; empty for the above.
void set_block_names(std::function<std::string()> source);

}  // namespace mp::shm
