#include "queue/placement.hpp"

#include <algorithm>

namespace mp::queue {
namespace {

// The part of the reader's lap, from 0 on, that the writer may use again.
std::uint64_t cleared(const Geometry& geometry, const ReaderState& reader,
                      Released released) noexcept {
  const std::uint64_t low = std::min(reader.pos, geometry.base);
  return released.lap == reader.lap ? std::max(low, std::min(released.upto, reader.pos)) : low;
}

// A lap that ended in the upper half of the space is followed by one that may fill all that is
// cleared below it, and does not jump above it: so laps cannot drift towards the end of the space.
// Otherwise the new lap stays in the window.
bool ended_high(const Geometry& geometry, std::uint64_t top) noexcept {
  return top > geometry.space / 2;
}

std::uint64_t lap_limit(const Geometry& geometry, std::uint64_t top,
                        std::uint64_t cleared_bytes) noexcept {
  return ended_high(geometry, top) ? cleared_bytes : std::min(geometry.window, cleared_bytes);
}

// Whether a new lap is worth a skip: an empty queue returns to the warm beginning; one that has
// left its window returns as soon as there is enough room.
bool is_worth_it(const Geometry& geometry, const WriterState& writer, std::uint64_t limit,
                 bool is_empty, std::uint64_t need) noexcept {
  if (is_empty && writer.pos >= geometry.restart) return true;
  if (fits(writer.pos, need, geometry.window)) return false;
  return limit >=
         (ended_high(geometry, writer.pos + kHeaderBytes) ? writer.pos : geometry.window) / 2;
}

}  // namespace

std::optional<Placement> place(const Geometry& geometry, const WriterState& writer,
                               const ReaderState& reader, Released released, bool is_empty,
                               std::uint64_t need) noexcept {
  const std::uint64_t free_low = cleared(geometry, reader, released);
  const auto upward = [&](std::uint64_t limit) {
    return Placement{writer.pos, false, {writer.pos + need, writer.lap, writer.top}, limit};
  };

  if (writer.lap == reader.lap) {
    // All that is unread lies in [reader.pos, writer.pos).
    const std::uint64_t top = writer.pos + kHeaderBytes;
    const std::uint64_t limit = lap_limit(geometry, top, free_low);
    const bool can_go_up = fits(writer.pos, need, geometry.space);
    if (fits(0, need, limit) &&
        (!can_go_up || is_worth_it(geometry, writer, limit, is_empty, need))) {
      return Placement{0, true, {need, writer.lap + 1, top}, limit};
    }
    if (!can_go_up) return std::nullopt;
    return upward(fits(writer.pos, need, geometry.window) ? geometry.window : geometry.space);
  }

  if (writer.lap != reader.lap + 1)
    return std::nullopt;  // it follows before the next lap begins: not our memory
  if (writer.pos < writer.top) {
    // A new lap below the unread rest of the old one, which lies in [reader.pos, top).
    const std::uint64_t limit = lap_limit(geometry, writer.top, free_low);
    if (fits(writer.pos, need, limit)) return upward(limit);
    if (ended_high(geometry, writer.top) || !fits(writer.top, need, geometry.space))
      return std::nullopt;
    return Placement{writer.top, true, {writer.top + need, writer.lap, writer.top}, geometry.space};
  }

  // Above it.
  if (!fits(writer.pos, need, geometry.space)) return std::nullopt;
  return upward(geometry.space);
}

std::optional<ReaderState> step(const Geometry& geometry, const ReaderState& reader,
                                std::uint64_t header) noexcept {
  const std::uint64_t target = header & ~kSkip;
  if (target == 0) return ReaderState{0, reader.lap + 1};
  if (target % 8 != 0 || target < reader.pos + kHeaderBytes ||
      target > geometry.space - kHeaderBytes)
    return std::nullopt;
  return ReaderState{target, reader.lap};
}

GiveBack give_back(const Geometry& geometry, const ReaderState& reader, Released released,
                   bool settle) noexcept {
  const std::uint64_t before =
      released.lap == reader.lap ? std::max(released.upto, geometry.base) : geometry.base;
  if (reader.pos <= before) return {{}, {before, reader.lap}};
  if (reader.pos <= geometry.window) return {{}, {reader.pos, reader.lap}};
  const std::uint64_t page_mask = ~(geometry.page - 1);
  const Range pages{(std::max(before, geometry.window) + geometry.page - 1) & page_mask,
                    reader.pos & page_mask};
  if (!settle && reader.pos - before < geometry.batch) return {{}, {before, reader.lap}};
  return {pages.empty() ? Range{} : pages, {std::max(before, pages.end), reader.lap}};
}

}  // namespace mp::queue
