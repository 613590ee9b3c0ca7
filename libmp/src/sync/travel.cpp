#include "sync/travel.hpp"

#include "os/unique_fd.hpp"

namespace mp::sync {

CellPlace pack_cell(mp::detail::OutArchive& archive, const char* what,
                    const shm::UniqueCell& cell) {
  return {archive.luggage(what).pack(cell.share()), cell.identity().offset};
}

shm::UniqueCell unpack_cell(mp::detail::InArchive& archive, const char* what, CellPlace place) {
  os::UniqueFd file(archive.luggage(what).share(place.number));
  return shm::UniqueCell::attach(std::move(file), place.offset);
}

}  // namespace mp::sync
