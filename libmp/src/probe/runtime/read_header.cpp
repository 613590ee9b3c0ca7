#include "probe/runtime/read_header.hpp"

#include "os/shared_file.hpp"

#include <cstring>
#include <span>

namespace mp::probe {

bool read_header(const std::string& path, wire::PlainHeader& header) noexcept {
  const os::UniqueFd fd = os::open_shared_file(path, false);
  auto bytes = std::span(reinterpret_cast<std::byte*>(&header), sizeof header);
  return fd.valid() && os::read_at(fd.get(), 0, bytes) == bytes.size() &&
         std::memcmp(header.magic, wire::kLiveMagic, sizeof header.magic) == 0;
}

}  // namespace mp::probe
