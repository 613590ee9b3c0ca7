// ListBlock: the SharedMemory that a new ShareableList lies in. It differs from others by what it
// is called in the inspector.
#pragma once

#include <libmp/shared_memory.hpp>

#include <cstddef>
#include <source_location>
#include <string>

namespace mp::shm {

struct ListBlock {
  // `bytes` is positive. Fails as SharedMemory does.
  static SharedMemory create(std::size_t bytes, const std::string& name,
                             const std::source_location& site);
};

}  // namespace mp::shm
