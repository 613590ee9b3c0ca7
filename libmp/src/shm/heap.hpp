// The heap: blocks of shared memory of any size, for what is shared with children. Python's
// multiprocessing.heap.
//
// Blocks lie in arenas, one memfd each. Every process allocates from arenas of its own, which it
// alone keeps the books of, so there is nothing that a killed process could leave half done. A
// block lives as long as any process has its arena; what it takes no process can be given twice.
#pragma once

#include "os/unique_fd.hpp"
#include "shm/arena.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace mp::shm {

struct BlockIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
};

struct Block;

// Owns one block: zeros at first, aligned to 64 and apart from others by cache lines.
// Threads: any; freeing never waits, so that it may happen inside of an allocation (a new_handler
//   that drops a cache).
// fork: the child's copy refers to the same memory; other relatives attach it.
// Freed memory is used again only if no other process can have it: neither was there a fork while
//   it was in use, nor was it handed to anybody. Otherwise it stays until all of its arena is free
//   here, and then belongs to whoever still has it.
class UniqueBlock {
 public:
  UniqueBlock() = default;
  UniqueBlock(UniqueBlock&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  UniqueBlock& operator=(UniqueBlock&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  UniqueBlock(const UniqueBlock&) = delete;
  UniqueBlock& operator=(const UniqueBlock&) = delete;
  ~UniqueBlock();

  // Writing there cannot raise SIGBUS: the memory is there when this returns. Throws OSError
  // (ENOMEM, ENOSPC), which names needed and free bytes, when it is not to be had.
  static UniqueBlock allocate(std::size_t bytes);
  // A block of another process, from what its share() and identity().offset were. Throws OSError;
  // ValueError when there is no such block.
  static UniqueBlock attach(os::UniqueFd descriptor, std::uint64_t offset, std::size_t bytes);

  [[nodiscard]] void* address() const noexcept;
  [[nodiscard]] BlockIdentity identity() const noexcept;
  // The file that it lies in, to be handed to another process; open for as long as the block is
  // owned.
  [[nodiscard]] int share() const noexcept;

 private:
  explicit UniqueBlock(Block* block) noexcept : block_(block) {}

  Block* block_ = nullptr;
};

// What the heap of this process consists of: for tests.
struct ArenaView {
  BlockIdentity identity;  // offset 0
  std::size_t bytes = 0;
  std::size_t backed_bytes = 0;
  std::size_t blocks = 0;  // in use here
  std::vector<Range> free;
};
std::vector<ArenaView> heap_view();
// Closes what is kept for the next allocation although all of it is free.
void trim_heap() noexcept;

}  // namespace mp::shm
