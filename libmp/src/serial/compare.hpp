// Python's == and hash() over Objects, bounded: values from strangers may be deep, or small on the
// wire and endless to walk (a tuple of twice the same tuple, forty times over).
#pragma once

#include "serial/object_block.hpp"

#include <cstdint>
#include <limits>

namespace mp::serial {

enum class WalkOutcome : std::uint8_t { Done, Unhashable, TooDeep, TooLong };

// The budget of one walk, used up as it proceeds.
struct Walk {
  int depth = kMaxDepth;
  std::uint64_t steps = std::numeric_limits<std::uint64_t>::max();
  Kind culprit = Kind::None;  // after Unhashable: what cannot be hashed
};

// Equal values have equal hashes, across int, bool and float too. The hash of a str is keyed by
// process, so that a peer cannot send keys that collide.
WalkOutcome hash_of(const Object& object, Walk& walk, std::uint64_t* hash);
WalkOutcome equal(const Object& left, const Object& right, Walk& walk, bool* same);

// TypeError or RuntimeError. Requires: `outcome` is not Done.
[[noreturn]] void throw_walk(WalkOutcome outcome, const Walk& walk, const char* doing);

}  // namespace mp::serial
