#include "sync/parties.hpp"

#include "os/futex.hpp"
#include "sync/interrupt.hpp"

#include <algorithm>
#include <climits>

namespace mp::sync {

Parties::Arrival Parties::arrive(bool has_action) noexcept {
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  for (;;) {
    const Arrival arrival{Turn::Wait, round_of(state), come_of(state)};
    if (phase_of(state) == Phase::Broken) return {Turn::Broken, arrival.round, arrival.index};
    if (phase_of(state) == Phase::Acting) return {Turn::Full, arrival.round, arrival.index};
    enter_table(arrival.round);
    const bool is_last = arrival.index + 1 == cell_.parties;
    std::uint64_t next = state + (std::uint64_t{1} << 32);
    if (is_last && has_action) next |= static_cast<std::uint64_t>(Phase::Acting);
    if (is_last && !has_action) next = ended(state, End::Passed, Phase::Filling);
    if (!cell_.state.compare_exchange_strong(state, next, std::memory_order_acq_rel,
                                             std::memory_order_acquire)) {
      continue;
    }
    if (!is_last) return arrival;
    if (!has_action) wake();
    return {has_action ? Turn::Act : Turn::Passed, arrival.round, arrival.index};
  }
}

bool Parties::pass(const Arrival& arrival) noexcept {
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  do {
    if (round_of(state) != arrival.round) return false;
  } while (!cell_.state.compare_exchange_weak(state, ended(state, End::Passed, Phase::Filling),
                                              std::memory_order_acq_rel,
                                              std::memory_order_acquire));
  wake();
  return true;
}

Parties::End Parties::end_of(std::uint32_t round, std::uint64_t state) noexcept {
  const std::uint32_t later = (round_of(state) - round) & kRoundMask;
  // Sixteen rounds late: what became of one's own is forgotten, and it was not passed with us.
  return later <= 16 && ((state >> 48) >> (later - 1) & 1) != 0 ? End::Passed : End::Broken;
}

Parties::End Parties::await(const Arrival& arrival, os::Deadline deadline,
                            LazyWait& wait) noexcept {
  bool interrupted = false;
  for (;;) {
    const std::uint64_t state = cell_.state.load(std::memory_order_acquire);
    if (round_of(state) != arrival.round) {
      const End end = end_of(arrival.round, state);
      wait.end(end == End::Passed);
      if (!interrupted) return end;
      if (end == End::Broken) return End::Interrupted;
      detail::interrupted = true;  // came too late for this wait: the next one ends
      return end;
    }
    if (is_due(cell_.checked_ns)) {
      if (const Word dead = find_dead(arrival.round); dead != 0) {
        break_round(arrival.round, Reason::Death, dead);
        continue;
      }
    }
    if (deadline.has_passed()) {
      break_round(arrival.round, Reason::Timeout);
      continue;
    }
    if (!interrupted && take_interrupt()) {
      interrupted = true;
      break_round(arrival.round, Reason::Interrupt);
      continue;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + kTickNs;
    os::futex_wait(futex_half(cell_.state), static_cast<std::uint32_t>(state),
                   os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
  }
}

bool Parties::break_round(std::uint32_t round, Reason reason, Word dead) noexcept {
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  do {
    if (round_of(state) != round || phase_of(state) == Phase::Broken) return false;
    cell_.dead.store(dead, std::memory_order_relaxed);
    cell_.cause.store(static_cast<std::uint32_t>(reason), std::memory_order_relaxed);
  } while (!cell_.state.compare_exchange_weak(state, ended(state, End::Broken, Phase::Broken),
                                              std::memory_order_acq_rel,
                                              std::memory_order_acquire));
  wake();
  return true;
}

void Parties::abort() noexcept {
  break_round(round_of(cell_.state.load(std::memory_order_acquire)), Reason::Abort);
}

void Parties::reset() noexcept {
  forget_dead();
  std::uint64_t state = cell_.state.load(std::memory_order_acquire);
  for (;;) {
    const bool was_broken = phase_of(state) == Phase::Broken;
    if (!was_broken && come_of(state) == 0) return;
    if (!was_broken) {
      cell_.dead.store(0, std::memory_order_relaxed);
      cell_.cause.store(static_cast<std::uint32_t>(Reason::Reset), std::memory_order_relaxed);
    }
    const std::uint64_t next =
        was_broken ? state & ~std::uint64_t{3} : ended(state, End::Broken, Phase::Filling);
    if (cell_.state.compare_exchange_weak(state, next, std::memory_order_acq_rel,
                                          std::memory_order_acquire)) {
      if (!was_broken) wake();
      return;
    }
  }
}

std::uint32_t Parties::waiting() const noexcept {
  return come_of(cell_.state.load(std::memory_order_acquire));
}

bool Parties::is_broken() const noexcept {
  return phase_of(cell_.state.load(std::memory_order_acquire)) == Phase::Broken;
}

Parties::Cause Parties::cause() const noexcept {
  return {static_cast<Reason>(cell_.cause.load(std::memory_order_relaxed)),
          cell_.dead.load(std::memory_order_relaxed)};
}

void Parties::enter_table(std::uint32_t round) noexcept {
  const Word mine = me() & kProcessMask;
  // Our own; else a free one; else one that the dead have left without being missed.
  for (int pass = 0; pass < 3; ++pass) {
    for (std::uint32_t i = 0; i < Members::size(); ++i) {
      Member& member = members_[i];
      Word who = member.who.load(std::memory_order_acquire);
      const bool is_free =
          (pass == 1 && who == 0) ||
          (pass == 2 && who != mine && !took_part(member, round) && !owner_lives(who));
      if (is_free && member.who.compare_exchange_strong(who, mine)) who = mine;
      if (who != mine) continue;
      member.round.store(round, std::memory_order_release);
      return;
    }
  }
}

bool Parties::took_part(const Member& member, std::uint32_t round) noexcept {
  return ((round - member.round.load(std::memory_order_acquire)) & kRoundMask) <= 1;
}

Word Parties::find_dead(std::uint32_t round) const noexcept {
  for (std::uint32_t i = 0; i < Members::size(); ++i) {
    if (!took_part(members_[i], round)) continue;
    const Word who = members_[i].who.load(std::memory_order_acquire);
    if (who != 0 && !owner_lives(who)) return who;
  }
  return 0;
}

void Parties::forget_dead() noexcept {
  for (std::uint32_t i = 0; i < Members::size(); ++i) {
    Word who = members_[i].who.load(std::memory_order_acquire);
    if (who != 0 && !owner_lives(who)) members_[i].who.compare_exchange_strong(who, 0);
  }
}

void Parties::leave() noexcept {
  for (std::uint32_t i = 0; i < Members::size(); ++i) {
    Word who = members_[i].who.load(std::memory_order_acquire);
    if (who != 0 && same_process(who, me())) members_[i].who.compare_exchange_strong(who, 0);
  }
}

void Parties::wake() noexcept {
  if (cell_.parties > 1) os::futex_wake(futex_half(cell_.state), INT_MAX);
}

}  // namespace mp::sync
