// A block that somebody else has filled: whatever is in it, its items are values or ValueErrors.
#include "shm/list_layout.hpp"
#include <libmp/exceptions.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void read_all(const mp::shm::ListTable& table, std::span<const std::byte> block) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    require(table.format(block, i).size() <= 8);
    try {
      (void)table.get(block, i);
    } catch (const mp::ValueError&) {
    }
  }
}

// What is written comes back, and nothing else changes.
void write_all(const mp::shm::ListTable& table, std::span<std::byte> block) {
  for (const mp::Object& value : {mp::Object(42), mp::Object(), mp::Object("text"),
                                  mp::Object(mp::bytes("123456789")), mp::Object(true)}) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      try {
        table.set(block, i, value);
      } catch (const mp::ValueError&) {
        continue;  // too long for the slot
      }
      require(table.get(block, i) == value);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* const bytes = reinterpret_cast<const std::byte*>(data);
  std::vector<std::byte> block(bytes, bytes + size);  // of exactly this size, for sanitizers to see
  try {
    const mp::shm::ListTable table(block);
    read_all(table, block);
    write_all(table, block);
  } catch (const mp::ValueError&) {
  }
  return 0;
}
