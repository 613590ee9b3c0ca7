// The blocks behind mp::Object: what each kind stores, and ObjectAccess, the one way to get at it.
#pragma once

#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mp::serial {
class Dict;
}

namespace mp::detail {

// str (UTF-8), bytes, and ints beyond 64 bits (two's complement, little-endian, as short as can be:
// the form a pickle has). The bytes follow the header in the same allocation.
struct RawBlock : Block {
  RawBlock(std::size_t length, std::size_t references) noexcept : Block(references), size(length) {}

  [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::string_view view() noexcept { return {data(), size}; }

  static RawBlock* create(std::string_view content);
  static RawBlock* create(std::size_t size);  // not initialised

  std::size_t size;
};

// list and tuple. A tuple's items never change once it is visible.
struct SequenceBlock : Block {
  explicit SequenceBlock(std::vector<Object> content) noexcept : items(std::move(content)) {}

  std::vector<Object> items;
};

struct DictBlock;  // serial/dict.hpp

// A function that a pickle may name; `Callable` is never part of a finished value.
struct CallableBlock : Block {
  explicit CallableBlock(int which) noexcept : function(which) {}

  int function;
};

struct ObjectAccess {
  static Tag tag(const Object& object) noexcept { return object.tag_; }
  static Block* block(const Object& object) noexcept { return object.block_; }
  static std::int64_t integer(const Object& object) noexcept { return object.int_; }
  static double real(const Object& object) noexcept { return object.float_; }

  static RawBlock& raw(const Object& object) noexcept {
    return *static_cast<RawBlock*>(object.block_);
  }
  static SequenceBlock& sequence(const Object& object) noexcept {
    return *static_cast<SequenceBlock*>(object.block_);
  }
  static serial::Dict& dict(const Object& object) noexcept;

  // Takes over the one reference that a new block has.
  static Object adopt(Tag tag, Block* block) noexcept { return Object(tag, block); }
  static bool is_block(const Object& object) noexcept { return object.has_block(); }
};

}  // namespace mp::detail

namespace mp::serial {

using detail::ObjectAccess;
using detail::Tag;

// Nesting beyond this is refused by everything that walks a value: pickling, comparing, hashing,
// printing. Python's own limit is the same.
inline constexpr int kMaxDepth = 1000;

// `text` must be valid UTF-8. Texts of up to one Latin-1 character are always the same object, as
// in CPython: the pickler's memo shows it.
Object make_str(std::string_view text);
Object make_bytes(std::string_view data);
// Little-endian two's complement of any length; becomes a plain Int if it fits.
Object make_int(std::string_view little_endian);
Object make_sequence(Tag tag, std::vector<Object> items);
Object make_empty_dict();
inline Object make_tuple(std::vector<Object> items) {
  return make_sequence(Tag::Tuple, std::move(items));
}

}  // namespace mp::serial
