#include "sync/lock_body.hpp"

#include "sync/interrupt.hpp"
#include <libmp/exceptions.hpp>

#include <utility>

namespace mp::sync {

constinit thread_local const void* detail::lost_lock = nullptr;

LockBody::LockBody(shm::UniqueCell given, wire::ObjectKind kind, std::string_view kind_word,
                   std::string name, const sync::Origin& origin)
    : memory(std::move(given)),
      cell(*static_cast<LockCell*>(memory.address())),
      noun(kind, kind_word, std::move(name), origin, memory.identity()) {}

Holder LockBody::holder() const noexcept {
  const Word word = cell.word.load(std::memory_order_relaxed);
  if (word == kFree) return Holder::Nobody;
  if (!same_process(word, me())) return Holder::OtherProcess;
  return is_mine() ? Holder::ThisThread : Holder::OtherThread;
}

bool LockBody::take_slowly(os::Deadline deadline, const os::Caller& caller) {
  LazyWait wait(wire::ThreadState::LockWait, noun.probe, deadline);
  const auto [outcome, dead] = sync::take_slowly(ref(), OnDeath::Report, deadline, spin, wait);
  if (outcome == Outcome::OwnerDied) throw_owner_died(dead);
  if (outcome == Outcome::Interrupted) throw_interrupted(noun.text() + ".acquire()");
  if (outcome == Outcome::TimedOut) return false;
  const std::uint64_t waited_ns = wait.end(true);
  probe::lock_acquired(noun.probe, note_acquisition(), waited_ns, caller);
  return true;
}

void LockBody::take_back(const os::Caller& caller) {
  if (take(caller)) return;
  const os::Deadline never = os::Deadline::never();
  LazyWait wait(wire::ThreadState::LockWait, noun.probe, never);
  Result result;
  bool interrupted = false;
  while ((result = sync::take_slowly(ref(), OnDeath::Report, never, spin, wait)).outcome ==
         Outcome::Interrupted) {
    interrupted = true;
  }
  if (interrupted) detail::interrupted = true;  // the next wait is the one that ends
  if (result.outcome == Outcome::OwnerDied) {
    detail::lost_lock = &cell;
    throw_owner_died(result.dead);
  }
  const std::uint64_t waited_ns = wait.end(true);
  probe::lock_acquired(noun.probe, note_acquisition(), waited_ns, caller);
}

void LockBody::free_of_others() {
  const Word word = cell.word.load(std::memory_order_relaxed);
  if (word != kFree && (word & kOwnerDied) == 0) {
    probe::lock_released(noun.probe, cell.acquisitions.load(std::memory_order_relaxed));
  }
  const auto [outcome, dead] = sync::release(ref());
  if (outcome == Outcome::WasFree)
    throw ValueError(noun.text() + ": release() of a lock that nobody holds");
  if (outcome == Outcome::OwnerDied) throw_owner_died(dead);
}

void LockBody::recover() {
  if (sync::recover(ref()) == Outcome::NotNeeded) {
    throw RuntimeError(
        noun.text() + ": recover() of a lock whose owner is not dead; another recovered it first?");
  }
  const std::uint64_t number = note_acquisition();
  probe::fact(wire::EventKind::LockRecovered, noun.probe, static_cast<std::uint32_t>(number));
  probe::lock_acquired(noun.probe, number);
}

void LockBody::throw_owner_died(Word dead) const {
  probe::lock_owner_died(noun.probe, cell.acquisitions.load(std::memory_order_relaxed),
                         owner_pid(dead));
  noun.throw_owner_died(dead);
}

}  // namespace mp::sync
