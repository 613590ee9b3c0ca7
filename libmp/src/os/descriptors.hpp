// The open descriptors of this process.
#pragma once

#include <string>
#include <vector>

namespace mp::os {

// Those that a program executed from here would keep: without close-on-exec. Empty when /proc is
// not to be read.
std::vector<int> inheritable_descriptors();

// "7 (/var/log/x)", "8 (socket:[1234])"; the number alone when nothing is known.
std::string describe_descriptor(int fd);

}  // namespace mp::os
