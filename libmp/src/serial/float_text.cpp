#include "serial/float_text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace mp::serial {

std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";

  // Digits and exponent from the shortest scientific form: [-]d[.ddd]e[+-]dd
  std::array<char, 32> room{};
  const auto end =
      std::to_chars(room.data(), room.data() + room.size(), value, std::chars_format::scientific);
  std::string_view text(room.data(), static_cast<std::size_t>(end.ptr - room.data()));
  std::string out;
  if (text.front() == '-') {
    out.push_back('-');
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  const char* exponent_at = text.data() + e + 1 + (text[e + 1] == '+' ? 1 : 0);
  int exponent = 0;
  std::from_chars(exponent_at, text.data() + text.size(), exponent);
  std::string digits(1, text.front());
  if (e > 2) digits.append(text.substr(2, e - 2));

  // Python's repr switches to an exponent below 1e-4 and from 1e16 on.
  constexpr int kFirstLarge = 16;
  constexpr int kLastSmall = -4;
  if (exponent >= kFirstLarge || exponent < kLastSmall) {
    out.push_back(digits.front());
    if (digits.size() > 1) out.append(".").append(digits, 1);
    out.push_back('e');
    out.push_back(exponent < 0 ? '-' : '+');
    const int size = exponent < 0 ? -exponent : exponent;
    if (size < 10) out.push_back('0');
    return out.append(std::to_string(size));
  }
  if (exponent < 0) {
    return out.append("0.").append(static_cast<std::size_t>(-exponent - 1), '0').append(digits);
  }
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out.append(digits).append(whole - digits.size(), '0') + ".0";
  return out.append(digits, 0, whole).append(".").append(digits, whole);
}

}  // namespace mp::serial
