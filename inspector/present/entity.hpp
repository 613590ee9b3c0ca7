// EntityRef: what a click can mean. Kind and id of anything the inspector can select, hover or name
// in a text.
#pragma once

#include <compare>
#include <cstdint>

namespace inspector::present {

enum class EntityKind : std::uint8_t {
  None,
  Process,
  Thread,
  Queue,
  Lock,
  Pipe,
  Object,
  Alarm,
  Block,
  Message
};

struct EntityRef {
  EntityKind kind = EntityKind::None;
  std::uint64_t id = 0;  // the model's id of that kind

  explicit operator bool() const { return kind != EntityKind::None; }
  auto operator<=>(const EntityRef&) const = default;
};

// An instant in nanoseconds of the session's clock, the same that events carry.
using Moment = std::int64_t;

struct TimeRange {
  Moment begin = 0;
  Moment end = 0;

  // The instant at `fraction` (0 = begin, 1 = end); how a position on a plot becomes a Seek.
  Moment at(double fraction) const {
    return begin + static_cast<Moment>(fraction * static_cast<double>(end - begin));
  }
  // As much time as `factor` times this, with the instant at `fraction` staying where it is.
  TimeRange zoomed(double fraction, double factor) const {
    const Moment fixed = at(fraction);
    const double length = static_cast<double>(end - begin) * factor;
    const Moment start = fixed - static_cast<Moment>(fraction * length);
    return {start, start + static_cast<Moment>(length)};
  }
  bool operator==(const TimeRange&) const = default;
};

}  // namespace inspector::present
