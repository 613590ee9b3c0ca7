#include "sync/lock_core.hpp"

#include "os/fork_hooks.hpp"
#include "os/futex.hpp"
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "sync/interrupt.hpp"

#include <algorithm>
#include <climits>
#include <variant>

namespace mp::sync {

namespace detail {

constinit thread_local Word my_word = 0;
constinit thread_local std::uint64_t my_thread = 0;

Word compute_my_word() noexcept {
  // The forking thread is the only one of a child: forgetting its own word is enough.
  static constinit os::Lasting<std::monostate> hook({.in_child = [] { my_word = 0; }});
  (void)hook.get();
  const os::ProcessId self = os::self();
  const auto start = static_cast<std::uint32_t>(self.start_ticks);
  const std::uint32_t thread = os::thread_id();
  my_thread = (std::uint64_t{start} << 32) | thread;
  my_word = make_word(self.pid, start, thread);
  return my_word;
}

}  // namespace detail

namespace {

// That others sleep already is no reason to sleep too: each release would then have to wake somebody,
// who would find the next one asleep when he lets go, and so for ever.
bool spin_for(std::atomic<Word>& word, os::WaitSpin& spin, os::Deadline deadline) noexcept {
  bool taken = false;
  spin.until_backing_off(
      [&] {
        const Word seen = word.load(std::memory_order_relaxed);
        if (seen == kFree) taken = try_take(word);
        return taken || (seen & kOwnerDied) != 0;
      },
      deadline);
  return taken;
}

void wake_all(std::atomic<Word>& word) noexcept { os::futex_wake(futex_half(word), INT_MAX); }

}  // namespace

bool owner_lives(Word word) noexcept {
  if (same_process(word, me())) return true;  // threads do not die, processes do
  const auto status = os::process_status(owner_pid(word));
  // Not readable: gone, hidden, or no descriptor is left to read it with. Only the first is death.
  if (!status) return os::pid_exists(owner_pid(word));
  return static_cast<std::uint32_t>(status->id.start_ticks) == owner_start(word) &&
         !os::has_ended(*status);
}

bool is_due(std::atomic<std::uint64_t>& checked_ns) noexcept {
  const std::uint64_t now = os::monotonic_ns();
  const std::uint64_t last = checked_ns.load(std::memory_order_relaxed);
  if (now - last < kTickNs / 2) return false;
  checked_ns.store(now, std::memory_order_relaxed);
  return true;
}

void wake_one(std::atomic<Word>& word) noexcept { os::futex_wake(futex_half(word), 1); }

Result take_slowly(LockRef lock, OnDeath on_death, os::Deadline deadline, os::WaitSpin& spin,
                   LazyWait& wait) noexcept {
  std::atomic<Word>& word = lock.word;
  if (deadline.moment_ns() != 0 && spin_for(word, spin, deadline)) return {Outcome::Done};
  Word mine = me();
  for (;;) {
    Word seen = word.load(std::memory_order_relaxed);
    if (seen == kFree) {
      if (word.compare_exchange_weak(seen, mine, std::memory_order_acquire,
                                     std::memory_order_relaxed)) {
        return {Outcome::Done};
      }
      continue;
    }
    if ((seen & kOwnerDied) != 0) return {Outcome::OwnerDied, seen};
    if (is_due(lock.checked_ns) && !owner_lives(seen)) {
      // An identity is dead for ever, so nobody can have taken the lock under it meanwhile.
      const Word next = on_death == OnDeath::TakeOver ? mine | kWaiters : seen | kOwnerDied;
      if (!word.compare_exchange_strong(seen, next, std::memory_order_acquire,
                                        std::memory_order_relaxed))
        continue;
      if (on_death == OnDeath::TakeOver) return {Outcome::Done};
      wake_all(word);
      return {Outcome::OwnerDied, seen};
    }
    if (deadline.has_passed()) return {Outcome::TimedOut};
    if (on_death == OnDeath::Report && take_interrupt()) return {Outcome::Interrupted};
    if ((seen & kWaiters) == 0 &&
        !word.compare_exchange_weak(seen, seen | kWaiters, std::memory_order_relaxed,
                                    std::memory_order_relaxed)) {
      continue;
    }
    wait.begin();
    const std::uint64_t tick = os::monotonic_ns() + kTickNs;
    os::futex_wait(futex_half(word), static_cast<std::uint32_t>(seen | kWaiters),
                   os::Deadline::at_ns(std::min(tick, deadline.moment_ns())));
    mine |= kWaiters;  // others may sleep as we did: the one who frees it next has to wake them
  }
}

os::ProcessId owner_id(Word word) noexcept {
  // The word has the low half of the start; the high half changes every 497 days of uptime.
  const std::uint64_t high = os::self().start_ticks >> 32;
  return {owner_pid(word), (high << 32) | owner_start(word)};
}

Result find_death(LockRef lock) noexcept {
  Word seen = lock.word.load(std::memory_order_relaxed);
  do {
    if ((seen & kOwnerDied) != 0) return {Outcome::OwnerDied, seen};
    if (seen == kFree || owner_lives(seen)) return {Outcome::NotNeeded};
  } while (!lock.word.compare_exchange_weak(seen, seen | kOwnerDied, std::memory_order_relaxed));
  wake_all(lock.word);
  return {Outcome::OwnerDied, seen};
}

Result release(LockRef lock) noexcept {
  Word seen = lock.word.load(std::memory_order_relaxed);
  do {
    if (seen == kFree) return {Outcome::WasFree};
    if (const Result death = find_death(lock); death.outcome == Outcome::OwnerDied) return death;
  } while (!lock.word.compare_exchange_weak(seen, kFree, std::memory_order_release,
                                            std::memory_order_relaxed));
  if ((seen & kWaiters) != 0) wake_one(lock.word);
  return {Outcome::Done};
}

Outcome recover(LockRef lock) noexcept {
  Word seen = lock.word.load(std::memory_order_relaxed);
  do {
    if (seen == kFree || ((seen & kOwnerDied) == 0 && owner_lives(seen))) return Outcome::NotNeeded;
  } while (!lock.word.compare_exchange_weak(seen, me() | kWaiters, std::memory_order_acquire,
                                            std::memory_order_relaxed));
  return Outcome::Done;
}

}  // namespace mp::sync
