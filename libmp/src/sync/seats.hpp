// Seats: who waits for a condition. A waiter sits down before it gives up the condition's lock, so
// a notify under the lock finds everybody who waits; it calls them one by one, in turn.
//
//   free ──sit, by a waiter──▶ taken ──call, by a notifier──▶ called
//     ▲                          │ gives up, or is found dead   │ has seen it, or is found dead
//     └──────────────────────────┴──────────────────────────────┘
//
// A call must not be lost with a dead waiter. The notifier wakes the very thread it has called: if
// the kernel found it asleep, it lived, and whatever kills it later kills a waiter that has been
// woken. If not, it is on its way to sleep or to its end, or dead: then the notifier asks which,
// and calls another in the place of the dead. Nobody is ever awaited.
//
// Waiters beyond the seats stand: they are counted, and woken all at once when the seats are empty.
// All users must see each other's pids: one pid namespace.
#pragma once

#include "sync/cell_row.hpp"
#include "sync/lock_core.hpp"

#include <atomic>
#include <cstdint>
#include <utility>

namespace mp::sync {

struct SeatCell {
  std::atomic<std::uint32_t> turn;      // notifiers, relaxed: where the next call begins
  std::atomic<std::uint32_t> calls;     // to those who stand; the futex word
  std::atomic<std::uint32_t> standing;  // how many; too many after deaths
};

class Seats {
 public:
  using Row = CellRow<std::atomic<Word>, 32>;
  struct Seat {
    std::uint32_t number;
    std::uint32_t calls;  // of those who stand, when it began
  };

  Seats(SeatCell& cell, Row row) noexcept : cell_(cell), row_(std::move(row)) {}
  [[nodiscard]] const Row& row() const noexcept { return row_; }

  // By the holder of the lock.
  Seat sit() noexcept;
  // Done when called, TimedOut, Interrupted, or OwnerDied when the owner of `lock` is dead: nobody
  // may be left to call. The seat is kept.
  Result sleep(Seat seat, os::Deadline deadline, LockRef lock) noexcept;
  [[nodiscard]] bool is_called(Seat seat) const noexcept;
  // Gives the seat up; whether it has been called.
  bool rise(Seat seat) noexcept;

  // By the holder of the lock: calls up to `count`, and returns how many.
  std::uint32_t call(std::uint32_t count) noexcept;

  [[nodiscard]] std::uint32_t count() const noexcept;

 private:
  static constexpr std::uint32_t kStanding = Row::size();
  static constexpr Word kCalled = kWaiters;  // the same bit, another meaning

  bool call_one(std::atomic<Word>& seat) noexcept;

  SeatCell& cell_;
  Row row_;
};

}  // namespace mp::sync
