// Python's range as arithmetic. Bounds within 64 bits; ranges beyond are carried, not computed
// with.
#pragma once

#include "serial/object_block.hpp"

#include <cstdint>
#include <optional>

namespace mp::serial {

struct Bounds {
  std::int64_t start = 0;
  std::int64_t stop = 0;
  std::int64_t step = 1;
};

// std::nullopt: one of them needs more than 64 bits.
inline std::optional<Bounds> bounds_of(const Object& range) noexcept {
  const std::span<const Object> items = ObjectAccess::items(range);
  for (const Object& item : items) {
    if (ObjectAccess::tag(item) == Tag::BigInt) return std::nullopt;
  }
  return Bounds{ObjectAccess::integer(items[0]), ObjectAccess::integer(items[1]),
                ObjectAccess::integer(items[2])};
}

// Python's len(); may need all 64 bits.
inline std::uint64_t length_of(const Bounds& range) noexcept {
  const auto start = static_cast<std::uint64_t>(range.start);
  const auto stop = static_cast<std::uint64_t>(range.stop);
  const auto step = static_cast<std::uint64_t>(range.step);
  if (range.step > 0) return range.start < range.stop ? (stop - start - 1) / step + 1 : 0;
  return range.start > range.stop ? (start - stop - 1) / (0 - step) + 1 : 0;
}

inline bool holds(const Bounds& range, std::int64_t value) noexcept {
  const bool between = range.step > 0 ? value >= range.start && value < range.stop
                                      : value <= range.start && value > range.stop;
  if (!between) return false;
  const auto up = static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(range.start);
  const auto step = static_cast<std::uint64_t>(range.step);
  return range.step > 0 ? up % step == 0 : (0 - up) % (0 - step) == 0;
}

}  // namespace mp::serial
