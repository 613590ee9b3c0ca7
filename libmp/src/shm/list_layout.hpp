// How the items of a ShareableList lie in its block: CPython's layout, byte for byte. All numbers
// are native int64:
//
//   N | N + 1 offsets into the data | data, each item at a multiple of 8 | N formats of 8 bytes | N
//   codes of 1 byte
//
// The block belongs to others as well, who may write anything at any moment: what is read is copied
// first and checked then, and the offsets are read only once.
#pragma once

#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mp::shm {

// The whole block for these items. TypeError, OverflowError (an int beyond 64 bits), ValueError (a
// text of 10 MB). Differs from CPython: the slot of a str has room for its UTF-8, not only for its
// count of characters.
std::vector<std::byte> lay_out(std::span<const Object> items);

// Where the items of one block are.
class ListTable {
 public:
  // ValueError if this is no such block.
  explicit ListTable(std::span<const std::byte> block);

  [[nodiscard]] std::size_t size() const noexcept { return offsets_.size() - 1; }

  // The following are given the block again. Requires: as many bytes, and position < size().
  // ValueError if what is there is nothing that CPython writes.
  [[nodiscard]] Object get(std::span<const std::byte> block, std::size_t position) const;
  // ValueError if it needs more bytes than the slot has; TypeError, OverflowError as lay_out().
  void set(std::span<std::byte> block, std::size_t position, const Object& value) const;
  // "q", "8s", ...
  [[nodiscard]] std::string format(std::span<const std::byte> block, std::size_t position) const;

 private:
  [[nodiscard]] std::size_t data_start() const noexcept { return (size() + 2) * 8; }
  [[nodiscard]] std::size_t formats_start() const noexcept {
    return data_start() + offsets_.back();
  }
  [[nodiscard]] std::size_t codes_start() const noexcept { return formats_start() + size() * 8; }
  [[nodiscard]] std::size_t slot_bytes(std::size_t position) const noexcept {
    return offsets_[position + 1] - offsets_[position];
  }

  std::vector<std::size_t> offsets_;  // of each item, and of the end of the data
};

}  // namespace mp::shm
