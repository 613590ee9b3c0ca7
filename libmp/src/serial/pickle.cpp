// The public entrances: mp::dumps, mp::loads.
#include "serial/pickle.hpp"

#include <libmp/object.hpp>

namespace mp {

std::string dumps(const Object& object) { return serial::dumps(object); }

Object loads(std::span<const std::byte> pickle) { return serial::loads(pickle); }

Object loads(std::string_view pickle) { return serial::loads(std::as_bytes(std::span(pickle))); }

}  // namespace mp
