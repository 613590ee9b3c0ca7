// The word of a lock: who holds it, in one 64-bit atomic, so that the identity of the owner is set
// by the very compare-and-swap that takes the lock: there is no moment at which it is unknown.
//
//   63                    32  31       30          29      22  21        0
//   | start of the process |  waiters | owner died | thread tag | pid     |
//
// The low half is the futex word. "start" is the low half of the process's start ticks: with the
// pid it names one process, also when the pid is given to another later.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

namespace mp::sync {

using Word = std::uint64_t;

inline constexpr Word kFree = 0;
inline constexpr Word kPidMask = (Word{1} << 22) - 1;
inline constexpr Word kOwnerDied = Word{1} << 30;  // nobody gets it before someone recovers it
inline constexpr Word kWaiters = Word{1} << 31;    // somebody may sleep on the low half

// Which process this is about: equal for all threads of one process.
inline constexpr Word kProcessMask = (~Word{0} << 32) | kPidMask;

constexpr std::uint32_t owner_pid(Word word) noexcept {
  return static_cast<std::uint32_t>(word & kPidMask);
}
constexpr std::uint32_t owner_start(Word word) noexcept {
  return static_cast<std::uint32_t>(word >> 32);
}
constexpr Word make_word(std::uint32_t pid, std::uint32_t start, std::uint32_t tag) noexcept {
  return (Word{start} << 32) | (Word{tag & 0xff} << 22) | (pid & kPidMask);
}

namespace detail {
extern constinit thread_local Word my_word;  // 0 until asked for, and again in a forked child
extern constinit thread_local std::uint64_t my_thread;  // as known as my_word
Word compute_my_word() noexcept;
}  // namespace detail

// What the calling thread writes when it takes a lock.
inline Word me() noexcept {
  const Word known = detail::my_word;
  return known != 0 ? known : detail::compute_my_word();
}

// The calling thread among all of this host: its id, above it the low half of its process's start.
// Never 0.
inline std::uint64_t this_thread() noexcept {
  if (detail::my_word == 0) detail::compute_my_word();
  return detail::my_thread;
}

// Whether both words are of one process.
constexpr bool same_process(Word a, Word b) noexcept { return ((a ^ b) & kProcessMask) == 0; }

// The half that the kernel compares.
static_assert(std::endian::native == std::endian::little, "the futex word is the low half");
inline const std::atomic<std::uint32_t>& futex_half(const std::atomic<Word>& word) noexcept {
  return reinterpret_cast<const std::atomic<std::uint32_t>&>(word);
}

}  // namespace mp::sync
