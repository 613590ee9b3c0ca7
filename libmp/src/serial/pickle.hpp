// Pickles in one call. For the layers above: Connection, Queue<>, managers.
#pragma once

#include <libmp/detail/byte_buffer.hpp>
#include <libmp/object.hpp>

#include <span>
#include <string>

namespace mp::serial {

// Protocol 4. PicklingError if nested deeper than 1000; dumps_to then leaves the buffer as it was.
void dumps_to(detail::ByteBuffer& out, const Object& object);
std::string dumps(const Object& object);

// Protocols 0 to 5, data only. UnpicklingError says offset and opcode.
Object loads(std::span<const std::byte> pickle);

}  // namespace mp::serial
