// Dict: Python's dict: keys by Python equality, in order of insertion.
#pragma once

#include "serial/block_pool.hpp"
#include "serial/compare.hpp"
#include "serial/object_block.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace mp::serial {

// Entries lie in one array in order of insertion; up to kLinear of them are searched one by one,
// beyond that through an open-addressing index. An erased entry leaves a hole until half are holes.
// Fails as values: hashing and comparing may refuse (unhashable, too deep, too long).
class Dict {
 public:
  struct Entry {
    Object key;
    Object value;
    bool live = true;
  };

  [[nodiscard]] std::size_t size() const noexcept { return live_; }
  void reserve(std::size_t count);
  void clear() noexcept;

  // nullptr if it is not there.
  WalkOutcome find(const Object& key, Walk& walk, const Entry** found) const;
  // Replaces the value of an equal key, or appends. What is not needed any more (the second of two
  // equal keys, the old value) is left in the arguments.
  WalkOutcome set(Object&& key, Object&& value, Walk& walk);
  WalkOutcome erase(const Object& key, Walk& walk, bool* erased);

  // Calls `visit(const Entry&)` for each, in order, until it returns false. False if it did. The
  // visitor must not change this dict.
  template <class Visit>
  bool for_each(Visit&& visit) const {
    for (const Entry& entry : entries_) {
      if (entry.live && !visit(entry)) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kLinear = 8;
  static constexpr std::uint32_t kFree = 0xffffffff;
  static constexpr std::uint32_t kErased = 0xfffffffe;

  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = kFree;
  };

  WalkOutcome locate(const Object& key, std::uint32_t hash, Walk& walk, std::size_t* at) const;
  WalkOutcome build_index(std::size_t slots, Walk& walk);
  bool set_small(Object& key, Object& value);
  void append(Object&& key, Object&& value, std::uint32_t hash);
  void compact();

  std::vector<Entry, PoolAllocator<Entry>> entries_;
  std::vector<Slot> index_;  // empty, or a power of two
  std::size_t live_ = 0;
};

}  // namespace mp::serial

namespace mp::detail {

struct DictBlock : Block {
  serial::Dict dict;
};

inline serial::Dict& ObjectAccess::dict(const Object& object) noexcept {
  return static_cast<DictBlock*>(object.block_)->dict;
}

}  // namespace mp::detail
