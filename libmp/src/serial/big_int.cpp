#include "serial/big_int.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include <boost/multiprecision/cpp_int.hpp>

namespace mp::serial {
namespace {

using boost::multiprecision::cpp_int;

unsigned char last_byte(std::string_view bytes) { return static_cast<unsigned char>(bytes.back()); }

// Negates two's complement bytes in place, one sign byte longer so that the result always fits.
std::string negated(std::string_view bytes) {
  std::string out(bytes);
  out.push_back(is_negative(bytes) ? '\xff' : '\0');
  unsigned carry = 1;
  for (char& c : out) {
    const unsigned sum = (~static_cast<unsigned>(static_cast<unsigned char>(c)) & 0xffU) + carry;
    c = static_cast<char>(sum & 0xffU);
    carry = sum >> 8U;
  }
  return out;
}

// |value| as plain little-endian bytes without leading zeros.
std::string magnitude_of(std::string_view bytes) {
  std::string out = is_negative(bytes) ? negated(bytes) : std::string(bytes);
  while (!out.empty() && out.back() == '\0') out.pop_back();
  return out;
}

std::string signed_bytes(std::string magnitude, bool negative) {
  magnitude.push_back('\0');
  if (negative) magnitude = negated(magnitude);
  return std::string(shortest(magnitude));
}

}  // namespace

std::string_view shortest(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const unsigned char top = last_byte(bytes);
    const bool sign_below =
        bytes.size() > 1 && (static_cast<unsigned char>(bytes[bytes.size() - 2]) & 0x80U) != 0;
    const bool spare = (top == 0x00 && !sign_below) || (top == 0xff && sign_below);
    if (!spare) break;
    bytes.remove_suffix(1);
  }
  return bytes;
}

bool is_negative(std::string_view bytes) noexcept {
  return !bytes.empty() && (last_byte(bytes) & 0x80U) != 0;
}

std::optional<std::int64_t> to_int64(std::string_view bytes) noexcept {
  if (bytes.size() > sizeof(std::int64_t)) return std::nullopt;
  std::int64_t value = is_negative(bytes) ? -1 : 0;
  static_assert(std::endian::native == std::endian::little);
  if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
  return value;
}

std::optional<std::string> to_decimal(std::string_view bytes) {
  constexpr double kDigitsPerByte = 2.408239965311849;  // log10(256)
  const std::string magnitude = magnitude_of(bytes);
  if (static_cast<double>(magnitude.size()) * kDigitsPerByte > kMaxDecimalDigits + 3) {
    return std::nullopt;
  }
  cpp_int number;
  import_bits(number, magnitude.rbegin(), magnitude.rend(), 8);
  std::string text = number.str();
  if (text.size() > kMaxDecimalDigits) return std::nullopt;
  return is_negative(bytes) ? "-" + text : text;
}

std::optional<std::string> from_decimal(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (negative || (!text.empty() && text.front() == '+')) text.remove_prefix(1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  if (text.size() > kMaxDecimalDigits) return std::nullopt;
  text.remove_prefix(std::min(text.find_first_not_of('0'), text.size()));  // 010 is no octal here
  if (text.empty()) return std::string();

  const cpp_int number{std::string(text)};
  std::string magnitude;
  export_bits(number, std::back_inserter(magnitude), 8, false);
  return signed_bytes(std::move(magnitude), negative);
}

double to_double(std::string_view bytes) noexcept {
  const std::string magnitude = magnitude_of(bytes);
  const auto byte_from_top = [&](std::size_t i) {
    return static_cast<unsigned char>(magnitude[magnitude.size() - 1 - i]);
  };
  std::uint64_t top = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(magnitude.size(), 8); ++i) {
    top = (top << 8U) | byte_from_top(i);
  }
  int exponent = 0;
  if (magnitude.size() > 8) {
    constexpr std::size_t kBeyondDouble = 1024;  // bytes, where 128 are already too many
    if (magnitude.size() > kBeyondDouble) {
      const double infinite = std::numeric_limits<double>::infinity();
      return is_negative(bytes) ? -infinite : infinite;
    }
    // The 64 bits from the highest set one down. The lowest of them also stands for everything
    // below: enough for the one rounding that the conversion does.
    const auto shift = static_cast<unsigned>(std::countl_zero(top));
    const unsigned ninth = byte_from_top(8);
    top = (top << shift) | (ninth >> (8U - shift));
    const std::string_view below(magnitude.data(), magnitude.size() - 9);
    const bool more_of_ninth = ((ninth << shift) & 0xffU) != 0;
    if (more_of_ninth || below.find_first_not_of('\0') != std::string_view::npos) top |= 1U;
    exponent = static_cast<int>(magnitude.size() - 8) * 8 - static_cast<int>(shift);
  }
  const double value = std::ldexp(static_cast<double>(top), exponent);
  return is_negative(bytes) ? -value : value;
}

std::optional<std::string> from_double(double value) {
  if (!std::isfinite(value) || std::trunc(value) != value) return std::nullopt;
  int exponent = 0;
  const double fraction = std::frexp(std::fabs(value), &exponent);
  constexpr int kMantissaBits = 53;
  auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, kMantissaBits));
  int shift = exponent - kMantissaBits;
  if (shift < 0) {
    mantissa >>= static_cast<unsigned>(std::min(-shift, 63));  // exact: there is no fraction
    shift = 0;
  }
  std::string magnitude(static_cast<std::size_t>(shift / 8), '\0');
  // 53 bits moved by up to 7 more still fit 64.
  for (std::uint64_t rest = mantissa << static_cast<unsigned>(shift % 8); rest != 0; rest >>= 8U) {
    magnitude.push_back(static_cast<char>(rest & 0xffU));
  }
  return signed_bytes(std::move(magnitude), value < 0);
}

std::string from_unsigned(std::uint64_t value) {
  std::string bytes(sizeof value + 1, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return std::string(shortest(bytes));
}

}  // namespace mp::serial
