// What processes write into the journal of their tree's resource tracker: one record for each
// change of a name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mp::shm {

// A later one of the same block tells more; of those that arrive together, the largest counts.
enum class BlockState : std::uint32_t {
  None = 0,  // a part of the journal that has been given back
  Reserved,  // about to get its name
  Named,
  Left,      // its maker has closed it, and has not unlinked it: somebody else is to find it
  Unlinked,  // or it did not get its name
};

struct TrackerRecord {
  BlockState state = BlockState::None;
  std::uint32_t is_reader = 0;     // 1: a tracker has begun to read; nothing else counts then
  std::uint32_t pid = 0;           // the maker
  std::uint32_t is_rewritten = 0;  // 1: what the tracker knew when it gave the beginning back
  std::uint64_t start_ticks = 0;   // when that process began
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::uint64_t born_ns = 0;  // CLOCK_MONOTONIC
  // Zero-padded. Names of blocks are never cut off, the others may be.
  char name[256] = {};
  char maker[64] = {};
  char site[136] = {};
};
static_assert(sizeof(TrackerRecord) == 512 && std::is_trivially_copyable_v<TrackerRecord>);

}  // namespace mp::shm
