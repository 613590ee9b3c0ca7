#include "queue/placement.hpp"

#include <algorithm>

namespace mp::queue {
namespace {

// The part of the reader's lap, from 0 on, that the writer may use again.
std::uint64_t cleared(const Geometry& geometry, const ReaderState& reader, Released released) noexcept {
  const std::uint64_t low = std::min(reader.pos, geometry.base);
  return released.lap == reader.lap ? std::max(low, std::min(released.upto, reader.pos)) : low;
}

// How much of that a new lap takes: the window, to stay small; all of it when the old lap has climbed high.
std::uint64_t lap_limit(const Geometry& geometry, std::uint64_t top, std::uint64_t cleared_bytes) noexcept {
  return top > geometry.space / 2 ? cleared_bytes : std::min(geometry.window, cleared_bytes);
}

}  // namespace

std::optional<Placement> place(const Geometry& geometry, const WriterState& writer, const ReaderState& reader,
                               Released released, bool is_empty, std::uint64_t need) noexcept {
  const std::uint64_t free_low = cleared(geometry, reader, released);
  const auto upward = [&](std::uint64_t limit) {
    return Placement{writer.pos, false, {writer.pos + need, writer.lap, writer.top}, limit};
  };

  if (writer.lap == reader.lap) {
    // All that is unread lies in [reader.pos, writer.pos).
    const std::uint64_t limit = lap_limit(geometry, writer.pos, free_low);
    const bool is_high = writer.pos > geometry.space / 2;
    const bool is_worth_it =
        (is_empty && writer.pos >= geometry.restart) ||
        (!fits(writer.pos, need, geometry.window) && limit >= geometry.window / 2 && (!is_high || limit >= writer.pos / 2));
    const bool can_go_up = fits(writer.pos, need, geometry.space);
    if (fits(0, need, limit) && (is_worth_it || !can_go_up)) {
      return Placement{0, true, {need, writer.lap + 1, writer.pos + kHeaderBytes}, limit};
    }
    if (!can_go_up) return std::nullopt;
    return upward(fits(writer.pos, need, geometry.window) ? geometry.window : geometry.space);
  }

  if (writer.lap != reader.lap + 1) return std::nullopt;  // it follows before the next lap begins: not our memory
  if (writer.pos < writer.top) {
    // A new lap below the unread rest of the old one, which lies in [reader.pos, top).
    const std::uint64_t limit = lap_limit(geometry, writer.top, free_low);
    if (fits(writer.pos, need, limit)) return upward(limit);
    if (!fits(writer.top, need, geometry.space)) return std::nullopt;
    return Placement{writer.top, true, {writer.top + need, writer.lap, writer.top}, geometry.space};
  }

  // Above it.
  if (!fits(writer.pos, need, geometry.space)) return std::nullopt;
  return upward(geometry.space);
}

std::optional<ReaderState> step(const Geometry& geometry, const ReaderState& reader, std::uint64_t header) noexcept {
  const std::uint64_t target = header & ~kSkip;
  if (target == 0) return ReaderState{0, reader.lap + 1};
  if (target % 8 != 0 || target < reader.pos + kHeaderBytes || target > geometry.space - kHeaderBytes) return std::nullopt;
  return ReaderState{target, reader.lap};
}

GiveBack give_back(const Geometry& geometry, const ReaderState& reader, Released released, bool settle) noexcept {
  const std::uint64_t before = released.lap == reader.lap ? std::max(released.upto, geometry.base) : geometry.base;
  if (reader.pos <= before) return {{}, {before, reader.lap}};
  if (reader.pos <= geometry.window) return {{}, {reader.pos, reader.lap}};
  const std::uint64_t page_mask = ~(geometry.page - 1);
  const Range pages{(std::max(before, geometry.window) + geometry.page - 1) & page_mask, reader.pos & page_mask};
  if (!settle && reader.pos - before < geometry.batch) return {{}, {before, reader.lap}};
  return {pages.empty() ? Range{} : pages, {std::max(before, pages.end), reader.lap}};
}

}  // namespace mp::queue
