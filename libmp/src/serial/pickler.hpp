// Pickler: an Object as the bytes that CPython 3.8 to 3.13 write by default (protocol 4).
#pragma once

#include "base/result.hpp"
#include "serial/object_block.hpp"
#include "serial/opcodes.hpp"
#include <libmp/detail/byte_buffer.hpp>
#include <libmp/object.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace mp::serial {

// Which objects were written, and as which number. Only what is referenced from more than one place
// can come up again, so most objects are counted and never stored.
class PickleMemo {
 public:
  void add(const detail::Block* block, bool shared);
  // The number, or -1.
  [[nodiscard]] std::int64_t find(const detail::Block* block) const noexcept;

 private:
  struct Slot {
    const detail::Block* block = nullptr;
    std::uint32_t number = 0;
  };

  void grow();

  std::vector<Slot> slots_;  // open addressing, a power of two; empty until the first shared one
  std::size_t used_ = 0;
  std::uint32_t next_ = 0;
};

// Appends one pickle to a buffer. One use.
// Nothing else may change the object meanwhile. Fails: nesting beyond kMaxDepth, an int of over 2
// GiB, std::bad_alloc. After a failure the buffer ends with a part of the pickle.
class Pickler {
 public:
  explicit Pickler(detail::ByteBuffer& out) noexcept : out_(out) {}

  Result<void> dump(const Object& object);

 private:
  bool save(const Object& object);
  bool save_shared(const Object& object, detail::Block* block);
  void save_int(std::int64_t value);
  bool save_big_int(const Object& object);
  void save_float(double value);
  void save_raw(std::string_view data, Opcode short_form, Opcode form32, Opcode form64);
  bool save_list(const Object& object);
  bool save_tuple(const Object& object);
  bool save_dict(const Object& object);
  bool fetch_recursive_tuple(const Object& object, std::size_t size);

  bool fail(std::string_view why);
  void memoize(const detail::Block* block);
  void fetch(std::int64_t number);

  void put(Opcode opcode) { *room(1) = static_cast<std::byte>(opcode); }
  template <class Argument>
  void put(Opcode opcode, Argument argument);
  // Where the next `count` bytes go.
  std::byte* room(std::size_t count) {
    if (static_cast<std::size_t>(limit_ - at_) < count) return room_slowly(count);
    std::byte* here = at_;
    at_ += count;
    return here;
  }
  std::byte* room_slowly(std::size_t count);
  void claim(std::size_t count);
  [[nodiscard]] std::size_t position() const noexcept {
    return at_ == nullptr ? out_.size() : static_cast<std::size_t>(at_ - out_.data());
  }
  void end_frame_if_long();
  void close_frame();

  detail::ByteBuffer& out_;
  PickleMemo memo_;
  std::size_t frame_at_ = kNoFrame;  // where the header of the open frame is
  bool framing_ = false;
  std::byte* at_ = nullptr;     // the next byte to write
  std::byte* limit_ = nullptr;  // up to here without a second thought; at_ if a frame has to begin
  std::byte* end_ = nullptr;    // of the buffer's room
  int depth_ = 0;
  std::string_view failure_;

  static constexpr std::size_t kNoFrame = static_cast<std::size_t>(-1);
};

}  // namespace mp::serial
