#include "model/reduce.hpp"

#include <array>

namespace inspector::model {
namespace {

using Kind = wire::EventKind;
using State = wire::ThreadState;

template <State kState>
bool wait_begins(Tables& tables, const Fact& fact) {
  return begin_wait(tables, fact, kState);
}

bool woken(Tables& tables, const Fact& fact) { return end_wait(tables, fact, WaitOutcome::Done); }
bool failed(Tables& tables, const Fact& fact) {
  return end_wait(tables, fact, WaitOutcome::Failed);
}

// Carries no wait number.
bool ends(Tables& tables, const Fact& fact, WaitOutcome outcome) {
  const ObjectId id = object_of(tables, fact);
  Thread* thread = tables.threads.touch(fact.thread);
  if (id == 0 || thread == nullptr) return false;
  tables.threads.end_wait_on(*thread, id, outcome, fact.t_ns);
  return true;
}
bool got(Tables& tables, const Fact& fact) { return ends(tables, fact, WaitOutcome::Done); }
bool owner_died(Tables& tables, const Fact& fact) {
  return ends(tables, fact, WaitOutcome::OwnerDied);
}

// Known, and nothing in the state depends on them.
bool nothing(Tables& tables, const Fact& fact) {
  object_of(tables, fact);
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::SemaphoreWait, wait_begins<State::SemaphoreWait>},
    Subscription{Kind::SemaphoreGot, got},
    Subscription{Kind::SemaphoreFail, failed},
    Subscription{Kind::SemaphoreFree, nothing},
    Subscription{Kind::SemaphoreOwnerDied, owner_died},
    Subscription{Kind::SemaphoreRecovered, nothing},
    Subscription{Kind::ConditionWait, wait_begins<State::ConditionWait>},
    Subscription{Kind::ConditionWoken, woken},
    Subscription{Kind::ConditionNotify, nothing},
    Subscription{Kind::EventWait, wait_begins<State::EventWait>},
    Subscription{Kind::EventWoken, woken},
    Subscription{Kind::EventChange, nothing},
    Subscription{Kind::BarrierWait, wait_begins<State::BarrierWait>},
    Subscription{Kind::BarrierWoken, woken},
    Subscription{Kind::BarrierBroken, nothing},
    Subscription{Kind::BarrierReset, nothing},
};

}  // namespace

std::span<const Subscription> sync_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
