// Awaited: one of the things that a wait over several is for.
#pragma once

#include <cstdint>

namespace mp::wire {

// An object, by its handle, or a process that is to end, by its puid. Neither: nothing is known of it, as of a plain
// descriptor.
struct Awaited {
  std::uint32_t object = 0;
  std::uint64_t process = 0;
  bool operator==(const Awaited&) const = default;
};

}  // namespace mp::wire
