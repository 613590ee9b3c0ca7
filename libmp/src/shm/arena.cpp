#include "shm/arena.hpp"

#include "os/shared_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mp::shm {
namespace {

// Freed memory is given back in portions of at least this, so that a program which makes and drops
// small things does not spend its time in the kernel.
constexpr std::size_t kSweepBytes = 64 * 1024;

std::size_t first_page(Range range) noexcept { return range.begin / os::page_size(); }
std::size_t end_page(Range range) noexcept {
  return (range.end + os::page_size() - 1) / os::page_size();
}

}  // namespace

Arena::Arena(std::size_t bytes)
    : file_(os::create_memfd("libmp-heap", bytes)),
      mapping_(file_.get(), bytes),
      identity_(os::file_identity(file_.get())),
      free_{{0, bytes}},
      backed_(bytes / os::page_size()) {}

Arena::Arena(os::UniqueFd file)
    : file_(std::move(file)),
      mapping_(file_.get(), os::file_size(file_.get())),
      identity_(os::file_identity(file_.get())),
      backed_(mapping_.size() / os::page_size()) {}

std::optional<Range> Arena::take(std::size_t bytes) {
  if (bytes >= hopeless_) return std::nullopt;
  const auto found = std::find_if(free_.begin(), free_.end(),
                                  [bytes](const Range& range) { return range.size() >= bytes; });
  if (found == free_.end()) {
    hopeless_ = bytes;
    return std::nullopt;
  }
  const auto index = found - free_.begin();
  // Between any two free ranges lies a block: so many ranges there can be when all are freed.
  if (free_.capacity() < taken_ + 2) free_.reserve(2 * taken_ + 2);
  const auto place = free_.begin() + index;
  const Range block{place->begin, place->begin + bytes};
  back(block);
  place->begin = block.end;
  if (place->empty()) free_.erase(place);
  ++taken_;
  return block;
}

// Zeros where there was memory before; fresh memory is zero anyway.
void Arena::back(Range block) {
  const std::size_t page = os::page_size();
  const std::size_t end = end_page(block);
  for (std::size_t at = first_page(block); at < end;) {
    std::size_t upto = at + 1;
    while (upto < end && backed_[upto] == backed_[at]) ++upto;
    if (backed_[at]) {
      const Range old{std::max(block.begin, at * page), std::min(block.end, upto * page)};
      std::memset(data() + old.begin, 0, old.size());
    } else {
      try {
        os::back_with_pages(descriptor(), mapping_, at * page, (upto - at) * page);
      } catch (...) {
        os::give_back_pages(mapping_, at * page, upto * page);  // some may have come
        throw;
      }
      set_backed(at, upto, true);
    }
    at = upto;
  }
}

void Arena::put(Range block) noexcept {
  const auto next = std::lower_bound(
      free_.begin(), free_.end(), block,
      [](const Range& one, const Range& other) { return one.begin < other.begin; });
  const bool meets_next = next != free_.end() && next->begin == block.end;
  const bool meets_last = next != free_.begin() && std::prev(next)->end == block.begin;
  std::size_t grown = block.size();
  if (meets_last) {
    std::prev(next)->end = meets_next ? next->end : block.end;
    grown = std::prev(next)->size();
    if (meets_next) free_.erase(next);
  } else if (meets_next) {
    next->begin = block.begin;
    grown = next->size();
  } else {
    free_.insert(next, block);  // take() has made room
  }
  --taken_;
  hopeless_ = std::max(hopeless_, grown + 1);
  freed_since_sweep_ += block.size();
  if (freed_since_sweep_ >= kSweepBytes) sweep();
}

void Arena::sweep() noexcept {
  const std::size_t page = os::page_size();
  for (const Range& range : free_) {
    const std::size_t end = range.end / page;
    for (std::size_t at = (range.begin + page - 1) / page; at < end;) {
      std::size_t upto = at + 1;
      while (upto < end && backed_[upto] == backed_[at]) ++upto;
      if (backed_[at]) {
        os::give_back_pages(mapping_, at * page, upto * page);
        set_backed(at, upto, false);
      }
      at = upto;
    }
  }
  freed_since_sweep_ = 0;
}

std::size_t Arena::backed_bytes() const noexcept {
  return static_cast<std::size_t>(std::count(backed_.begin(), backed_.end(), true)) *
         os::page_size();
}

void Arena::set_backed(std::size_t first, std::size_t last, bool backed) noexcept {
  const auto at = [this](std::size_t page) {
    return backed_.begin() + static_cast<std::ptrdiff_t>(page);
  };
  std::fill(at(first), at(last), backed);
}

}  // namespace mp::shm
