// ThreadTable: what every thread is doing, as far as libmp knows: running, or waiting for what
// since when, holding what.
#pragma once

#include "model/ids.hpp"
#include "model/series.hpp"

#include <map>
#include <string>
#include <vector>

namespace inspector::model {

struct Hold {
  ObjectId object = 0;
  std::uint64_t number = 0;  // the lock's acquisition number
  std::uint64_t since_ns = 0;
  bool told = false;       // its begin was told of, so its end will be; otherwise it was found
  std::uint16_t site = 0;  // where it was taken: a call site of the thread's process, 0 = not known
  void io(auto& ar) { ar(object, number, since_ns, told, site); }
};

// An object, or a process that is to end; neither: nothing is known of it.
struct Awaited {
  ObjectId object = 0;
  Puid process = 0;
  void io(auto& ar) { ar(object, process); }
  bool operator==(const Awaited&) const = default;
};

struct Thread {
  ThreadKey key;
  std::uint32_t generation = 0;
  std::uint32_t tid = 0;
  std::string name{};
  bool ended = false;
  std::uint64_t started_ns = 0;
  std::uint64_t ended_ns = 0;

  wire::ThreadState state = wire::ThreadState::Running;
  std::uint32_t wait_number = 0;  // of the present or the newest wait
  ObjectId object = 0;            // waited for; 0 when running or not known
  Puid joined = 0;                // process waited for, in a Join
  std::uint64_t since_ns = 0;     // of the present state
  std::uint64_t timeout_ns = wire::kNoTimeout;
  ThreadKey blocker{};  // who held the lock when the wait began
  // In a Wait over several things: the first few of them, and how many there are; 0 = not told.
  std::vector<Awaited> awaited{};
  std::uint32_t awaited_count = 0;

  std::string note{};  // the user's own words for what it does now
  std::uint64_t note_since_ns = 0;
  std::vector<Hold> held{};  // in the order of acquisition

  [[nodiscard]] bool waiting() const noexcept { return state != wire::ThreadState::Running; }
  // Its object, or all that are known of a wait over several things.
  [[nodiscard]] std::vector<ObjectId> waited_for() const;
  void io(auto& ar) {
    ar(key, generation, tid, name, ended, started_ns, ended_ns, state, wait_number, object, joined,
       since_ns);
    ar(timeout_ns, blocker, awaited, awaited_count, note, note_since_ns, held);
  }
};

enum class WaitOutcome : std::uint8_t {
  Done,
  Failed,
  OwnerDied,
  Ended
};  // Failed: timeout, Full, Empty. Ended: how is not known

// A wait that is over.
struct Wait {
  ThreadKey thread;
  wire::ThreadState state = wire::ThreadState::Running;
  ObjectId object = 0;
  Puid joined = 0;
  std::uint32_t number = 0;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  ThreadKey blocker{};  // who held the lock when the wait began
  WaitOutcome outcome = WaitOutcome::Done;
  void io(auto& ar) {
    ar(thread, state, object, joined, number, begin_ns, end_ns, blocker, outcome);
    ar.bound(outcome, WaitOutcome::Ended);
  }
};

struct WaitBegin {
  wire::ThreadState state = wire::ThreadState::Running;
  std::uint32_t number = 0;
  ObjectId object = 0;
  Puid joined = 0;
  std::uint64_t since_ns = 0;
  std::uint64_t timeout_ns = wire::kNoTimeout;
  ThreadKey blocker{};
};

class ThreadTable {
 public:
  static constexpr std::size_t kMaxRows = 65536;
  static constexpr std::size_t kMaxHeld = 256;
  using WaitLog = RecentRows<Wait, 4096>;

  [[nodiscard]] const std::map<ThreadKey, Thread>& rows() const noexcept { return rows_; }
  [[nodiscard]] const Thread* find(ThreadKey key) const noexcept;
  [[nodiscard]] std::vector<const Thread*> of_process(Puid puid) const;
  // For this object, also among others; of living processes, longest wait first.
  [[nodiscard]] std::vector<const Thread*> waiting_on(ObjectId object) const;
  [[nodiscard]] std::vector<const Thread*> waiting_on(ObjectId object,
                                                      wire::ThreadState state) const;
  // Waits that are over, oldest first. The present ones are in rows().
  [[nodiscard]] const WaitLog& waits() const noexcept { return waits_; }

  // Null for kNoThread, or when the table is full.
  Thread* touch(ThreadKey key);
  void start(Thread& row, std::uint32_t generation, std::uint32_t tid, std::string_view name,
             std::uint64_t t_ns);
  void end(Thread& row, std::uint32_t generation, std::uint64_t t_ns);
  // What its present wait, in ThreadState::Wait, is for; nothing if that is over.
  void learn_awaited(Thread& row, std::uint32_t number, std::vector<Awaited> things,
                     std::uint32_t count);
  // Applied only if the number is newer than what is known; 0 = number unknown, then by time.
  void begin_wait(Thread& row, const WaitBegin& begin);
  void end_wait(Thread& row, std::uint32_t number, WaitOutcome outcome, std::uint64_t t_ns);
  // For the events that carry no wait number: ends a wait for this object that began at or before
  // t_ns.
  void end_wait_on(Thread& row, ObjectId object, WaitOutcome outcome, std::uint64_t t_ns);
  void hold(ThreadKey key, const Hold& hold);
  // A hold that was found is now told of as well. False: there is none such.
  bool tell(ThreadKey key, const Hold& hold);
  void unhold(ThreadKey key, ObjectId object);
  // Events of the process were lost, the end of a hold may be among them.
  void distrust_holds(Puid puid);
  // The process is gone: its waits are over, what it holds stays on record.
  void process_died(Puid puid, std::uint64_t t_ns);
  void rename_object(ObjectId from, ObjectId to);

  template <class Ar>
  void io(Ar& ar) {
    ar(rows_, waits_);
    if constexpr (Ar::kReads) {
      if (!sound()) ar.fail();
    }
  }

 private:
  [[nodiscard]] bool sound() const noexcept;
  void close_wait(Thread& row, WaitOutcome outcome, std::uint64_t t_ns);

  std::map<ThreadKey, Thread> rows_;
  WaitLog waits_;
};

}  // namespace inspector::model
