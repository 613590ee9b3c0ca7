// The stack of the unpickler: Objects in one growing array, with as little as possible per push.
#pragma once

#include <libmp/object.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <span>
#include <utility>

namespace mp::serial {

class ValueStack {
 public:
  // `expected`: how many values there will probably be.
  explicit ValueStack(std::size_t expected) noexcept : first_(expected) {}
  ~ValueStack() {
    cut(0);
    std::free(begin_);
  }
  ValueStack(const ValueStack&) = delete;
  ValueStack& operator=(const ValueStack&) = delete;

  [[nodiscard]] std::size_t size() const noexcept {
    return static_cast<std::size_t>(top_ - begin_);
  }
  [[nodiscard]] bool empty() const noexcept { return top_ == begin_; }
  [[nodiscard]] Object& top() noexcept { return top_[-1]; }
  [[nodiscard]] Object& operator[](std::size_t at) noexcept { return begin_[at]; }
  [[nodiscard]] std::span<Object> from(std::size_t first) noexcept {
    return {begin_ + first, top_};
  }

  template <class... Arguments>
  void push(Arguments&&... arguments) {
    if (top_ == end_) grow();
    new (static_cast<void*>(top_)) Object(std::forward<Arguments>(arguments)...);
    ++top_;
  }

  [[nodiscard]] Object take() noexcept {
    Object out = std::move(*--top_);
    std::destroy_at(top_);
    return out;
  }

  // Drops the values from `size` on.
  void cut(std::size_t size) noexcept {
    while (this->size() > size) std::destroy_at(--top_);
  }

  // The same, when all of them have been moved out: nothing is left to destroy.
  void forget(std::size_t size) noexcept { top_ = begin_ + size; }

 private:
  // An Object has no address that anybody keeps, so that its bytes may move: realloc can remap
  // pages.
  void grow() {
    const std::size_t used = size();
    const std::size_t capacity = used == 0 ? first_ : used * 2;
    if (capacity > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(Object)) {
      throw std::bad_alloc();
    }
    void* memory = std::realloc(static_cast<void*>(begin_), capacity * sizeof(Object));
    if (memory == nullptr) throw std::bad_alloc();
    begin_ = static_cast<Object*>(memory);
    top_ = begin_ + used;
    end_ = begin_ + capacity;
  }

  std::size_t first_;
  Object* begin_ = nullptr;
  Object* top_ = nullptr;
  Object* end_ = nullptr;
};

}  // namespace mp::serial
