// Small blocks of memory, kept for reuse by each thread: a value is many of them, and a program
// that receives values frees as many as it makes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace mp::serial {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kPoolBlocks = false;  // AddressSanitizer must see each block's end
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool kPoolBlocks = false;
#else
inline constexpr bool kPoolBlocks = true;
#endif
#else
inline constexpr bool kPoolBlocks = true;
#endif

// Blocks of up to kLargest bytes come from malloc one by one; freed ones wait in lists by size, up
// to kKeep bytes of each, and go back to malloc when the thread ends. A block may be freed by
// another thread than the one that made it.
class BlockPool {
 public:
  static constexpr std::size_t kStep = 16;
  static constexpr std::size_t kLargest = 256;
  static constexpr std::size_t kKeep = 128 * 1024;

  // Fails: std::bad_alloc.
  [[nodiscard]] static void* take(std::size_t size) {
    if (kPoolBlocks && size <= kLargest) {
      Shelf& shelf = shelves_[(size - 1) / kStep];
      if (shelf.first != nullptr) {
        Free* block = shelf.first;
        shelf.first = block->next;
        return block;
      }
      size = rounded(size);
    }
    void* memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
  }

  // Requires: `size` is what was taken.
  static void give(void* memory, std::size_t size) noexcept {
    if (kPoolBlocks && size <= kLargest) {
      Shelf& shelf = shelves_[(size - 1) / kStep];
      const std::size_t kept = shelf.first == nullptr ? 0 : shelf.first->kept;
      if (kept < kKeep && (kept != 0 || open())) {
        shelf.first = new (memory) Free{shelf.first, kept + size};
        return;
      }
    }
    std::free(memory);
  }

 private:
  struct Free {
    Free* next;
    std::size_t kept;  // bytes on the shelf, this block included
  };
  struct Shelf {
    Free* first = nullptr;
  };
  struct Cleaner {
    ~Cleaner();
  };

  static constexpr std::size_t rounded(std::size_t size) noexcept {
    return (size + kStep - 1) / kStep * kStep;
  }

  // False once the thread is ending: values that outlive its thread_locals are freed at once.
  static bool open() noexcept;

  static constinit thread_local std::array<Shelf, kLargest / kStep> shelves_;
  static constinit thread_local bool closed_;
};

// For containers: std::vector<T, PoolAllocator<T>>.
template <class T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() noexcept = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > SIZE_MAX / 2 / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(BlockPool::take(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    BlockPool::give(memory, count * sizeof(T));
  }
  template <class U>
  bool operator==(const PoolAllocator<U>&) const noexcept {
    return true;
  }
};

}  // namespace mp::serial
