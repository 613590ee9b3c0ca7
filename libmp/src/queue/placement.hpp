// Where items lie in a queue's bytes. Pure arithmetic on positions; picture and proof:
// libmp/doc/queue.md.
//
// The writer goes upward. It returns to 0 ("a new lap") when what lies there has been read, so that
// a queue which is read as fast as it is written lives in a small window of memory; otherwise it
// keeps going up in the sparse space.
#pragma once

#include <cstdint>
#include <optional>

namespace mp::queue {

// An item: its size, then its bytes, then padding to 8. A skip: where the next item is.
inline constexpr std::uint64_t kHeaderBytes = 8;
inline constexpr std::uint64_t kSkip = std::uint64_t{1} << 63;

constexpr std::uint64_t space_for(std::uint64_t item_bytes) noexcept {
  return kHeaderBytes + ((item_bytes + 7) & ~std::uint64_t{7});
}

struct Geometry {
  std::uint64_t space;    // bytes in all
  std::uint64_t base;     // bytes below are never given back
  std::uint64_t window;   // the writer likes to stay below; at least `base`
  std::uint64_t restart;  // an empty queue goes back to 0 from here on
  std::uint64_t page;
  std::uint64_t batch;  // the reader gives memory back in portions of this
};

// `top` matters from the beginning of a lap until the reader has followed: the previous lap lies
// below it.
struct WriterState {
  std::uint64_t pos = 0;
  std::uint64_t lap = 0;
  std::uint64_t top = 0;
};

struct ReaderState {
  std::uint64_t pos = 0;
  std::uint64_t lap = 0;
};

// What the reader has cleared in its lap: it will never touch [0, upto) again, except to read what
// is put there.
struct Released {
  std::uint64_t upto = 0;
  std::uint64_t lap = 0;
};

struct Placement {
  std::uint64_t at = 0;  // of the item's header
  bool skips = false;    // a skip to `at` is to be written where the writer was
  WriterState after;
  // The writer may go on in this lap up to here without looking at the reader again.
  std::uint64_t limit = 0;
};

// A place for `need` bytes. Empty when there is none; there always is while unread items take less
// than a quarter of the space. `reader` may be older than the truth, but is of one moment and not
// before the writer's lap began.
std::optional<Placement> place(const Geometry& geometry, const WriterState& writer,
                               const ReaderState& reader, Released released, bool is_empty,
                               std::uint64_t need) noexcept;

// From which position on the writer may put something without asking place(): see Placement::limit.
constexpr bool fits(std::uint64_t pos, std::uint64_t need, std::uint64_t limit) noexcept {
  return pos <= limit && need + kHeaderBytes <= limit - pos;
}

struct Range {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  [[nodiscard]] bool empty() const noexcept { return begin >= end; }
};

// Where the reader, standing before the skip `header`, has to go. Empty when that is nonsense.
std::optional<ReaderState> step(const Geometry& geometry, const ReaderState& reader,
                                std::uint64_t header) noexcept;

// What can be given back while the reader's committed state is `reader`. `settle`: all of it
// (before the reader moves over a skip, or because the queue is empty); otherwise only in portions.
struct GiveBack {
  Range pages;        // to be given back first
  Released released;  // may be published then
};
GiveBack give_back(const Geometry& geometry, const ReaderState& reader, Released released,
                   bool settle) noexcept;

// After the reader has committed the item at `here`, to which a skip led it, with everything before
// the skip settled.
constexpr Released released_after_skip(const Geometry& geometry, const ReaderState& here) noexcept {
  return {here.pos & ~(geometry.page - 1), here.lap};
}

}  // namespace mp::queue
