#include "os/modules.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <string>

namespace mp::detail {
namespace {

std::string module_name(const os::CodePlace& place) {
  return place.path.empty() ? "the program" : "library '" + place.path + "'";
}

}  // namespace

void write_code(OutArchive& archive, const void* function) {
  const auto place =
      function == nullptr ? os::CodePlace{} : os::place_of(function).value_or(os::CodePlace{});
  if (function != nullptr && place.module.size == 0)
    throw_archive_unsendable("a function that lies in no module (made at run time?)");
  archive(place.module.size, place.module.bytes, place.offset, place.path);
}

const void* read_code(InArchive& archive) {
  os::CodePlace place;
  archive(place.module.size, place.module.bytes, place.offset, place.path);
  if (place.module.size == 0) return nullptr;
  if (place.module.size > place.module.bytes.size())
    throw_archive_malformed(archive.offset(), "build-id");
  if (const void* code = os::find_code(place)) return code;
  throw RuntimeError("there is no function here at " + std::to_string(place.offset) + " of " +
                     module_name(place) + " with build-id " + os::to_string(place.module) +
                     "; this program has build-id " + os::to_string(os::program_build_id()) +
                     ". Both processes must run the same build, with the same libraries");
}

}  // namespace mp::detail
