#include <libmp/detail/byte_buffer.hpp>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <utility>

namespace mp::detail {

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this != &other) {
    std::free(begin_);
    begin_ = std::exchange(other.begin_, nullptr);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
  }
  return *this;
}

ByteBuffer::~ByteBuffer() { std::free(begin_); }

void ByteBuffer::grow(std::size_t count) {
  constexpr std::size_t kFirst = 256;
  if (count > std::numeric_limits<std::size_t>::max() / 2 - size_) throw std::bad_alloc();
  const std::size_t capacity = std::max({size_ + count, capacity_ * 2, kFirst});
  // realloc moves large blocks by remapping pages instead of copying them.
  void* memory = std::realloc(begin_, capacity);
  if (memory == nullptr) throw std::bad_alloc();
  begin_ = static_cast<std::byte*>(memory);
  capacity_ = capacity;
}

}  // namespace mp::detail
