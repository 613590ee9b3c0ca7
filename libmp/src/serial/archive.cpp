#include "serial/pickle.hpp"
#include <libmp/detail/archive_std.hpp>
#include <libmp/exceptions.hpp>

#include <string>

namespace mp::detail {
namespace {

std::string at_offset(std::size_t offset) {
  return "flat archive, offset " + std::to_string(offset) + ": ";
}

}  // namespace

void throw_archive_truncated(std::size_t offset, std::size_t wanted, std::size_t left) {
  throw UnpicklingError(at_offset(offset) + std::to_string(wanted) + " bytes or items announced, " +
                        std::to_string(left) + " bytes left");
}

void throw_archive_malformed(std::size_t offset, std::string_view what) {
  throw UnpicklingError(at_offset(offset) + "bad " + std::string(what));
}

void throw_archive_left_over(std::size_t offset, std::size_t left) {
  throw UnpicklingError(at_offset(offset) + std::to_string(left) + " bytes left over");
}

void throw_archive_unsendable(std::string_view what) {
  throw PicklingError("flat archive: value " + std::string(what));
}

void write_object(OutArchive& archive, const Object& object) {
  ByteBuffer& out = archive.buffer();
  const std::size_t at = out.size();
  archive.write_count(0);  // overwritten below
  serial::dumps_to(out, object);
  const std::uint64_t length = out.size() - at - sizeof(std::uint64_t);
  std::memcpy(out.data() + at, &length, sizeof length);
}

void read_object(InArchive& archive, Object& object) {
  object = serial::loads(archive.take(archive.read_count(1)));
}

}  // namespace mp::detail
