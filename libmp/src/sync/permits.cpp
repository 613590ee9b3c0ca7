#include "sync/permits.hpp"

#include "os/futex.hpp"
#include "sync/interrupt.hpp"

#include <algorithm>
#include <climits>

namespace mp::sync {
namespace {

constexpr std::int32_t signed_of(std::uint64_t balance) noexcept {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(balance));
}

}  // namespace

bool Permits::try_take() noexcept {
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  if (count_of(state) == 0) return false;
  const std::uint32_t mine = my_entry();
  while (count_of(state) > 0) {
    if (change(state, mine, count_of(state) - 1)) return true;
  }
  return false;
}

bool Permits::give() noexcept {
  const std::uint32_t mine = my_entry();
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  do {
    if (count_of(state) >= cell_.maximum) return false;
  } while (!change(state, mine, count_of(state) + 1));
  if ((state & kWaitBit) != 0) wake(1);
  return true;
}

// A permit that is told to the last one only, or taken from it, needs no settling.
bool Permits::change(std::uint64_t& state, std::uint32_t who, std::uint32_t count) noexcept {
  if (last_of(state) != who && !settle(state)) {
    state = cell_.state.load(std::memory_order_acquire);
    return false;
  }
  return cell_.state.compare_exchange_strong(state, next_state(state, who, count),
                                             std::memory_order_acq_rel, std::memory_order_acquire);
}

// Writes down the balance of the last one. Any number of processes may do this at once, and any of
// them may be late: what one has read of the entry must still be there when it writes, and was read
// while `state` was the state.
bool Permits::settle(std::uint64_t state) noexcept {
  PermitHolder& last = holders_[last_of(state)];
  std::uint64_t written = last.balance.load(std::memory_order_acquire);
  const auto balance = static_cast<std::uint32_t>(balance_of(last_of(state), state));
  const std::uint64_t wanted = (version_of(state) << 32) | balance;
  if (cell_.state.load(std::memory_order_acquire) != state) return false;
  return written == wanted ||
         last.balance.compare_exchange_strong(written, wanted, std::memory_order_acq_rel);
}

// Only true if the state has not changed meanwhile.
std::int32_t Permits::balance_of(std::uint32_t holder, std::uint64_t state) const noexcept {
  if (holder != last_of(state))
    return signed_of(holders_[holder].balance.load(std::memory_order_acquire));
  std::uint32_t rest = cell_.initial - count_of(state);
  for (std::uint32_t i = 0; i < Holders::size(); ++i) {
    if (i != holder)
      rest -= static_cast<std::uint32_t>(holders_[i].balance.load(std::memory_order_acquire));
  }
  return signed_of(rest);
}

std::uint32_t Permits::find_entry() noexcept {
  const Word mine = me() & kProcessMask;
  // First our own, which comes before all that were never used; then one that the dead have left.
  for (const bool of_the_dead : {false, true}) {
    for (std::uint32_t i = 1; i < Holders::size(); ++i) {
      Word who = holders_[i].who.load(std::memory_order_acquire);
      const bool is_free = of_the_dead ? is_left_behind(i, who) : who == 0;
      if (is_free && holders_[i].who.compare_exchange_strong(who, mine)) who = mine;
      if (who != mine) continue;
      mine_.store(i, std::memory_order_relaxed);
      return i;
    }
  }
  without_.store(mine, std::memory_order_relaxed);
  mine_.store(0, std::memory_order_relaxed);
  return 0;
}

// The dead change nothing any more, and nobody recovers what they do not have.
bool Permits::is_left_behind(std::uint32_t holder, Word who) const noexcept {
  const std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  return last_of(state) != holder && balance_of(holder, state) == 0 && !owner_lives(who);
}

Result Permits::take_slowly(os::Deadline deadline, LazyWait& wait) noexcept {
  if (deadline.moment_ns() != 0 && spin_until(deadline)) return {Outcome::Done};
  const std::uint32_t mine = my_entry();
  for (;;) {
    std::uint64_t state = cell_.state.load(std::memory_order_acquire);
    if (count_of(state) > 0) {
      if (change(state, mine, count_of(state) - 1)) return {Outcome::Done};
      continue;
    }
    const bool is_lost = (state & kLostBit) != 0;
    if (is_lost || is_due(cell_.checked_ns)) {
      if (const Word dead = find_lost(state); dead != 0) {
        if (!is_lost && !cell_.state.compare_exchange_strong(state, state | kLostBit)) continue;
        if (!is_lost) os::futex_wake(futex_half(cell_.state), INT_MAX);
        return {Outcome::OwnerDied, dead};
      }
      if (cell_.state.load(std::memory_order_acquire) != state) continue;
    }
    if (deadline.has_passed()) return {Outcome::TimedOut};
    if (take_interrupt()) return {Outcome::Interrupted};
    if ((state & kWaitBit) == 0 &&
        !cell_.state.compare_exchange_weak(state, state | kWaitBit, std::memory_order_relaxed)) {
      continue;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + kTickNs;
    os::futex_wait(futex_half(cell_.state), static_cast<std::uint32_t>(state | kWaitBit),
                   os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
  }
}

bool Permits::spin_until(os::Deadline deadline) noexcept {
  bool taken = false;
  spin_.until_backing_off(
      [&] {
        const std::uint64_t state = cell_.state.load(std::memory_order_acquire);
        if (count_of(state) > 0) taken = try_take();
        return taken || (state & kLostBit) != 0;
      },
      deadline);
  return taken;
}

// The bit stays as long as a give finds somebody asleep. Clearing it too early harms nobody: who is
// about to fall asleep on a word with it does not, for the word has changed.
void Permits::wake(std::uint32_t count) noexcept {
  const int limit = static_cast<int>(std::min<std::uint32_t>(count, INT_MAX));
  if (os::futex_wake(futex_half(cell_.state), limit) != 0) return;
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  if (count_of(state) > 0 && (state & kWaitBit) != 0)
    cell_.state.compare_exchange_strong(state, state & ~kWaitBit, std::memory_order_relaxed);
}

Word Permits::find_lost(std::uint64_t state) const noexcept {
  if (count_of(state) >= cell_.initial) return 0;  // nothing is missing
  Word dead = 0;
  for (std::uint32_t i = 0; i < Holders::size(); ++i) {
    const std::int32_t balance = balance_of(i, state);
    if (balance == 0) continue;
    const Word who = holders_[i].who.load(std::memory_order_acquire);
    // Whoever lives and has some, or has given back more than it took, may be about to give.
    if (who == 0 || owner_lives(who)) return 0;
    if (balance > 0) dead = who;
  }
  return cell_.state.load(std::memory_order_acquire) == state || (state & kLostBit) != 0 ? dead : 0;
}

std::uint32_t Permits::find_dead(std::uint64_t state) const noexcept {
  for (std::uint32_t i = 1; i < Holders::size(); ++i) {
    if (balance_of(i, state) > 0 && !owner_lives(holders_[i].who.load(std::memory_order_acquire)))
      return i;
  }
  return 0;
}

std::uint32_t Permits::recover() noexcept {
  std::uint32_t total = 0;
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  while (count_of(state) < cell_.initial) {
    const std::uint32_t dead = find_dead(state);
    const std::int32_t balance = dead == 0 ? 0 : balance_of(dead, state);
    const std::uint64_t seen = cell_.state.load(std::memory_order_acquire);
    if (seen != state) {
      state = seen;
      continue;
    }
    if (balance <= 0) break;
    const std::uint32_t missing = cell_.initial - count_of(state);
    const std::uint32_t back = std::min(missing, static_cast<std::uint32_t>(balance));
    // In the name of the dead: its balance shrinks as if it had given them itself.
    const std::uint32_t count = count_of(state) + back;
    if (!change(state, dead, count)) continue;
    total += back;
    if ((state & kWaitBit) != 0) wake(back);
    state = cell_.state.load(std::memory_order_acquire);
  }
  return total;
}

std::uint32_t Permits::of_the_dead() const noexcept {
  std::uint32_t total = 0;
  const std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  if (count_of(state) >= cell_.initial) return 0;
  for (std::uint32_t i = 1; i < Holders::size(); ++i) {
    const std::int32_t balance = balance_of(i, state);
    if (balance > 0 && !owner_lives(holders_[i].who.load(std::memory_order_acquire)))
      total += static_cast<std::uint32_t>(balance);
  }
  return std::min(total, cell_.initial - count_of(state));
}

}  // namespace mp::sync
