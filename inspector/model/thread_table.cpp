#include "model/thread_table.hpp"

#include <algorithm>
#include <utility>

namespace inspector::model {
namespace {

// Wait numbers are 32 bits wide and may wrap.
bool is_newer(std::uint32_t number, std::uint32_t known) noexcept {
  return known == 0 || static_cast<std::int32_t>(number - known) > 0;
}

void longest_first(std::vector<const Thread*>& rows) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Thread* a, const Thread* b) { return a->since_ns < b->since_ns; });
}

}  // namespace

std::vector<ObjectId> Thread::waited_for() const {
  std::vector<ObjectId> objects;
  if (object != 0) objects.push_back(object);
  for (const Awaited& thing : awaited) {
    if (thing.object != 0) objects.push_back(thing.object);
  }
  return objects;
}

const Thread* ThreadTable::find(ThreadKey key) const noexcept {
  const auto at = rows_.find(key);
  return at == rows_.end() ? nullptr : &at->second;
}

std::vector<const Thread*> ThreadTable::of_process(Puid puid) const {
  std::vector<const Thread*> out;
  for (auto at = rows_.lower_bound({puid, 0}); at != rows_.end() && at->first.process == puid;
       ++at) {
    out.push_back(&at->second);
  }
  return out;
}

std::vector<const Thread*> ThreadTable::waiting_on(ObjectId object) const {
  std::vector<const Thread*> out;
  for (const auto& [key, row] : rows_) {
    if (!row.waiting() || object == 0) continue;
    const bool is_among = std::any_of(row.awaited.begin(), row.awaited.end(),
                                      [object](auto& thing) { return thing.object == object; });
    if (row.object == object || is_among) out.push_back(&row);
  }
  longest_first(out);
  return out;
}

std::vector<const Thread*> ThreadTable::waiting_on(ObjectId object, wire::ThreadState state) const {
  std::vector<const Thread*> out = waiting_on(object);
  std::erase_if(out, [&](const Thread* row) { return row->state != state; });
  return out;
}

Thread* ThreadTable::touch(ThreadKey key) {
  if (!key.valid()) return nullptr;
  const auto at = rows_.lower_bound(key);
  if (at != rows_.end() && at->first == key) return &at->second;
  if (rows_.size() >= kMaxRows) return nullptr;
  Thread& row = rows_.emplace_hint(at, key, Thread{})->second;
  row.key = key;
  return &row;
}

void ThreadTable::start(Thread& row, std::uint32_t generation, std::uint32_t tid,
                        std::string_view name, std::uint64_t t_ns) {
  const bool first_word = row.generation == 0;
  if (!first_word && !is_newer(generation, row.generation) && generation != row.generation) return;
  if (!first_word && generation != row.generation) {
    close_wait(row, WaitOutcome::Ended, t_ns);
    row = Thread{.key = row.key};
  }
  row.generation = generation;
  row.tid = tid;
  row.name = name;
  if (row.started_ns == 0) row.started_ns = t_ns;
}

void ThreadTable::end(Thread& row, std::uint32_t generation, std::uint64_t t_ns) {
  if (row.ended || (row.generation != 0 && generation != row.generation)) return;
  close_wait(row, WaitOutcome::Ended, t_ns);
  row.ended = true;
  row.ended_ns = t_ns;
}

void ThreadTable::begin_wait(Thread& row, const WaitBegin& begin) {
  if (row.ended) return;
  if (begin.number == 0 ? begin.since_ns < row.since_ns : !is_newer(begin.number, row.wait_number))
    return;
  close_wait(row, WaitOutcome::Ended, begin.since_ns);
  row.state = begin.state;
  if (begin.number != 0) row.wait_number = begin.number;
  row.object = begin.object;
  row.joined = begin.joined;
  row.since_ns = begin.since_ns;
  row.timeout_ns = begin.timeout_ns;
  row.blocker = begin.blocker;
}

void ThreadTable::learn_awaited(Thread& row, std::uint32_t number, std::vector<Awaited> things,
                                std::uint32_t count) {
  if (row.state != wire::ThreadState::Wait || row.wait_number != number) return;
  row.awaited = std::move(things);
  row.awaited_count = std::max(count, static_cast<std::uint32_t>(row.awaited.size()));
}

void ThreadTable::end_wait(Thread& row, std::uint32_t number, WaitOutcome outcome,
                           std::uint64_t t_ns) {
  if (number == 0) return;
  if (number == row.wait_number) {
    close_wait(row, outcome, t_ns);
  } else if (is_newer(number, row.wait_number)) {
    // The begin of this one was lost; how the one before it ended was lost as well.
    close_wait(row, WaitOutcome::Ended, t_ns);
    row.wait_number = number;
  }
}

void ThreadTable::end_wait_on(Thread& row, ObjectId object, WaitOutcome outcome,
                              std::uint64_t t_ns) {
  if (row.object == object && row.since_ns <= t_ns) close_wait(row, outcome, t_ns);
}

void ThreadTable::close_wait(Thread& row, WaitOutcome outcome, std::uint64_t t_ns) {
  if (!row.waiting()) return;
  waits_.add({.thread = row.key,
              .state = row.state,
              .object = row.object,
              .joined = row.joined,
              .number = row.wait_number,
              .begin_ns = row.since_ns,
              .end_ns = std::max(t_ns, row.since_ns),
              .blocker = row.blocker,
              .outcome = outcome});
  row.state = wire::ThreadState::Running;
  row.object = 0;
  row.joined = 0;
  row.since_ns = std::max(t_ns, row.since_ns);
  row.timeout_ns = wire::kNoTimeout;
  row.blocker = {};
  row.awaited.clear();
  row.awaited_count = 0;
}

void ThreadTable::hold(ThreadKey key, const Hold& hold) {
  Thread* row = touch(key);
  if (row == nullptr) return;
  std::erase_if(row->held, [&](const Hold& h) { return h.object == hold.object; });
  if (row->held.size() < kMaxHeld) row->held.push_back(hold);
}

bool ThreadTable::tell(ThreadKey key, const Hold& hold) {
  const auto at = rows_.find(key);
  if (at == rows_.end()) return false;
  for (Hold& known : at->second.held) {
    if (known.object != hold.object || known.number != hold.number || known.told) continue;
    known.told = true;
    known.site = hold.site;
    return true;
  }
  return false;
}

void ThreadTable::unhold(ThreadKey key, ObjectId object) {
  const auto at = rows_.find(key);
  if (at == rows_.end()) return;
  std::erase_if(at->second.held, [&](const Hold& h) { return h.object == object; });
}

void ThreadTable::distrust_holds(Puid puid) {
  for (auto at = rows_.lower_bound({puid, 0}); at != rows_.end() && at->first.process == puid;
       ++at) {
    for (Hold& hold : at->second.held) hold.told = false;
  }
}

void ThreadTable::process_died(Puid puid, std::uint64_t t_ns) {
  for (auto at = rows_.lower_bound({puid, 0}); at != rows_.end() && at->first.process == puid;
       ++at) {
    Thread& row = at->second;
    if (row.ended) continue;
    close_wait(row, WaitOutcome::Ended, t_ns);
    row.ended = true;
    row.ended_ns = t_ns;
  }
}

void ThreadTable::rename_object(ObjectId from, ObjectId to) {
  for (auto& [key, row] : rows_) {
    if (row.object == from) row.object = to;
    for (Awaited& thing : row.awaited) {
      if (thing.object == from) thing.object = to;
    }
    for (Hold& hold : row.held) {
      if (hold.object == from) hold.object = to;
    }
  }
  for (Wait& wait : waits_.edit()) {
    if (wait.object == from) wait.object = to;
  }
}

bool ThreadTable::sound() const noexcept {
  return rows_.size() <= kMaxRows && std::all_of(rows_.begin(), rows_.end(), [](const auto& entry) {
           const auto& [key, row] = entry;
           return key.valid() && key == row.key && row.awaited.size() <= row.awaited_count &&
                  std::all_of(row.awaited.begin(), row.awaited.end(), [](const Awaited& thing) {
                    return thing.object == 0 || thing.process == 0;
                  });
         });
}

}  // namespace inspector::model
