// Numbers as the text of a file name.
#pragma once

#include <cstdint>
#include <string>

namespace mp {

// Always 16 digits, small letters.
inline std::string hex16(std::uint64_t number) {
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4)
    *digit = "0123456789abcdef"[number & 15];
  return text;
}

}  // namespace mp
