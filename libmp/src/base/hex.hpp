// Numbers as the text of a file name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace mp {

inline constexpr std::size_t kHexDigits = 16;

// Always 16 digits, small letters. Returns the place after them.
inline char* put_hex16(char* place, std::uint64_t number) noexcept {
  for (std::size_t i = kHexDigits; i-- > 0; number >>= 4)
    place[i] = "0123456789abcdef"[number & 15];
  return place + kHexDigits;
}

inline std::string hex16(std::uint64_t number) {
  std::string text(kHexDigits, '0');
  put_hex16(text.data(), number);
  return text;
}

}  // namespace mp
