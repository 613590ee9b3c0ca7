// What the processes of one queue share: a page of these, then the bytes. Why this survives SIGKILL
// at any instruction: libmp/doc/queue.md.
#pragma once

#include "queue/placement.hpp"
#include "sync/lock_word.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace mp::queue {

// Each side has a lock, and a state that changes by one store: of `count`. The holder of the lock
// writes the state of count + 1 into the copy that is not current, then stores count + 1. The other
// side reads without a lock. All stores are releases, so that a reader that finds `count` unchanged
// has read one state.
struct alignas(64) PutSide {
  std::atomic<sync::Word> lock;
  std::atomic<std::uint64_t> count;  // items put so far: the commit
  struct State {
    std::atomic<std::uint64_t> pos, lap, top;  // WriterState
  } states[2];
};

struct alignas(64) GetSide {
  std::atomic<sync::Word> lock;
  std::atomic<std::uint64_t> count;  // items got so far: the commit
  struct State {
    std::atomic<std::uint64_t> pos, lap;  // ReaderState
  } states[2];
  std::atomic<std::uint64_t> released;  // reader, release: pack(); may lag behind the truth
};

// shutdown(): nothing is put any more, and with Now what was put is dropped.
enum class Shut : std::uint32_t { No, Down, Now };

// Written when somebody is about to sleep, read by everybody: a line that stays shared while the
// queue flows.
struct alignas(64) Waits {
  // Futexes: 1 while the holder of that side's lock may sleep, for an item or for room.
  std::atomic<std::uint32_t> getter;
  std::atomic<std::uint32_t> putter;
  std::atomic<std::uint32_t> polled;  // 1 while somebody in mp::wait may sleep, on the eventfd
  std::atomic<std::uint64_t> put_checked_ns;  // of the locks, see sync::LockRef
  std::atomic<std::uint64_t> get_checked_ns;
  std::atomic<std::uint64_t> window;  // holder of the put lock, relaxed: a wish, see Geometry
};

// Holder of the put lock only, relaxed. Memory that is known to have pages: [0, base_end), and the
// run that the writer is in. Set after the pages are there, so that it never says too much.
struct alignas(64) Pages {
  std::atomic<std::uint64_t> base_end;
  std::atomic<std::uint64_t> run_begin;
  std::atomic<std::uint64_t> run_end;
  std::atomic<std::uint64_t> biggest;  // item of this lap
};

// Of a joinable queue: see tasks.hpp.
struct Tally {
  std::atomic<std::uint64_t> holder;
  std::atomic<std::uint64_t> sum;
};

struct alignas(64) TaskSide {
  std::atomic<sync::Word> lock;
  std::atomic<std::uint64_t> count;  // tasks done so far: the commit
  Tally done[2];                     // whoever did the last one, and how many that process did
  Tally taken[2];                    // the same of the get side's count and lock
  std::atomic<std::uint64_t> done_checked_ns;
  std::atomic<std::uint64_t> join_checked_ns;
  std::atomic<std::uint32_t> zeros;    // how often nothing was left to do; joiners' futex
  std::atomic<std::uint32_t> joining;  // 1 while a joiner may sleep
};

// Entry 0 stands for all processes that found no entry of their own.
struct TaskHolder {
  std::atomic<sync::Word> who;       // the process; 0 = free
  std::atomic<std::uint64_t> taken;  // as of the last taker before the present one
  std::atomic<std::uint64_t> done;   // likewise
};
inline constexpr std::size_t kTaskHolders = 128;

struct Header {
  // Constant, but for the end of it all: a line that is never lost to a writer.
  std::uint64_t magic;
  std::uint64_t space;  // bytes behind the header page
  std::int64_t maxsize;
  std::uint32_t kind;      // detail::QueueKind
  std::atomic<Shut> shut;  // anybody; only ever goes up
  alignas(64) PutSide put;
  GetSide get;
  Waits waits;
  Pages pages;
  TaskSide tasks;
  TaskHolder holders[kTaskHolders];
};
static_assert(sizeof(PutSide) == 64 && sizeof(GetSide) == 64 && sizeof(Waits) == 64);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

inline constexpr std::uint64_t kMagic = 0x33305545'55514d50;  // "PMQUEUE03"
inline constexpr std::size_t kHeaderPage = 4096;
static_assert(sizeof(Header) <= kHeaderPage);

// Released in one word: 40 bits of position, the low 24 of the lap (at most one lap behind, so they
// suffice).
constexpr std::uint64_t pack(Released released) noexcept {
  return (released.lap << 40) | (released.upto & ((std::uint64_t{1} << 40) - 1));
}
// As seen by a reader of this lap; of another lap it says nothing.
constexpr Released unpack(std::uint64_t word, std::uint64_t lap) noexcept {
  if ((word >> 40) != (lap & 0xff'ffff)) return {0, lap};
  return {word & ((std::uint64_t{1} << 40) - 1), lap};
}

}  // namespace mp::queue
