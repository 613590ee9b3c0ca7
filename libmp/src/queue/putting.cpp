// The put side of a queue, and the memory that it writes into.
#include "os/memory.hpp"
#include "queue/core.hpp"
#include "queue/parts.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cerrno>

namespace mp::queue {
namespace {

// So many items of put_many() are written before they are shown: the getter works meanwhile.
constexpr std::uint64_t kShownTogether = 64;

}  // namespace

void Core::put(std::span<const std::byte> item, os::Deadline deadline) {
  require_putter();
  sync::LazyWait wait(wire::ThreadState::QueuePut, probe_, deadline);
  lock_put(deadline, wait);
  {
    const Unlock unlock(header_->put.lock);
    const std::uint64_t count = begin_put();
    if (!has_room(count)) wait_for_room(count, deadline, wait);
    commit_put(count + 1, write(writer_at(count), count, item));
    wait.end(true);
    probe::queue_put(probe_, count + 1, item.size());
  }
  wake_getters(header_->waits, eventfd_);
}

std::size_t Core::put_many(std::span<const std::byte> items, std::size_t item_bytes,
                           os::Deadline deadline) {
  require_putter();
  const std::size_t most = items.size() / item_bytes;
  std::size_t done = 0;
  sync::LazyWait wait(wire::ThreadState::QueuePut, probe_, deadline);
  lock_put(deadline, wait);
  {
    const Unlock unlock(header_->put.lock);
    std::uint64_t count = begin_put();
    try {
      while (done < most) {
        if (!has_room(count)) {
          // What was put must be known to be there before its getter is waited for.
          header_->put.count.fetch_add(0, kSeqCst);
          wake_getters(header_->waits, eventfd_);
          wait_for_room(count, deadline, wait);
        }
        const std::size_t some =
            put_some(count, most - done, items.data() + done * item_bytes, item_bytes);
        count += some;
        done += some;
      }
    } catch (const Error&) {
      if (done == 0) throw;
    }
    wait.end(true);
  }
  wake_getters(header_->waits, eventfd_);
  return done;
}

void Core::lock_put(os::Deadline deadline, sync::LazyWait& wait) {
  std::atomic<sync::Word>& lock = header_->put.lock;
  if (sync::try_take(lock)) [[likely]]
    return;
  require_not_lent(put_lender_, "with_loan");
  const sync::LockRef ref{lock, header_->waits.put_checked_ns};
  if (deadline.moment_ns() != 0) {
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, deadline, put_spin_, wait).outcome ==
        sync::Outcome::TimedOut) {
      throw_full();
    }
    return;
  }
  // "Do not wait" is about room, not about the moment that another producer needs.
  const auto patience = os::Deadline::after(std::chrono::nanoseconds(2 * sync::kTickNs));
  for (;;) {
    if (maxsize_ > 0 && shut() == Shut::No && is_full_now()) throw_full();
    const auto glance = os::Deadline::after(std::chrono::milliseconds(1));
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, glance, put_spin_, wait).outcome ==
        sync::Outcome::Done)
      return;
    if (patience.has_passed()) throw_full();
  }
}

std::uint64_t Core::begin_put() noexcept {
  if (const sync::Word owner = sync::me() & sync::kProcessMask; put_view_.owner != owner)
    put_view_ = {.owner = owner};
  return header_->put.count.load(kRelaxed);
}

// As far as is known without looking. A queue that was shut down has none.
bool Core::has_room(std::uint64_t count) const noexcept {
  return shut() == Shut::No &&
         (maxsize_ == 0 || count - put_view_.got < static_cast<std::uint64_t>(maxsize_));
}

// Only the holder of the put lock waits for room; the others wait for the lock.
void Core::wait_for_room(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait) {
  const auto is_worth_a_look = [&] {
    put_view_.got = header_->get.count.load(kSeqCst);
    return has_room(count) || header_->shut.load(kSeqCst) != Shut::No;
  };
  if (!is_worth_a_look()) {
    if (deadline.moment_ns() == 0) throw_full();
    if (!room_spin_.until(is_worth_a_look, deadline) &&
        !sleep_until(header_->waits.putter, is_worth_a_look, deadline, wait))
      throw_full();
  }
  if (shut() != Shut::No) throw_shut_down();
}

WriterState Core::writer_at(std::uint64_t count) const noexcept {
  const PutSide::State& now = header_->put.states[count % 2];
  return {now.pos.load(kRelaxed), now.lap.load(kRelaxed), now.top.load(kRelaxed)};
}

// The two copies of the state take turns: `next` is an odd number of items ahead.
void Core::commit_put(std::uint64_t next, const WriterState& after) noexcept {
  PutSide& side = header_->put;
  PutSide::State& state = side.states[next % 2];
  state.pos.store(after.pos, kRelease);
  state.lap.store(after.lap, kRelease);
  state.top.store(after.top, kRelease);
  side.count.store(next, kRelease);
}

// How many; if it throws, none.
std::size_t Core::put_some(std::uint64_t count, std::size_t most, const std::byte* items,
                           std::size_t item_bytes) {
  std::uint64_t room = std::min<std::uint64_t>(most, kShownTogether);
  if (maxsize_ > 0)
    room = std::min(room, static_cast<std::uint64_t>(maxsize_) - (count - put_view_.got));
  WriterState before;
  WriterState after = writer_at(count);
  std::uint64_t number = 0;
  try {
    for (; number < room; ++number) {
      const WriterState next =
          write(after, count + number, {items + number * item_bytes, item_bytes});
      before = after;
      after = next;
      probe::queue_put(probe_, count + number + 1, item_bytes);
    }
  } catch (const OSError&) {
    if (number == 0) throw;
  }
  if (number % 2 == 0) {
    commit_put(count + number - 1, before);
    commit_put(count + number, after);
  } else {
    commit_put(count + number, after);
  }
  return number;
}

WriterState Core::write(const WriterState& writer, std::uint64_t count,
                        std::span<const std::byte> item) {
  const std::uint64_t need = space_for(item.size());
  std::uint64_t at = writer.pos;
  WriterState after{writer.pos + need, writer.lap, writer.top};
  if (writer.lap != put_view_.fast_lap || !fits(writer.pos, need, put_view_.fast_end)) {
    const Placement placement = find_place(writer, count, need);
    at = placement.at;
    after = placement.after;
  }
  store_header(bytes_ + at, item.size());
  copy_item(bytes_ + at + kHeaderBytes, item.data(), item.size());
  return after;
}

// A place with pages under it and under the header that will follow it. The skip that leads there is
// laid: nobody goes that way before the commit.
Placement Core::find_place(const WriterState& writer, std::uint64_t count, std::uint64_t need) {
  if (writer.pos > space_ - kHeaderBytes || writer.pos % 8 != 0) throw_corrupt();
  if (need > space_) throw OSError(ENOSPC, "put", text());
  const ReaderView reader = look_at_reader();
  put_view_.got = reader.count;
  Pages& pages = header_->pages;
  if (need > pages.biggest.load(kRelaxed)) {
    pages.biggest.store(need, kRelaxed);
    const std::uint64_t wanted = wanted_window(need);
    if (wanted > header_->waits.window.load(kRelaxed))
      header_->waits.window.store(wanted, kRelaxed);
  }
  const Geometry geometry = this->geometry();
  const auto placement =
      place(geometry, writer, reader.state, reader.released, reader.count == count, need);
  if (!placement) throw OSError(ENOSPC, "put", text());
  // What was known of the pages up here is of another lap: the reader may have given them back.
  if (placement->skips) pages.run_end.store(0, kRelease);
  const std::uint64_t ready = back(placement->at, need + kHeaderBytes, placement->limit);
  if (placement->after.lap != writer.lap) shrink_window(placement->after.top, need);
  put_view_.fast_lap = placement->after.lap;
  // Every now and then the reader is looked at anyway: it may have left the queue empty.
  const std::uint64_t glance = (placement->after.pos / geometry.restart + 1) * geometry.restart;
  put_view_.fast_end = std::min({placement->limit, ready, glance});
  if (placement->skips) store_header(bytes_ + writer.pos, kSkip | placement->at);
  return *placement;
}

Core::ReaderView Core::look_at_reader() const noexcept {
  const GetSide& side = header_->get;
  ReaderView view;
  std::uint64_t count = side.count.load(kAcquire);
  do {
    view.count = count;
    const GetSide::State& state = side.states[count % 2];
    view.state = {state.pos.load(kAcquire), state.lap.load(kAcquire)};
    view.released = unpack(side.released.load(kAcquire), view.state.lap);
    count = side.count.load(kAcquire);
  } while (count != view.count);
  return view;
}

// Makes sure of the pages of [begin, begin + need) and says up to where they are there, not beyond
// `limit` (if that is farther): what lies behind it the reader may yet give back.
std::uint64_t Core::back(std::uint64_t begin, std::uint64_t need, std::uint64_t limit) {
  Pages& pages = header_->pages;
  const std::uint64_t end = begin + need;
  if (begin < base_) {
    const std::uint64_t there = pages.base_end.load(kRelaxed);
    if (const std::uint64_t last = std::min(end, base_); last > there) {
      back_pages(there, last, std::min(base_, std::max(last, there + kBatch / 4)));
    }
    if (end <= base_) return pages.base_end.load(kRelaxed);
  }
  const std::uint64_t from = std::max(begin, base_);
  const std::uint64_t there = pages.run_end.load(kRelaxed);
  const bool continues = pages.run_begin.load(kRelaxed) <= from && from <= there;
  if (!continues || end > there) {
    const std::uint64_t first = continues ? there : from;
    back_pages(first, end, std::max(end, std::min(limit, first + kBatch)));
  }
  return pages.run_end.load(kRelaxed);
}

// Puts pages under [first, wish) if possible, else at least under [first, last).
void Core::back_pages(std::uint64_t first, std::uint64_t last, std::uint64_t wish) {
  try {
    os::back_with_pages(fd_.get(), mapping_, kHeaderPage + first, wish - first);
  } catch (const OSError&) {
    if (wish == last) throw;
    wish = last;
    os::back_with_pages(fd_.get(), mapping_, kHeaderPage + first, last - first);
  }
  Pages& pages = header_->pages;
  if (first < base_) {
    pages.base_end.store(wish, kRelease);
    return;
  }
  if (first != pages.run_end.load(kRelaxed)) {
    pages.run_end.store(0, kRelease);  // so that the two words never claim too much together
    pages.run_begin.store(first, kRelease);
  }
  pages.run_end.store(wish, kRelease);
}

// Several of the biggest items fit into the window, so that a queue of big ones flows through the
// same memory too.
std::uint64_t Core::wanted_window(std::uint64_t biggest) const noexcept {
  const std::uint64_t page = os::page_size();
  const std::uint64_t several = (std::min(8 * biggest, kMostWindow) + page - 1) & ~(page - 1);
  return std::clamp(several, base_, std::max(base_, (space_ / 4) & ~(page - 1)));
}

// A lap has ended: if it had no big items, its window was too wide. Nobody is above `top`.
void Core::shrink_window(std::uint64_t top, std::uint64_t need) noexcept {
  Pages& pages = header_->pages;
  const std::uint64_t old = header_->waits.window.load(kRelaxed);
  const std::uint64_t wanted = wanted_window(pages.biggest.load(kRelaxed));
  pages.biggest.store(need, kRelaxed);
  if (wanted > old / 2) return;
  pages.run_end.store(0, kRelease);
  header_->waits.window.store(wanted, kRelaxed);
  give_back_pages({std::max(top, wanted), old});
}

}  // namespace mp::queue
