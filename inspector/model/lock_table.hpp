// LockTable: who holds each lock, since when, and who held it before.
#pragma once

#include "model/ids.hpp"
#include "model/lock_orders.hpp"
#include "model/series.hpp"

#include <map>

namespace inspector::model {

enum class LockState : std::uint8_t {
  Unknown,
  Free,
  Held,
  OwnerDead,  // its holder died: it refuses until someone recovers it
};

struct HoldInterval {
  ThreadKey holder;
  std::uint64_t number = 0;  // acquisition number
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;  // 0 = still
  std::uint64_t waited_ns = 0;
  bool died = false;  // ended by the holder's death
  void io(auto& ar) { ar(holder, number, begin_ns, end_ns, waited_ns, died); }
};

struct Lock {
  ObjectId object = 0;
  LockState state = LockState::Unknown;
  std::uint64_t number = 0;         // newest acquisition that is known
  ThreadKey holder;                 // of that acquisition, while Held or OwnerDead
  std::uint16_t site = 0;           // where it was taken: a call site of the holder's process
  std::uint64_t since_ns = 0;       // of `state`
  std::uint64_t owner_died_ns = 0;  // when the death was seen; stays after recovery
  std::uint32_t dead_owner_pid = 0;
  ThreadKey dead_owner;               // stays after recovery
  std::uint32_t owner_died_seen = 0;  // how many waiters were told
  std::uint32_t recovered = 0;
  std::uint64_t waits = 0;  // that were seen to end here
  std::uint64_t failures = 0;
  std::uint64_t waited_ns = 0;
  std::uint64_t longest_wait_ns = 0;
  RecentRows<HoldInterval, 512> history;  // the newest is the present one while Held

  [[nodiscard]] bool held() const noexcept {
    return state == LockState::Held || state == LockState::OwnerDead;
  }
  void io(auto& ar) {
    ar(object, state, number, holder, site, since_ns, owner_died_ns, dead_owner_pid, dead_owner,
       owner_died_seen, recovered);
    ar.bound(state, LockState::OwnerDead);
    ar(waits, failures, waited_ns, longest_wait_ns, history);
  }
};

class LockTable {
 public:
  [[nodiscard]] const std::map<ObjectId, Lock>& rows() const noexcept { return rows_; }
  [[nodiscard]] const Lock* find(ObjectId object) const noexcept;

  Lock& touch(ObjectId object);
  // The lock's whole number from its low 32 bits: the candidate nearest to what is known.
  static std::uint64_t widen(const Lock& row, std::uint32_t low) noexcept;
  // True when this is news: then the previous holder, if any, is in `previous`.
  bool got(Lock& row, ThreadKey holder, const Hold& hold, std::uint64_t waited_ns,
           ThreadKey& previous);
  bool freed(Lock& row, std::uint64_t number, std::uint64_t t_ns, ThreadKey& previous);
  void owner_died(Lock& row, std::uint64_t number, std::uint32_t pid, std::uint64_t t_ns);
  void waited(Lock& row, std::uint64_t ns);
  void process_died(Puid puid, std::uint32_t pid, std::uint64_t t_ns);
  void absorb(ObjectId from, ObjectId to);

  [[nodiscard]] const LockOrders& orders() const noexcept { return orders_; }
  LockOrders& orders() noexcept { return orders_; }

  void io(auto& ar) { ar(rows_, orders_); }

 private:
  std::map<ObjectId, Lock> rows_;
  LockOrders orders_;
};

}  // namespace inspector::model
