// CRC-32C (Castagnoli): guards frames and recorded chunks against damage, not against malice.
#pragma once

#include <cstdint>
#include <string_view>

namespace mp::wire {

// `seed` is the CRC of what came before, so pieces can be joined: crc32c(b, crc32c(a)) == crc32c(a
// + b).
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0) noexcept;

}  // namespace mp::wire
