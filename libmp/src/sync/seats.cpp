#include "sync/seats.hpp"

#include "os/futex.hpp"
#include "sync/interrupt.hpp"

#include <algorithm>
#include <climits>

namespace mp::sync {

Seats::Seat Seats::sit() noexcept {
  for (const bool of_the_dead : {false, true}) {
    for (std::uint32_t i = 0; i < Row::size(); ++i) {
      Word taken = row_[i].load(std::memory_order_relaxed);
      if (taken != 0 && (!of_the_dead || owner_lives(taken))) continue;
      if (row_[i].compare_exchange_strong(taken, me(), std::memory_order_relaxed)) return {i, 0};
    }
  }
  cell_.standing.fetch_add(1, std::memory_order_relaxed);
  return {kStanding, cell_.calls.load(std::memory_order_relaxed)};
}

bool Seats::is_called(Seat seat) const noexcept {
  if (seat.number == kStanding) return cell_.calls.load(std::memory_order_acquire) != seat.calls;
  return (row_[seat.number].load(std::memory_order_acquire) & kCalled) != 0;
}

bool Seats::rise(Seat seat) noexcept {
  if (seat.number != kStanding)
    return (row_[seat.number].exchange(0, std::memory_order_acq_rel) & kCalled) != 0;
  cell_.standing.fetch_sub(1, std::memory_order_relaxed);
  return is_called(seat);
}

Result Seats::sleep(Seat seat, os::Deadline deadline, LockRef lock) noexcept {
  const bool stands = seat.number == kStanding;
  const std::atomic<std::uint32_t>& word = stands ? cell_.calls : futex_half(row_[seat.number]);
  const std::uint32_t uncalled = stands ? seat.calls : static_cast<std::uint32_t>(me());
  while (!is_called(seat)) {
    if (is_due(lock.checked_ns)) {
      if (const Result death = find_death(lock); death.outcome == Outcome::OwnerDied) return death;
    } else if (const Word held = lock.word.load(std::memory_order_relaxed);
               (held & kOwnerDied) != 0) {
      return {Outcome::OwnerDied, held};
    }
    if (deadline.has_passed()) return {Outcome::TimedOut};
    if (take_interrupt()) return {Outcome::Interrupted};
    const std::uint64_t tick = os::monotonic_ns() + kTickNs;
    os::futex_wait(word, uncalled, os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
  }
  return {Outcome::Done};
}

std::uint32_t Seats::call(std::uint32_t count) noexcept {
  std::uint32_t called = 0;
  const std::uint32_t turn = cell_.turn.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < Row::size() && called < count; ++i) {
    const std::uint32_t number = (turn + i) % Row::size();
    if (!call_one(row_[number])) continue;
    cell_.turn.store(number + 1, std::memory_order_relaxed);
    ++called;
  }
  const std::uint32_t standing = cell_.standing.load(std::memory_order_relaxed);
  if (called < count && standing > 0) {
    cell_.calls.fetch_add(1, std::memory_order_release);
    os::futex_wake(cell_.calls, INT_MAX);
    called = std::min(count, called + standing);
  }
  return called;
}

bool Seats::call_one(std::atomic<Word>& seat) noexcept {
  Word who = seat.load(std::memory_order_relaxed);
  if (who == 0 || (who & kCalled) != 0) return false;
  if (!seat.compare_exchange_strong(who, who | kCalled, std::memory_order_acq_rel))
    return false;  // it has just given up
  if (os::futex_wake(futex_half(seat), 1) > 0 || owner_lives(who)) return true;
  Word dead = who | kCalled;
  seat.compare_exchange_strong(dead, 0, std::memory_order_relaxed);
  return false;
}

std::uint32_t Seats::count() const noexcept {
  std::uint32_t waiting = cell_.standing.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < Row::size(); ++i) {
    const Word who = row_[i].load(std::memory_order_relaxed);
    waiting += who != 0 && (who & kCalled) == 0 ? 1 : 0;
  }
  return waiting;
}

}  // namespace mp::sync
