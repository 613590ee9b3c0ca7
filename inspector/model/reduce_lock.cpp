#include "model/reduce.hpp"

#include <array>

namespace inspector::model {
namespace {

using Kind = wire::EventKind;

Lock* lock_of(Tables& tables, const Fact& fact) {
  const ObjectId id = object_of(tables, fact);
  return id == 0 ? nullptr : &tables.locks.touch(id);
}

// The lock says who has it; the threads' lists follow.
bool take(Tables& tables, const Fact& fact, Lock& row, std::uint64_t waited_ns, bool told) {
  ThreadKey previous;
  const Hold hold{row.object, LockTable::widen(row, fact.event.c), fact.t_ns, told,
                  fact.event.kind == Kind::LockGot ? fact.event.flags : std::uint16_t{0}};
  const bool is_news = tables.locks.got(row, fact.thread, hold, waited_ns, previous);
  // The live page may have been read just before the event was written.
  if (!is_news && !(told && tables.threads.tell(fact.thread, hold))) return false;
  if (!is_news) row.site = hold.site;
  tables.threads.unhold(previous, row.object);
  if (const Thread* thread = tables.threads.find(fact.thread); told && thread != nullptr)
    tables.locks.orders().took(fact.thread, thread->held, hold);
  if (is_news) tables.threads.hold(fact.thread, hold);
  return is_news;
}

bool wait_begins(Tables& tables, const Fact& fact) {
  return begin_wait(tables, fact, wire::ThreadState::LockWait);
}

bool got(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  Thread* thread = tables.threads.touch(fact.thread);
  if (row == nullptr || thread == nullptr) return false;
  if (take(tables, fact, *row, fact.event.a, true) && fact.event.a != 0)
    tables.locks.waited(*row, fact.event.a);
  tables.threads.end_wait_on(*thread, row->object, WaitOutcome::Done, fact.t_ns);
  return true;
}

bool failed(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  if (row == nullptr) return false;
  ++row->failures;
  return end_wait(tables, fact, WaitOutcome::Failed);
}

bool freed(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  if (row == nullptr) return false;
  ThreadKey previous;
  if (!tables.locks.freed(*row, LockTable::widen(*row, fact.event.c), fact.t_ns, previous))
    return true;
  tables.threads.unhold(previous, row->object);
  return true;
}

bool owner_died(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  Thread* thread = tables.threads.touch(fact.thread);
  if (row == nullptr || thread == nullptr) return false;
  const std::uint64_t number = LockTable::widen(*row, fact.event.c);
  const auto dead_pid = static_cast<std::uint32_t>(fact.event.a);
  const Process* holder = tables.processes.find(row->holder.process);
  // Who learns it late, after another has recovered the lock, may name the acquisition of that
  // other.
  const bool late = row->state == LockState::Held && holder != nullptr && holder->pid != dead_pid;
  if (late) {
    ++row->owner_died_seen;
  } else {
    tables.locks.owner_died(*row, number, dead_pid, fact.t_ns);
  }
  tables.threads.end_wait_on(*thread, row->object, WaitOutcome::OwnerDied, fact.t_ns);
  return true;
}

bool recovered(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  if (row == nullptr) return false;
  if (take(tables, fact, *row, 0, true)) ++row->recovered;
  return true;
}

bool held(Tables& tables, const Fact& fact) {
  Lock* row = lock_of(tables, fact);
  if (row == nullptr) return false;
  take(tables, fact, *row, 0, false);
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::LockWait, wait_begins},
    Subscription{Kind::LockGot, got},
    Subscription{Kind::LockFail, failed},
    Subscription{Kind::LockFree, freed},
    Subscription{Kind::LockOwnerDied, owner_died},
    Subscription{Kind::LockRecovered, recovered},
    Subscription{Kind::Held, held},
    Subscription{Kind::Unheld, freed},
};

}  // namespace

std::span<const Subscription> lock_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
