#include "serial/utf8.hpp"

#include "serial/unprintable.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mp::serial {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080U;

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Length of the sequence that starts at `at` (which is not ASCII), 0 if it is not valid.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  const std::size_t left = text.size() - at;
  const auto continues = [&](std::size_t i) { return (byte_at(text, at + i) & 0xc0U) == 0x80U; };
  if (lead >= 0xc2 && lead <= 0xdf) return left >= 2 && continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (left < 3 || !continues(1) || !continues(2)) return 0;
    return lead == 0xe0 && byte_at(text, at + 1) < 0xa0 ? 0 : 3;  // overlong
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (left < 4 || !continues(1) || !continues(2) || !continues(3)) return 0;
    const unsigned second = byte_at(text, at + 1);
    if (lead == 0xf0 && second < 0x90) return 0;  // overlong
    if (lead == 0xf4 && second > 0x8f) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

}  // namespace

bool is_utf8_slowly(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    // Eight ASCII bytes at a time: nearly all text is.
    while (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & kHighBits) != 0) break;
      at += sizeof word;
    }
    if (at == text.size()) break;
    if (byte_at(text, at) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::size_t count_code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
  }));
}

char32_t next_code_point(std::string_view text, std::size_t* at) noexcept {
  const unsigned lead = byte_at(text, (*at)++);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  char32_t point = lead & (0x3fU >> static_cast<unsigned>(more));
  for (int i = 0; i < more; ++i) point = (point << 6U) | (byte_at(text, (*at)++) & 0x3fU);
  return point;
}

void append_utf8(std::string* out, char32_t point) {
  const auto put = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xc0U | (point >> 6U));
    put(0x80U | (point & 0x3fU));
  } else if (point < 0x10000) {
    put(0xe0U | (point >> 12U));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  } else {
    put(0xf0U | (point >> 18U));
    put(0x80U | ((point >> 12U) & 0x3fU));
    put(0x80U | ((point >> 6U) & 0x3fU));
    put(0x80U | (point & 0x3fU));
  }
}

bool is_printable(char32_t point) noexcept {
  if (point >= 0x20 && point < 0x7f) return true;
  const auto* after = std::upper_bound(
      std::begin(kUnprintable), std::end(kUnprintable), point,
      [](char32_t value, const UnprintableRange& range) { return value < range.first; });
  return after == std::begin(kUnprintable) || point > std::prev(after)->last;
}

}  // namespace mp::serial
