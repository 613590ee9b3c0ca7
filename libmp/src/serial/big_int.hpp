// Integers beyond 64 bits, as little-endian two's complement of the shortest length (a pickle's
// form).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mp::serial {

// Python refuses more in a conversion from or to decimal, for its cost grows with the square.
inline constexpr std::size_t kMaxDecimalDigits = 4300;

// Without the bytes that only repeat the sign.
std::string_view shortest(std::string_view little_endian) noexcept;

// The value, if it fits. Requires: shortest form.
std::optional<std::int64_t> to_int64(std::string_view little_endian) noexcept;
bool is_negative(std::string_view little_endian) noexcept;

// std::nullopt: more than kMaxDecimalDigits (both), or not a decimal number.
std::optional<std::string> to_decimal(std::string_view little_endian);
std::optional<std::string> from_decimal(std::string_view text);

// Rounds to nearest, ties to even. Infinite if it is too large.
double to_double(std::string_view little_endian) noexcept;
// The exact integer; std::nullopt for fractions, infinities and NaN.
std::optional<std::string> from_double(double value);

std::string from_unsigned(std::uint64_t value);

}  // namespace mp::serial
