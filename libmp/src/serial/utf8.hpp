// UTF-8 as Python's str needs it: lone surrogates are allowed ("surrogatepass"), nothing else
// unusual.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mp::serial {

bool is_utf8(std::string_view text) noexcept;

// Both require valid text.
std::size_t count_code_points(std::string_view text) noexcept;
char32_t next_code_point(std::string_view text, std::size_t* at) noexcept;

void append_utf8(std::string* out, char32_t code_point);

// What Python's str.isprintable() says of one character (Unicode 14, as CPython 3.11).
bool is_printable(char32_t code_point) noexcept;

}  // namespace mp::serial
