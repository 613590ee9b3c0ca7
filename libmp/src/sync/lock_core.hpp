// The protocol of a lock that processes share and any of them may be killed in, apart from its user
// interface.
//
//   free ──take──▶ held by P ──release, by anybody──▶ free
//                    │ P ends; a waiter sees it within a tick
//                    ├─ OnDeath::Report ───▶ owner died ──recover, once──▶ held by the recoverer
//                    └─ OnDeath::TakeOver ─▶ held by the waiter
//
// All users of one lock must see each other's pids: one pid namespace.
#pragma once

#include "os/clock.hpp"
#include "os/process_id.hpp"
#include "os/wait_spin.hpp"
#include "probe/probe.hpp"
#include "sync/lock_word.hpp"

#include <atomic>
#include <cstdint>
#include <optional>

namespace mp::sync {

// Sleeping waiters look around this often. It bounds how long the death of an owner, of a releaser
// before its wake-up call, or of a waiter after it, can go unnoticed.
inline constexpr std::uint64_t kTickNs = 50'000'000;

// A lock in shared memory, all zeros when free.
struct LockRef {
  std::atomic<Word>& word;
  // Waiters, relaxed: when one of them last asked whether the owner lives.
  std::atomic<std::uint64_t>& checked_ns;
};

enum class OnDeath { Report, TakeOver };
enum class Outcome { Done, TimedOut, WasFree, OwnerDied, NotNeeded, Interrupted };

// What came of it, and for OwnerDied the word that names the dead: the lock itself may have moved
// on by then.
struct Result {
  Outcome outcome = Outcome::Done;
  Word dead = kFree;
};

// A wait that is told to the probes only if it really comes to one; both are once per object.
class LazyWait {
 public:
  LazyWait(wire::ThreadState state, probe::Handle object, os::Deadline deadline) noexcept
      : state_(state), object_(object), deadline_(deadline) {}
  void begin() noexcept {
    if (!wait_)
      wait_.emplace(state_, object_,
                    deadline_.is_never() ? wire::kNoTimeout : deadline_.remaining_ns());
  }
  std::uint64_t end(bool success) noexcept { return wait_ ? wait_->end(success) : 0; }

 private:
  wire::ThreadState state_;
  probe::Handle object_;
  os::Deadline deadline_;
  std::optional<probe::Wait> wait_;
};

inline bool try_take(std::atomic<Word>& word) noexcept {
  Word expected = kFree;
  return word.compare_exchange_strong(expected, me(), std::memory_order_acquire,
                                      std::memory_order_relaxed);
}

// After try_take failed: Done, TimedOut, OwnerDied, or with OnDeath::Report Interrupted. Blocks
// until then; signals alone do not end it. Gives up at the deadline, but not before having made
// sure (not more often than every half tick, over all processes) that the owner lives.
Result take_slowly(LockRef lock, OnDeath on_death, os::Deadline deadline, os::WaitSpin& spin,
                   LazyWait& wait) noexcept;

// Who the word names, as the kernel does.
os::ProcessId owner_id(Word word) noexcept;
// Whether the process that the word names has not ended. Some microseconds for another one.
bool owner_lives(Word word) noexcept;
// Whether it is this caller's turn to ask that: waiters may be many.
bool is_due(std::atomic<std::uint64_t>& checked_ns) noexcept;

// OwnerDied if the owner is dead, which is then known to all; else NotNeeded.
Result find_death(LockRef lock) noexcept;

// Frees it, whoever holds it: Done, WasFree, or OwnerDied (what a dead process holds cannot be
// released).
Result release(LockRef lock) noexcept;

// For a lock that the calling thread holds for certain (OnDeath::TakeOver).
inline void release_own(std::atomic<Word>& word) noexcept;

// The caller becomes the owner of a lock whose owner is dead, noticed or not: Done or NotNeeded.
Outcome recover(LockRef lock) noexcept;

void wake_one(std::atomic<Word>& word) noexcept;

inline void release_own(std::atomic<Word>& word) noexcept {
  // Sequentially consistent: what its users look at next must not be read before.
  if ((word.exchange(kFree, std::memory_order_seq_cst) & kWaiters) != 0) wake_one(word);
}

}  // namespace mp::sync
