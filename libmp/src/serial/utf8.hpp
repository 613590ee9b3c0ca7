// UTF-8 as Python's str needs it: lone surrogates are allowed ("surrogatepass"), nothing else
// unusual.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mp::serial {

bool is_utf8_slowly(std::string_view text) noexcept;

// Short ASCII texts, the common case, are decided here.
inline bool is_utf8(std::string_view text) noexcept {
  if (text.size() <= 16) {
    unsigned char all = 0;
    for (const char c : text) all |= static_cast<unsigned char>(c);
    if (all < 0x80) return true;
  }
  return is_utf8_slowly(text);
}

// Both require valid text.
std::size_t count_code_points(std::string_view text) noexcept;
char32_t next_code_point(std::string_view text, std::size_t* at) noexcept;

void append_utf8(std::string* out, char32_t code_point);

// What Python's str.isprintable() says of one character (Unicode 14, as CPython 3.11).
bool is_printable(char32_t code_point) noexcept;

}  // namespace mp::serial
