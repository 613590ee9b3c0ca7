// Pickles in one call. For the layers above: Connection, Queue<>, managers.
#pragma once

#include <libmp/detail/byte_buffer.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>

#include <span>
#include <string>

namespace mp::serial {

// Throws ValueError if they do not go together.
void check_options(const PickleOptions& options);

// PicklingError if nested deeper than 1000; dumps_to then leaves the buffer as it was.
void dumps_to(detail::ByteBuffer& out, const Object& object, const PickleOptions& options = {});
std::string dumps(const Object& object, const PickleOptions& options = {});

// Protocols 0 to 5. UnpicklingError says offset and opcode.
Object loads(std::span<const std::byte> pickle, std::span<const Object> buffers = {});

}  // namespace mp::serial
