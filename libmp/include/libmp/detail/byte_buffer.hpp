// ByteBuffer: bytes that grow at the end. What archives and pickles are written into.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace mp::detail {

// Differs from std::string and std::vector: new bytes are not zeroed first, which would cost as
// much as writing them. Owns its memory; movable. Fails: std::bad_alloc, and is then unchanged.
class ByteBuffer {
 public:
  ByteBuffer() noexcept = default;
  explicit ByteBuffer(std::size_t capacity) { reserve(capacity); }
  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ~ByteBuffer();

  [[nodiscard]] std::byte* data() noexcept { return begin_; }
  [[nodiscard]] const std::byte* data() const noexcept { return begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {begin_, size_}; }
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(begin_), size_};
  }

  // Keeps the memory.
  void clear() noexcept { size_ = 0; }
  void truncate(std::size_t size) noexcept { size_ = size < size_ ? size : size_; }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) grow(capacity - size_);
  }

  // Room for `count` more bytes at the end. They count as written; the caller fills them.
  [[nodiscard]] std::byte* extend(std::size_t count) {
    if (capacity_ - size_ < count) grow(count);
    std::byte* room = begin_ + size_;
    size_ += count;
    return room;
  }

  void append(const void* data, std::size_t count) {
    if (count != 0) std::memcpy(extend(count), data, count);
  }
  void append(std::span<const std::byte> data) { append(data.data(), data.size()); }
  void push_back(std::byte value) { *extend(1) = value; }

 private:
  void grow(std::size_t count);  // at least doubles, so that appending stays linear

  std::byte* begin_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mp::detail
