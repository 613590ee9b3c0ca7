#include "model/reduce.hpp"
#include "wire/payload.hpp"

#include <array>
#include <string>
#include <utility>

namespace inspector::model {

bool begin_wait(Tables& tables, const Fact& fact, wire::ThreadState state) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  WaitBegin begin{
      .state = state, .number = fact.event.c, .since_ns = fact.t_ns, .timeout_ns = fact.event.a};
  begin.object = object_of(tables, fact);
  if (const Lock* lock = tables.locks.find(begin.object); lock != nullptr && lock->held())
    begin.blocker = lock->holder;
  tables.threads.begin_wait(*row, begin);
  return true;
}

bool end_wait(Tables& tables, const Fact& fact, WaitOutcome outcome) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  tables.threads.end_wait(*row, fact.event.c, outcome, fact.t_ns);
  return true;
}

namespace {

using Kind = wire::EventKind;
using State = wire::ThreadState;

bool join_begins(Tables& tables, const Fact& fact) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  tables.threads.begin_wait(*row, {.state = State::Join,
                                   .number = fact.event.c,
                                   .object = object_of(tables, fact),
                                   .joined = fact.event.a,
                                   .since_ns = fact.t_ns});
  return true;
}

bool join_ends(Tables& tables, const Fact& fact) {
  return end_wait(tables, fact, WaitOutcome::Done);
}

// Read from a live page: says what is true, not what happened.
bool found_state(Tables& tables, const Fact& fact) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr || fact.event.flags > static_cast<std::uint16_t>(State::BarrierWait))
    return false;
  const auto state = static_cast<State>(fact.event.flags);
  if (state == State::Running) {
    tables.threads.end_wait(*row, fact.event.c, WaitOutcome::Ended, fact.t_ns);
    return true;
  }
  WaitBegin begin{.state = state, .number = fact.event.c, .object = object_of(tables, fact)};
  begin.since_ns = fact.event.a == 0 || fact.event.a > fact.t_ns ? fact.t_ns : fact.event.a;
  if (const Lock* lock = tables.locks.find(begin.object); lock != nullptr && lock->held())
    begin.blocker = lock->holder;
  tables.threads.begin_wait(*row, begin);
  return true;
}

bool wait_set(Tables& tables, const Fact& fact) {
  const auto set = wire::decode_wait_set(fact.payload);
  Thread* row = tables.threads.touch(fact.thread);
  if (!set || row == nullptr) return false;
  std::vector<Awaited> things;
  for (const wire::Awaited& thing : set->things) {
    Awaited known{.process = thing.process};
    if (thing.process == 0 && thing.object != 0) {
      known.object =
          tables.objects.touch(tables.processes, fact.event.process, thing.object, fact.t_ns);
    }
    things.push_back(known);
  }
  tables.threads.learn_awaited(*row, fact.event.c, std::move(things), set->count);
  return true;
}

bool note(Tables& tables, const Fact& fact) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  row->note = kept_text(fact.payload);
  row->note_since_ns = fact.t_ns;
  return true;
}

bool mark(Tables& tables, const Fact& fact) {
  tables.journal.marks.add({fact.t_ns, fact.thread, std::string(kept_text(fact.payload))});
  return true;
}

bool log(Tables& tables, const Fact& fact) {
  std::string text(kept_text(fact.payload));
  if (text.empty() && fact.event.a != 0) text = "(a text that was not kept: there were too many)";
  tables.journal.log.add({fact.t_ns, fact.thread, fact.event.c, std::move(text)});
  return true;
}

bool lost(Tables& tables, const Fact& fact) {
  tables.journal.losses.add({fact.t_ns, fact.event.process, fact.event.a});
  tables.journal.lost += fact.event.a;
  tables.threads.distrust_holds(fact.event.process);
  if (Process* row = tables.processes.edit(fact.event.process)) row->lost += fact.event.a;
  return true;
}

bool tick(Tables&, const Fact&) { return true; }

bool bye(Tables& tables, const Fact&) {
  tables.journal.ended = true;
  tables.processes.everyone_unknown();
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::JoinWait, join_begins},
    Subscription{Kind::JoinDone, join_ends},
    Subscription{Kind::ThreadState, found_state},
    Subscription{Kind::WaitSet, wait_set},
    Subscription{Kind::Note, note},
    Subscription{Kind::Mark, mark},
    Subscription{Kind::Log, log},
    Subscription{Kind::Lost, lost},
    Subscription{Kind::Tick, tick},
    Subscription{Kind::Bye, bye},
};

}  // namespace

std::span<const Subscription> stream_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
