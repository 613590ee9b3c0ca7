// How the objects of this layer reach a process that inherits nothing: their cells as descriptors
// and offsets, and what every process keeps of them.
#pragma once

#include "shm/cell_arena.hpp"
#include "sync/noun.hpp"
#include "sync/origin.hpp"
#include <libmp/serialize.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace mp::sync {

// Where a cell is: the number of its file's descriptor in the luggage, and its offset there.
struct CellPlace {
  std::uint32_t number = 0;
  std::uint64_t offset = 0;
};

// `what` ("Lock") is named in the RuntimeError for an archive that carries no descriptors.
CellPlace pack_cell(mp::detail::OutArchive& archive, const char* what, const shm::UniqueCell& cell);
shm::UniqueCell unpack_cell(mp::detail::InArchive& archive, const char* what, CellPlace place);

template <std::size_t kCount>
using CellPlaces = std::array<CellPlace, kCount>;

template <std::size_t kCount>
CellPlaces<kCount> pack_cells(mp::detail::OutArchive& archive, const char* what,
                              const std::array<shm::UniqueCell, kCount>& cells) {
  CellPlaces<kCount> places;
  for (std::size_t i = 0; i < kCount; ++i) places[i] = pack_cell(archive, what, cells[i]);
  return places;
}
template <std::size_t kCount>
std::array<shm::UniqueCell, kCount> unpack_cells(mp::detail::InArchive& archive, const char* what,
                                                 const CellPlaces<kCount>& places) {
  std::array<shm::UniqueCell, kCount> cells;
  for (std::size_t i = 0; i < kCount; ++i) cells[i] = unpack_cell(archive, what, places[i]);
  return cells;
}

// Several handles of one object arrive as handles of one Body: all but the first find what `make`
// made.
template <class Body, class Make>
std::shared_ptr<Body> body_at(mp::detail::InArchive& archive, const char* what, CellPlace first,
                              Make&& make) {
  std::shared_ptr<void>& made = archive.luggage(what).made_of(first.number, first.offset);
  if (made == nullptr) made = make();
  return std::static_pointer_cast<Body>(made);
}

}  // namespace mp::sync
