// The get side of a queue, and its end: shutdown().
#include "os/memory.hpp"
#include "queue/core.hpp"
#include "queue/parts.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>

namespace mp::queue {

void Core::get(detail::ItemSink sink, os::Deadline deadline) {
  require_getter("get");
  sync::LazyWait wait(wire::ThreadState::QueueGet, probe_, deadline);
  lock_get(deadline, wait);
  {
    const Unlock unlock(header_->get.lock);
    const std::uint64_t count = begin_get();
    if (!has_item(count)) wait_for_item(count, deadline, wait);
    const std::uint64_t bytes = read(count, sink);
    wait.end(true);
    probe::queue_got(probe_, count + 1, bytes);
  }
  wake(header_->waits.putter);
}

std::size_t Core::get_many(std::span<std::byte> room, std::size_t item_bytes,
                           os::Deadline deadline) {
  require_getter("get");
  const std::size_t most = room.size() / item_bytes;
  if (most == 0) return 0;
  std::size_t done = 0;
  sync::LazyWait wait(wire::ThreadState::QueueGet, probe_, deadline);
  lock_get(deadline, wait);
  {
    const Unlock unlock(header_->get.lock);
    std::uint64_t count = begin_get();
    if (!has_item(count)) wait_for_item(count, deadline, wait);
    do {
      const std::size_t some =
          get_some(count, most - done, room.data() + done * item_bytes, item_bytes);
      if (some == 0) {
        if (done > 0) break;
        detail::throw_item_size(*this, item_bytes, find_item(reader_at(count)).bytes);
      }
      count += some;
      done += some;
      get_view_.put = header_->put.count.load(kAcquire);
    } while (done < most && has_item(count));
    wait.end(true);
  }
  wake(header_->waits.putter);
  return done;
}

void Core::lock_get(os::Deadline deadline, sync::LazyWait& wait) {
  std::atomic<sync::Word>& lock = header_->get.lock;
  if (sync::try_take(lock)) [[likely]]
    return;
  require_not_lent(get_lender_, "borrow");
  const sync::LockRef ref{lock, header_->waits.get_checked_ns};
  if (deadline.moment_ns() != 0) {
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, deadline, get_spin_, wait).outcome ==
        sync::Outcome::TimedOut) {
      throw_empty();
    }
    return;
  }
  // "Do not wait" is about items, not about the moment that another consumer needs. One that waits
  // for an item holds the lock too, but then the queue is empty.
  const auto patience = os::Deadline::after(std::chrono::nanoseconds(2 * sync::kTickNs));
  for (;;) {
    if (shut() == Shut::No && is_empty_now()) throw_empty();
    const auto glance = os::Deadline::after(std::chrono::milliseconds(1));
    if (sync::take_slowly(ref, sync::OnDeath::TakeOver, glance, get_spin_, wait).outcome ==
        sync::Outcome::Done)
      return;
    if (patience.has_passed()) throw_empty();
  }
}

std::uint64_t Core::begin_get() noexcept {
  if (const sync::Word owner = sync::me() & sync::kProcessMask; get_view_.owner != owner)
    get_view_ = {.owner = owner};
  return header_->get.count.load(kRelaxed);
}

// As far as is known without looking.
bool Core::has_item(std::uint64_t count) const noexcept {
  return count < get_view_.put && shut() != Shut::Now;
}

// Only the holder of the get lock waits for items: an item wakes one process, however many are
// waiting.
void Core::wait_for_item(std::uint64_t count, os::Deadline deadline, sync::LazyWait& wait) {
  const auto look = [&] {
    get_view_.put = header_->put.count.load(kSeqCst);
    return has_item(count);
  };
  const auto is_worth_a_look = [&] { return look() || header_->shut.load(kSeqCst) != Shut::No; };
  const auto nothing_can_come = [&] { return is_worth_a_look() || producers_are_gone(); };
  if (!is_worth_a_look()) {
    if (deadline.moment_ns() == 0 && !producers_are_gone()) throw_empty();
    if (deadline.moment_ns() != 0 && !item_spin_.until(is_worth_a_look, deadline) &&
        !sleep_until(header_->waits.getter, nothing_can_come, deadline, wait))
      throw_empty();
  }
  // What was seen is seen: another look would cost the putter its cache line.
  if (has_item(count) || look()) return;
  if (shut() == Shut::No) throw EOFError(text() + " is empty, and all its producers are gone");
  end_putting(deadline, wait);
  if (look()) return;
  drop_all(wait);
  throw_shut_down();
}

ReaderState Core::reader_at(std::uint64_t count) const noexcept {
  const GetSide::State& now = header_->get.states[count % 2];
  return {now.pos.load(kRelaxed), now.lap.load(kRelaxed)};
}

Core::Found Core::find_item(const ReaderState& before) {
  if (before.pos > space_ - kHeaderBytes) throw_corrupt();
  Found found{before, load_header(bytes_ + before.pos)};
  if ((found.bytes & kSkip) != 0) [[unlikely]] {
    const auto moved = step(geometry(), before, found.bytes);
    if (!moved) throw_corrupt();
    // The old place must be settled before the commit, for then the writer may come there from
    // below.
    settle(before, true);
    found = {*moved, load_header(bytes_ + moved->pos)};
  }
  if (found.bytes > space_ - kHeaderBytes - found.at.pos) throw_corrupt();
  return found;
}

std::uint64_t Core::read(std::uint64_t count, detail::ItemSink sink) {
  const ReaderState before = reader_at(count);
  const Found item = find_item(before);
  std::byte* const room = sink.make_room(sink.context, item.bytes);
  copy_item(room, bytes_ + item.at.pos + kHeaderBytes, item.bytes);
  finish_get(count, before, item);
  return item.bytes;
}

void Core::finish_get(std::uint64_t count, const ReaderState& before, const Found& item) {
  const ReaderState after{item.at.pos + space_for(item.bytes), item.at.lap};
  commit_get(count, count + 1, after);
  tidy_up(before, item.at, after);
}

// Items of this size up to the next skip; 0 if the first is of another.
std::size_t Core::get_some(std::uint64_t count, std::size_t most, std::byte* room,
                           std::size_t item_bytes) {
  const ReaderState before = reader_at(count);
  const Found first = find_item(before);
  if (first.bytes != item_bytes) return 0;
  const std::uint64_t stride = space_for(item_bytes);
  const std::uint64_t there = std::min<std::uint64_t>(most, get_view_.put - count);
  ReaderState after = first.at;
  std::uint64_t number = 0;
  do {
    copy_item(room + number * item_bytes, bytes_ + after.pos + kHeaderBytes, item_bytes);
    after.pos += stride;
    ++number;
    probe::queue_got(probe_, count + number, item_bytes);
  } while (number < there && after.pos <= space_ - stride &&
           load_header(bytes_ + after.pos) == item_bytes);
  if (number % 2 == 0) {
    commit_get(count, count + number - 1, {after.pos - stride, after.lap});
    commit_get(count + number - 1, count + number, after);
  } else {
    commit_get(count, count + number, after);
  }
  tidy_up(before, first.at, after);
  return number;
}

// The two copies of the state take turns: `next` is an odd number of items ahead.
void Core::commit_get(std::uint64_t count, std::uint64_t next, const ReaderState& after) noexcept {
  if (tasks_) tasks_->take(count, next);
  GetSide& side = header_->get;
  GetSide::State& state = side.states[next % 2];
  state.pos.store(after.pos, kRelease);
  state.lap.store(after.lap, kRelease);
  side.count.store(next, kRelease);
}

// After a commit that led from `before` over an item at `here`.
void Core::tidy_up(const ReaderState& before, const ReaderState& here,
                   const ReaderState& after) noexcept {
  if (here.pos != before.pos) [[unlikely]]
    header_->get.released.store(pack(released_after_skip(geometry(), here)), kRelease);
  if (after.pos > base_) [[unlikely]]
    settle(after, false);
}

// Gives memory behind the reader back, and the place of it to the writer.
void Core::settle(const ReaderState& reader, bool before_skip) noexcept {
  GetSide& side = header_->get;
  const Geometry geometry = this->geometry();
  const Released old = unpack(side.released.load(kRelaxed), reader.lap);
  const bool all = before_skip || (reader.pos > geometry.window && is_empty_now());
  const GiveBack step = queue::give_back(geometry, reader, old, all);
  give_back_pages(step.pages);
  if (step.released.upto != old.upto) side.released.store(pack(step.released), kRelease);
}

void Core::give_back_pages(const Range& pages) noexcept {
  if (!pages.empty())
    os::give_back_pages(mapping_, kHeaderPage + pages.begin, kHeaderPage + pages.end);
}

// --- shutting down -------------------------------------------------------------------------------

void Core::shutdown(bool immediate) {
  require_getter("shutdown");
  std::atomic<Shut>& shut = header_->shut;
  const Shut wanted = immediate ? Shut::Now : Shut::Down;
  for (Shut now = shut.load(kRelaxed); now < wanted;) {
    if (shut.compare_exchange_weak(now, wanted, kSeqCst, kRelaxed)) break;
  }
  wake_getters(header_->waits, eventfd_);
  wake(header_->waits.putter);
  if (immediate) return drop_rest();
  sync::LazyWait wait(wire::ThreadState::QueuePut, probe_, os::Deadline::never());
  end_putting(os::Deadline::never(), wait);
}

void Core::drop_rest() {
  sync::LazyWait wait(wire::ThreadState::QueueGet, probe_, os::Deadline::never());
  lock_get(os::Deadline::never(), wait);
  const Unlock unlock(header_->get.lock);
  end_putting(os::Deadline::never(), wait);
  drop_all(wait);
}

// On a queue that was shut down: after this nobody puts anything, not even who had begun before.
void Core::end_putting(os::Deadline deadline, sync::LazyWait& wait) {
  const sync::LockRef lock{header_->put.lock, header_->waits.put_checked_ns};
  if (!sync::try_take(lock.word) &&
      sync::take_slowly(lock, sync::OnDeath::TakeOver, deadline, put_spin_, wait).outcome ==
          sync::Outcome::TimedOut)
    throw_empty();
  sync::release_own(lock.word);
}

// What is still there. For the holder of the get lock; one by one, so that a kill leaves the rest
// to the next one.
void Core::drop_all(sync::LazyWait& wait) {
  while (!is_empty_now()) {
    const std::uint64_t count = header_->get.count.load(kRelaxed);
    const ReaderState before = reader_at(count);
    const Found item = find_item(before);
    finish_get(count, before, item);
    probe::queue_got(probe_, count + 1, item.bytes);
    if (tasks_) tasks_->task_done(wait);
  }
}

}  // namespace mp::queue
