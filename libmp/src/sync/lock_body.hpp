// LockBody: what each process has of a Lock or an RLock. The protocol is in lock_core; here it
// meets names, probes and exceptions.
#pragma once

#include "sync/lock_core.hpp"
#include "sync/noun.hpp"

#include <atomic>
#include <cstdint>

namespace mp::sync {

// What the processes share.
struct LockCell {
  std::atomic<Word> word;                   // everybody; see lock_word.hpp
  std::atomic<std::uint64_t> acquisitions;  // the owner, relaxed: 1, 2, ...
  std::atomic<std::uint64_t> checked_ns;    // waiters, relaxed
  std::atomic<std::uint64_t> thread;        // the owner, relaxed: this_thread() of who took it last
  std::atomic<std::uint32_t> depth;         // RLock: the owner, relaxed: 1, 2, ...
};
static_assert(sizeof(LockCell) <= shm::kCellBytes && std::atomic<Word>::is_always_lock_free);

enum class Holder { Nobody, ThisThread, OtherThread, OtherProcess };

namespace detail {
// The lock that a wait() of this thread could not take back; see LockBody::lost().
extern constinit thread_local const void* lost_lock;
}  // namespace detail

struct LockBody {
  LockBody(shm::UniqueCell given, wire::ObjectKind kind, std::string_view kind_word,
           std::string name, const sync::Origin& origin);

  LockRef ref() noexcept { return {cell.word, cell.checked_ns}; }

  static bool is_ours(Word word) noexcept {
    return ((word ^ me()) & (kProcessMask | kOwnerDied)) == 0;
  }
  // Exact for a lock that only its owner frees. Otherwise right as long as no other thread of this
  // process is about to take it.
  [[nodiscard]] bool is_mine() const noexcept {
    return is_ours(cell.word.load(std::memory_order_relaxed)) &&
           cell.thread.load(std::memory_order_relaxed) == this_thread();
  }
  [[nodiscard]] Holder holder() const noexcept;

  // The whole of an uncontended acquire and release; everything else is out of their way.
  bool take(const os::Caller& caller) noexcept {
    if (!try_take(cell.word)) return false;
    probe::lock_acquired(noun.probe, note_acquisition(), 0, caller);
    return true;
  }
  bool free_own() noexcept {
    Word word = cell.word.load(std::memory_order_relaxed);
    if (!is_ours(word)) return false;
    // Stated while it is still held, so that the intervals of two owners never overlap in a record.
    probe::lock_released(noun.probe, cell.acquisitions.load(std::memory_order_relaxed));
    while (!cell.word.compare_exchange_strong(word, kFree, std::memory_order_release,
                                              std::memory_order_relaxed)) {
      if (!is_ours(word)) return false;  // somebody has freed it under us
    }
    if ((word & kWaiters) != 0) wake_one(cell.word);
    return true;
  }

  // After take() failed. Throws OwnerDied and KeyboardInterrupt.
  [[gnu::noinline]] bool take_slowly(os::Deadline deadline, const os::Caller& caller);
  // For a wait() that gave it up: as long as it takes, and no interrupt ends it. Throws OwnerDied;
  // then the lock is lost.
  void take_back(const os::Caller& caller);
  [[gnu::noinline]] void free_of_others();
  void recover();
  [[noreturn]] void throw_owner_died(Word dead) const;

  // True once after take_back() has thrown on this thread, unless the thread has got the lock
  // since: a guard at the end of its scope must not free what another may have recovered by now.
  [[nodiscard]] bool lost() const noexcept {
    if (detail::lost_lock != &cell) [[likely]]
      return false;
    detail::lost_lock = nullptr;
    return !is_mine();
  }

  // Only the owner counts.
  std::uint64_t note_acquisition() noexcept {
    cell.thread.store(this_thread(), std::memory_order_relaxed);
    const std::uint64_t number = cell.acquisitions.load(std::memory_order_relaxed) + 1;
    cell.acquisitions.store(number, std::memory_order_relaxed);
    return number;
  }

  shm::UniqueCell memory;
  LockCell& cell;
  Noun noun;
  os::WaitSpin spin;
};

}  // namespace mp::sync
