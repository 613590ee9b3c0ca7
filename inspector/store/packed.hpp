// Packed: bytes as they lie in a recording: compressed when that helps, with a checksum.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace inspector::store {

enum class Encoding : std::uint8_t { Plain = 0, Zstd = 1 };

struct Packed {
  Encoding encoding = Encoding::Plain;
  std::uint64_t raw_size = 0;
  std::uint32_t crc = 0;  // CRC-32C of `data` as it lies there
  std::string data;
};

Packed pack(std::string raw);

// For any bytes: never allocates more than `max_raw`.
mp::Result<std::string> unpack(std::uint64_t encoding, std::uint64_t raw_size, std::uint32_t crc,
                               std::string_view data, std::size_t max_raw);

}  // namespace inspector::store
