// Bytes written as in a protocol description: "80 04 8c 03 'abc' 94 2e".
#pragma once

#include <string>
#include <string_view>

namespace mp::test {

inline int hex_value(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

inline std::string unhex(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == ' ') {
      ++i;
    } else if (text[i] == '\'') {
      const std::size_t end = text.find('\'', i + 1);
      out.append(text.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      out.push_back(static_cast<char>(hex_value(text[i]) * 16 + hex_value(text[i + 1])));
      i += 2;
    }
  }
  return out;
}

inline std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (!out.empty()) out.push_back(' ');
    out.append({kDigits[byte >> 4U], kDigits[byte & 0xfU]});
  }
  return out;
}

}  // namespace mp::test
