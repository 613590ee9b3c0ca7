// CellRow: a table in shared memory, longer than one cell.
#pragma once

#include "shm/cell_arena.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace mp::sync {

// Cells to hold `kCount` entries, as zeros at first. Not one piece of memory.
template <class Entry, std::size_t kCount>
class CellRow {
 public:
  static constexpr std::size_t kPerCell = shm::kCellBytes / sizeof(Entry);
  static_assert(kCount % kPerCell == 0);
  using Cells = std::array<shm::UniqueCell, kCount / kPerCell>;

  static Cells allocate() {
    Cells cells;
    for (shm::UniqueCell& cell : cells) cell = shm::UniqueCell::allocate();
    return cells;
  }

  explicit CellRow(Cells cells) : cells_(std::move(cells)) {
    for (std::size_t i = 0; i < cells_.size(); ++i)
      parts_[i] = static_cast<Entry*>(cells_[i].address());
  }

  [[nodiscard]] const Cells& cells() const noexcept { return cells_; }
  static constexpr std::size_t size() noexcept { return kCount; }
  Entry& operator[](std::size_t index) const noexcept {
    return parts_[index / kPerCell][index % kPerCell];
  }

 private:
  Cells cells_;
  std::array<Entry*, std::tuple_size_v<Cells>> parts_{};
};

}  // namespace mp::sync
