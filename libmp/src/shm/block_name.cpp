#include "shm/block_name.hpp"

#include "os/random.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace mp::shm {
namespace {

std::function<std::string()>& source() {
  static std::function<std::string()>& given = *new std::function<std::string()>;
  return given;
}

}  // namespace

std::string make_block_name() {
  if (source()) return source()();
  std::array<std::byte, 4> random;
  os::random_bytes(random);
  std::string name = "psm_";
  for (const std::byte byte : random) {
    name += "0123456789abcdef"[static_cast<unsigned>(byte >> 4)];
    name += "0123456789abcdef"[static_cast<unsigned>(byte & std::byte{15})];
  }
  return name;
}

void set_block_names(std::function<std::string()> given) { source() = std::move(given); }

}  // namespace mp::shm
