// The blocks behind mp::Object: what each kind stores, and ObjectAccess, the one way to get at it.
#pragma once

#include "serial/block_pool.hpp"
#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mp::serial {
class Dict;
}

namespace mp::detail {

// str (UTF-8), bytes, and ints beyond 64 bits (two's complement, little-endian, as short as can be:
// the form a pickle has). The bytes follow the header in the same allocation.
struct RawBlock : Block {
  explicit RawBlock(std::size_t length) noexcept : size(length) {}

  [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::string_view view() noexcept { return {data(), size}; }

  static RawBlock* create(std::string_view content) {
    auto* block =
        new (serial::BlockPool::take(sizeof(RawBlock) + content.size())) RawBlock(content.size());
    copy(block->data(), content);
    return block;
  }

  std::size_t size;

 private:
  // Nearly all texts are short; a call of memcpy costs more than the copy.
  static void copy(char* to, std::string_view content) noexcept {
    const char* from = content.data();
    const std::size_t count = content.size();
    if (count > 16) {
      std::memcpy(to, from, count);
    } else if (count >= 8) {
      copy_ends<std::uint64_t>(to, from, count);
    } else if (count >= 4) {
      copy_ends<std::uint32_t>(to, from, count);
    } else {
      for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
    }
  }

  // A word from the start and one from the end, which may overlap.
  template <class Word>
  static void copy_ends(char* to, const char* from, std::size_t count) noexcept {
    Word first;
    Word last;
    std::memcpy(&first, from, sizeof first);
    std::memcpy(&last, from + count - sizeof last, sizeof last);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + count - sizeof last, &last, sizeof last);
  }
};

struct ListBlock : Block {
  explicit ListBlock(std::vector<Object> content) noexcept : items(std::move(content)) {}

  std::vector<Object> items;
};

// The items follow the header in the same allocation, and never change. Also range and slice
// (start, stop, step) and a buffer (the bytes or bytearray it shows, whether it is read-only).
struct TupleBlock : Block {
  explicit TupleBlock(std::size_t count) noexcept : size(count) {}

  [[nodiscard]] Object* data() noexcept { return reinterpret_cast<Object*>(this + 1); }

  static TupleBlock* create(std::span<Object> take_from);

  std::size_t size;
};

struct DictBlock;  // serial/dict.hpp: dicts, and sets as dicts without values

struct ByteArrayBlock : Block {
  explicit ByteArrayBlock(std::string_view content) : bytes(content) {}

  std::string bytes;
};

struct ComplexBlock : Block {
  ComplexBlock(double re, double im) noexcept : real(re), imag(im) {}

  double real;
  double imag;
};

struct GlobalBlock;    // serial/globals.hpp: classes and functions by name
struct InstanceBlock;  // serial/instance.hpp: exceptions, and objects of unknown classes

struct ObjectAccess {
  static Tag tag(const Object& object) noexcept { return object.tag_; }
  static Block* block(const Object& object) noexcept { return object.block_; }
  static std::int64_t integer(const Object& object) noexcept { return object.int_; }
  static double real(const Object& object) noexcept { return object.float_; }

  static RawBlock& raw(const Object& object) noexcept {
    return *static_cast<RawBlock*>(object.block_);
  }
  static std::vector<Object>& list(const Object& object) noexcept {
    return static_cast<ListBlock*>(object.block_)->items;
  }
  static std::string& byte_array(const Object& object) noexcept {
    return static_cast<ByteArrayBlock*>(object.block_)->bytes;
  }
  static ComplexBlock& complex(const Object& object) noexcept {
    return *static_cast<ComplexBlock*>(object.block_);
  }
  static GlobalBlock& global(const Object& object) noexcept;
  static InstanceBlock& instance(const Object& object) noexcept;
  // Of a list, or of what is stored like a tuple.
  static std::span<const Object> items(const Object& object) noexcept {
    if (object.tag_ == Tag::List) return list(object);
    auto* tuple = static_cast<TupleBlock*>(object.block_);
    return {tuple->data(), tuple->size};
  }
  static serial::Dict& dict(const Object& object) noexcept;  // of a dict or a set

  // Takes over the one reference that a new block has.
  static Object adopt(Tag tag, Block* block) noexcept { return Object(tag, block); }
  static void make_immortal(const Object& object) noexcept {
    object.block_->refs.store(kImmortal, std::memory_order_relaxed);
  }

  // Copying and dropping references to blocks that no other thread can know yet: without locked
  // instructions.
  static Object copy_alone(const Object& object) noexcept {
    if (object.has_block()) {
      const std::size_t seen = object.block_->refs.load(std::memory_order_relaxed);
      if (seen < kImmortal) object.block_->refs.store(seen + 1, std::memory_order_relaxed);
      return Object(object.tag_, object.block_);
    }
    return object;
  }
  static void drop_alone(Object& object) noexcept {
    if (object.has_block()) {
      const std::size_t seen = object.block_->refs.load(std::memory_order_relaxed);
      if (seen == 1) {
        object = Object();
        return;
      }
      if (seen < kImmortal) object.block_->refs.store(seen - 1, std::memory_order_relaxed);
      object.tag_ = Tag::None;
    }
  }
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
Object make_list(std::vector<Object> items);
Object make_tuple(std::span<Object> take_from);                // moves them out
Object make_like_tuple(Tag tag, std::span<Object> take_from);  // range, slice or buffer
Object make_empty_dict();
Object make_empty_set(Tag tag);  // Set or FrozenSet
Object make_byte_array(std::string_view content);
Object make_complex(double real, double imag);

// The bytes of a bytes, a bytearray or a buffer.
std::string_view bytes_of(const Object& object) noexcept;

constexpr bool is_container(Tag tag) noexcept { return tag >= detail::kFirstContainerTag; }
// Stored as items in a row.
constexpr bool is_sequence(Tag tag) noexcept {
  return tag == Tag::Tuple || tag == Tag::List || tag == Tag::Range || tag == Tag::Slice ||
         tag == Tag::Buffer;
}
constexpr bool is_set(Tag tag) noexcept { return tag == Tag::Set || tag == Tag::FrozenSet; }

}  // namespace mp::serial
