// The public entrances: mp::dumps, mp::loads.
#include "serial/pickle.hpp"

#include <libmp/object.hpp>

namespace mp {

std::string dumps(const Object& object, int protocol) {
  return serial::dumps(object, {.protocol = protocol, .buffer_callback = {}});
}

std::string dumps(const Object& object, const PickleOptions& options) {
  return serial::dumps(object, options);
}

Object loads(std::span<const std::byte> pickle) { return serial::loads(pickle); }

Object loads(std::string_view pickle) { return serial::loads(std::as_bytes(std::span(pickle))); }

Object loads(std::span<const std::byte> pickle, std::span<const Object> buffers) {
  return serial::loads(pickle, buffers);
}

Object loads(std::string_view pickle, std::span<const Object> buffers) {
  return serial::loads(std::as_bytes(std::span(pickle)), buffers);
}

}  // namespace mp
