// Parties: the protocol of a barrier, apart from its user interface. One word says which round it
// is, how many have come, and how the last rounds ended; a table says which processes took part.
//
//   filling ──the last one comes──▶ (acting, until the action returns) ──▶ next round, filling
//     │                               │
//     └──abort, timeout, death────────┴──▶ next round, broken ──reset──▶ filling
//
//   63                   48  47  32  31   2  1   0
//   | passed? newest first |  come  | round | phase |
//
// The low half is the futex word. Each step is one compare-and-swap, so a process that is killed
// has either taken it or not. A process enters the table before it comes: if it is killed from then
// on, it is found dead by those who wait, until it leaves in good order or has missed a round.
// All users must see each other's pids: one pid namespace.
#pragma once

#include "os/clock.hpp"
#include "sync/cell_row.hpp"
#include "sync/lock_core.hpp"

#include <atomic>
#include <cstdint>
#include <utility>

namespace mp::sync {

struct PartyCell {
  std::atomic<std::uint64_t> state;       // everybody
  std::atomic<std::uint64_t> checked_ns;  // waiters, relaxed
  // For messages, by who breaks a round, before it does; relaxed.
  std::atomic<Word> dead;
  std::atomic<std::uint32_t> cause;  // a Reason
  std::uint32_t parties;             // constant
};

struct Member {
  std::atomic<Word> who;             // a process; 0 = free
  std::atomic<std::uint32_t> round;  // that process: the last one it took part in
};

class Parties {
 public:
  static constexpr std::uint32_t kMost = 0xffff;
  using Members = CellRow<Member, 32>;
  using Reason = wire::BarrierBreak;

  enum class Turn { Wait, Act, Passed, Full, Broken };
  struct Arrival {
    Turn turn;
    std::uint32_t round;
    std::uint32_t index;  // 0, 1, ... in the order of coming
  };
  enum class End { Passed, Broken, Interrupted };

  Parties(PartyCell& cell, Members members) noexcept : cell_(cell), members_(std::move(members)) {}
  [[nodiscard]] const Members& members() const noexcept { return members_; }

  // Wait: for the others, with await(). Act: the caller is the last one, and all wait until it has
  // called pass(). Passed: it was the last one, and no action is due. Full: all have come already;
  // to await() the end of that round and arrive again.
  Arrival arrive(bool has_action) noexcept;
  // Breaks the round at the deadline, when interrupted, or when a party is found dead.
  End await(const Arrival& arrival, os::Deadline deadline, LazyWait& wait) noexcept;
  // After Act. False when it has been broken meanwhile.
  bool pass(const Arrival& arrival) noexcept;

  // Ends the round: who waits in it is told. False when it was over already.
  bool break_round(std::uint32_t round, Reason reason, Word dead = 0) noexcept;
  void abort() noexcept;
  void reset() noexcept;

  [[nodiscard]] std::uint32_t waiting() const noexcept;
  [[nodiscard]] bool is_broken() const noexcept;
  [[nodiscard]] std::uint32_t parties() const noexcept { return cell_.parties; }
  // What ended the newest broken round, and by whose death if it was one.
  struct Cause {
    Reason reason;
    Word dead;
  };
  [[nodiscard]] Cause cause() const noexcept;

  // This process ends, or drops the barrier, in good order: nobody waits for it any more.
  void leave() noexcept;

 private:
  enum class Phase : std::uint32_t { Filling = 0, Acting = 1, Broken = 2 };

  static constexpr std::uint32_t kRoundMask = (1U << 30) - 1;

  static constexpr Phase phase_of(std::uint64_t state) noexcept {
    return static_cast<Phase>(state & 3);
  }
  static constexpr std::uint32_t round_of(std::uint64_t state) noexcept {
    return static_cast<std::uint32_t>(state) >> 2;
  }
  static constexpr std::uint32_t come_of(std::uint64_t state) noexcept {
    return static_cast<std::uint32_t>(state >> 32) & 0xffff;
  }
  static constexpr std::uint64_t ended(std::uint64_t state, End how, Phase next) noexcept {
    const std::uint64_t ends = ((state >> 48) << 1 | (how == End::Passed ? 1 : 0)) & 0xffff;
    const std::uint64_t round = (round_of(state) + 1) & kRoundMask;
    return (ends << 48) | (round << 2) | static_cast<std::uint64_t>(next);
  }
  static End end_of(std::uint32_t round, std::uint64_t state) noexcept;

  void enter_table(std::uint32_t round) noexcept;
  // In this round or the one before.
  static bool took_part(const Member& member, std::uint32_t round) noexcept;
  // A dead process that took part, 0 if there is none.
  [[nodiscard]] Word find_dead(std::uint32_t round) const noexcept;
  void forget_dead() noexcept;
  void wake() noexcept;

  PartyCell& cell_;
  Members members_;
};

}  // namespace mp::sync
