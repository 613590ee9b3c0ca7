// Permits: a counting semaphore that processes share and any of them may be killed in: what each of
// them has taken and not given back is known at every instruction.
//
// One word has the count and who changed it last; one compare-and-swap is the whole of a take or a
// give. Each process has a balance, takes minus gives, and by conservation
//
//   sum of all balances = initial count - present count
//
// so the balance of whoever came last needs no writing down: the rest tells it. Another process,
// before it comes last itself, writes it down ("settles").
//
//   63       58  57     32  31       30     29    0
//   | last one | version | waiters | lost | count |
//
// The low half is the futex word. "lost" says that the count is 0 and all permits are with the
// dead; any take, give or recovery ends it.
// All users must see each other's pids: one pid namespace.
#pragma once

#include "os/clock.hpp"
#include "os/wait_spin.hpp"
#include "sync/cell_row.hpp"
#include "sync/lock_core.hpp"

#include <atomic>
#include <cstdint>
#include <utility>

namespace mp::sync {

struct PermitCell {
  std::atomic<std::uint64_t> state;       // everybody
  std::atomic<std::uint64_t> checked_ns;  // waiters, relaxed
  std::uint32_t initial;                  // constant, like the next
  std::uint32_t maximum;
};

// Entry 0 stands for all processes that found no entry of their own.
struct PermitHolder {
  std::atomic<Word> who;               // the process; 0 = free
  std::atomic<std::uint64_t> balance;  // version << 32 | balance, as of that version
};

class Permits {
 public:
  static constexpr std::uint32_t kMostCount = (1U << 30) - 1;
  using Holders = CellRow<PermitHolder, 32>;

  Permits(PermitCell& cell, Holders holders) noexcept : cell_(cell), holders_(std::move(holders)) {}
  [[nodiscard]] const Holders& holders() const noexcept { return holders_; }

  static void start(PermitCell& cell, std::uint32_t initial, std::uint32_t maximum) noexcept {
    cell.initial = initial;
    cell.maximum = maximum;
    cell.state.store(initial, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint32_t count() const noexcept {
    return count_of(cell_.state.load(std::memory_order_relaxed));
  }

  // False when there is none.
  bool try_take() noexcept;
  // After try_take failed: Done, TimedOut, Interrupted, or OwnerDied and the word of one of the
  // dead.
  Result take_slowly(os::Deadline deadline, LazyWait& wait) noexcept;
  // False when the maximum is reached.
  bool give() noexcept;
  // Gives back what the dead have, and returns how many.
  std::uint32_t recover() noexcept;
  // How many the processes that are known to be dead have, 0 if none.
  [[nodiscard]] std::uint32_t of_the_dead() const noexcept;

 private:
  static constexpr std::uint64_t kWaitBit = std::uint64_t{1} << 31;
  static constexpr std::uint64_t kLostBit = std::uint64_t{1} << 30;

  static constexpr std::uint32_t count_of(std::uint64_t state) noexcept {
    return static_cast<std::uint32_t>(state) & kMostCount;
  }
  static constexpr std::uint32_t last_of(std::uint64_t state) noexcept {
    return static_cast<std::uint32_t>(state >> 58);
  }
  static constexpr std::uint64_t version_of(std::uint64_t state) noexcept {
    return (state >> 32) & ((1U << 26) - 1);
  }
  static constexpr std::uint64_t next_state(std::uint64_t state, std::uint32_t who,
                                            std::uint32_t count) noexcept {
    const std::uint64_t version = (version_of(state) + 1) & ((1U << 26) - 1);
    return (std::uint64_t{who} << 58) | (version << 32) | (state & kWaitBit) | count;
  }

  // Makes `state` into one with this count, changed by `who`. On failure `state` is the present
  // one.
  bool change(std::uint64_t& state, std::uint32_t who, std::uint32_t count) noexcept;
  bool settle(std::uint64_t state) noexcept;
  [[nodiscard]] std::int32_t balance_of(std::uint32_t holder, std::uint64_t state) const noexcept;
  std::uint32_t my_entry() noexcept {
    const std::uint32_t known = mine_.load(std::memory_order_relaxed);
    const Word who = known == 0 ? without_.load(std::memory_order_relaxed)
                                : holders_[known].who.load(std::memory_order_relaxed);
    return same_process(who, me()) ? known : find_entry();
  }
  std::uint32_t find_entry() noexcept;
  [[nodiscard]] bool is_left_behind(std::uint32_t holder, Word who) const noexcept;
  // The word of one of the dead if nobody living is left to give any back, else 0.
  [[nodiscard]] Word find_lost(std::uint64_t state) const noexcept;
  // A dead process with a positive balance, 0 if there is none.
  [[nodiscard]] std::uint32_t find_dead(std::uint64_t state) const noexcept;
  bool spin_until(os::Deadline deadline) noexcept;
  void wake(std::uint32_t count) noexcept;

  PermitCell& cell_;
  Holders holders_;
  std::atomic<std::uint32_t> mine_{0};  // our entry, when we last looked
  std::atomic<Word> without_{0};        // the process that found none: it shares entry 0
  os::WaitSpin spin_;
};

}  // namespace mp::sync
