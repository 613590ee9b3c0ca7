// What an Object points to: a reference-counted block. Part of Object's inline copy and destroy;
// the blocks themselves are defined in the library.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mp::detail {

// Which member of Object's union is live, and what the block is. Tags from kFirstBlockTag on own a
// reference to a block.
enum class Tag : std::uint8_t {
  None,
  Bool,
  Int,  // fits 64 bits
  Float,
  BigInt,  // does not
  Str,
  Bytes,
  Complex,
  Global,
  ByteArray,
  Tuple,
  List,
  Dict,
  Set,
  FrozenSet,
  Range,
  Slice,
  Buffer,
  Instance,
};

inline constexpr Tag kFirstBlockTag = Tag::BigInt;
inline constexpr Tag kFirstUnhashableTag = Tag::ByteArray;  // it, or something in it, may be
inline constexpr Tag kFirstContainerTag = Tag::Tuple;       // holds Objects of any kind
inline constexpr std::size_t kContainerTags =
    static_cast<std::size_t>(Tag::Instance) - static_cast<std::size_t>(kFirstContainerTag) + 1;

// Blocks with at least this many references are never freed nor counted: the constants that all
// threads share.
inline constexpr std::size_t kImmortal = ~std::size_t{0} / 2;

struct Block {
  explicit Block(std::size_t references = 1) noexcept : refs(references) {}

  void retain() noexcept {
    if (refs.load(std::memory_order_relaxed) < kImmortal) {
      refs.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // True if this was the last reference. One who sees 1 is alone, so nobody can add a reference at
  // the same time: the common last release needs no locked instruction.
  [[nodiscard]] bool release() noexcept {
    const std::size_t seen = refs.load(std::memory_order_acquire);
    if (seen == 1) return true;
    return seen < kImmortal && refs.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }

  std::atomic<std::size_t> refs;
};

// Frees a block without references. Nested values are not freed by recursion: any depth is safe.
void destroy_block(Tag tag, Block* block) noexcept;

// The library's own way to the insides of an Object.
struct ObjectAccess;

}  // namespace mp::detail
