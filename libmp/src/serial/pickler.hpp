// Pickler: an Object as the bytes that CPython 3.8 to 3.13 write, in each of the protocols 0 to 5.
#pragma once

#include "base/result.hpp"
#include "serial/globals.hpp"
#include "serial/instance.hpp"
#include "serial/object_block.hpp"
#include "serial/opcodes.hpp"
#include <libmp/detail/byte_buffer.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace mp::serial {

// Which objects were written, and as which number. Only what is referenced from more than one place
// can come up again, so most objects are counted and never stored.
class PickleMemo {
 public:
  // Returns the number.
  std::uint32_t add(const detail::Block* block, bool shared);
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

// What has one reference came by it just now, and cannot come again.
inline bool is_shared(const detail::Block* block) noexcept {
  return block->refs.load(std::memory_order_relaxed) > 1;
}

// Appends one pickle to a buffer. One use; buffer and options must outlive it.
// Nothing else may change the object meanwhile. Fails: nesting beyond kMaxDepth, what a protocol
// has no form for, std::bad_alloc. After a failure the buffer ends with a part of the pickle.
// pickler.cpp has the hot path of protocols 4 and 5; pickler_reduce.cpp what is written as a call;
// pickler_old.cpp the forms of protocols 0 to 3.
class Pickler {
 public:
  Pickler(detail::ByteBuffer& out, const PickleOptions& options) noexcept
      : out_(out), options_(options), protocol_(options.protocol), old_(protocol_ < 4) {}

  Result<void> dump(const Object& object);

  // The parts of dump(), for values that are no Objects; protocols 4 and 5 only. Between begin()
  // and end() stands one value. What may begin a frame is a put_ of its own.
  void begin();
  void end();
  bool save(const Object& object);
  [[nodiscard]] std::string_view failure() const noexcept { return failure_; }
  void put(Opcode opcode) { *room(1) = static_cast<std::byte>(opcode); }
  void put_value(Opcode opcode);
  void put_int(std::int64_t value);
  void put_float(double value);
  void put_str(std::string_view text);
  void put_bytes(std::string_view bytes);
  void put_new(Opcode opcode);   // an empty container, which others may refer to
  void put_made(Opcode opcode);  // one from what lies on the reader's stack

 private:
  bool save_shared(const Object& object, detail::Block* block);
  bool save_container(const Object& object);
  void save_int(std::int64_t value);
  bool save_big_int(const Object& object);
  void save_float(double value);
  void save_raw(std::string_view data, Opcode short_form, Opcode form32, Opcode form64);
  bool save_list(std::span<const Object> items, const detail::Block* block);
  bool save_tuple(std::span<const Object> items, const detail::Block* block);
  bool save_dict(const Object& object);
  // Puts the object of `block` in place of the topmost value, if it has been written meanwhile.
  bool fetch_recursive(const detail::Block* block, std::size_t size);

  bool save_rare(const Object& object);
  bool save_set(const Object& object);
  bool save_frozenset(const Object& object);
  bool save_byte_array(const Object& object);
  bool save_buffer(const Object& object);
  bool save_complex(const Object& object);
  bool save_global(const Object& object);
  bool save_call(Known function, std::span<const Object> arguments, const detail::Block* block);
  bool save_instance(const Object& object);
  bool save_making(const detail::InstanceBlock& instance);
  bool save_appended(std::span<const Object> items);
  bool save_pairs(std::span<const Object> items);
  bool save_state(const Object& object, const detail::InstanceBlock& instance);

  bool save_old(const Object& object);
  bool save_old_container(const Object& object);
  bool save_old_int(const Object& object);
  bool save_old_str(std::string_view text);
  bool save_old_bytes(const Object& object);
  bool save_marked_tuple(std::span<const Object> items, const detail::Block* block);
  bool save_old_dict(const Object& object);
  bool save_old_set(const Object& object);
  bool save_old_global(const Object& object);
  bool save_old_making(const detail::InstanceBlock& instance);
  void put_text(std::string_view text);
  void put_memo_number(std::uint32_t number);

  bool fail(std::string_view why);
  void memoize(const detail::Block* block) {  // nullptr: a value that cannot come again
    memoize(block, block != nullptr && is_shared(block));
  }
  void memoize(const detail::Block* block, bool may_come_again);
  void fetch(std::int64_t number);

  template <class Argument>
  void put(Opcode opcode, Argument argument) {
    std::byte* at = room(1 + sizeof argument);
    *at = static_cast<std::byte>(opcode);
    std::memcpy(at + 1, &argument, sizeof argument);
  }
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
  const PickleOptions& options_;
  int protocol_;
  bool old_;  // protocols 0 to 3
  PickleMemo memo_;
  std::size_t frame_at_ = kNoFrame;  // where the header of the open frame is
  bool framing_ = false;
  std::byte* at_ = nullptr;     // the next byte to write
  std::byte* limit_ = nullptr;  // up to here without a second thought; at_ if a frame has to begin
  std::byte* end_ = nullptr;    // of the buffer's room
  int depth_ = 0;
  std::string_view failure_;

  static constexpr std::size_t kBatch = 1000;  // CPython's
  static constexpr std::size_t kNoFrame = static_cast<std::size_t>(-1);
};

}  // namespace mp::serial
