// Cells: 64 bytes of shared memory each, for what must be shared with children that are forked
// later.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <utility>

namespace mp::shm {

inline constexpr std::size_t kCellBytes = 64;

struct CellIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
};

struct CellChunk;

// Owns one cell of this process's arena: zeros at first, aligned to 64. The cell has no name, and
// lives as long as a process that has it. Threads: any. fork: the child's copy refers to the same
// memory; other relatives attach it. A child allocates from an arena of its own. A freed cell is
// given out again only if no fork happened while it was in use, and it was not handed over either:
// a child might use it still.
class UniqueCell {
 public:
  UniqueCell() = default;
  UniqueCell(UniqueCell&& other) noexcept
      : chunk_(std::exchange(other.chunk_, nullptr)), index_(other.index_) {}
  UniqueCell& operator=(UniqueCell&& other) noexcept {
    std::swap(chunk_, other.chunk_);
    std::swap(index_, other.index_);
    return *this;
  }
  UniqueCell(const UniqueCell&) = delete;
  UniqueCell& operator=(const UniqueCell&) = delete;
  ~UniqueCell();

  // Throws OSError (ENOMEM, ENOSPC) when the machine is full.
  static UniqueCell allocate();
  // A cell of another process, from what its share() and identity().offset were. Throws
  // OSError; ValueError when there is no such cell.
  static UniqueCell attach(os::UniqueFd descriptor, std::uint64_t offset);

  [[nodiscard]] void* address() const noexcept;
  [[nodiscard]] CellIdentity identity() const noexcept;
  // The file that it lies in, to be handed to another process; open for as long as the cell is
  // owned.
  [[nodiscard]] int share() const noexcept;

 private:
  UniqueCell(CellChunk* chunk, std::uint32_t index) noexcept : chunk_(chunk), index_(index) {}

  CellChunk* chunk_ = nullptr;
  std::uint32_t index_ = 0;
};

}  // namespace mp::shm
