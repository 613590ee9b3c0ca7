#include "analysis/phrases.hpp"

#include "analysis/words.hpp"
#include "base/signal_name.hpp"

#include <algorithm>

namespace inspector::analysis {
namespace {

// What comes after "waits" or "waited".
Text wait_object(const Names& names, wire::ThreadState state, model::ObjectId object,
                 model::Puid joined) {
  const auto of = [&](const char* before, const char* otherwise) {
    return object == 0 ? Text(otherwise) : Text(before) << names.say_object(object);
  };
  switch (state) {
    case wire::ThreadState::Running:
      return "";
    case wire::ThreadState::LockWait:
      return of(" for ", " for a lock");
    case wire::ThreadState::QueueGet:
      return of(" for an item of ", " for an item of a queue");
    case wire::ThreadState::QueuePut:
      return of(" for room in ", " for room in a queue");
    case wire::ThreadState::Join:
      return joined == 0 ? Text(" for a process to end")
                         : Text(" for ") << names.say(joined) << " to end";
    case wire::ThreadState::ConnectionRecv:
      return of(" for data on ", " for data on a connection");
    case wire::ThreadState::ConnectionSend:
      return of(" to send on ", " to send on a connection");
    case wire::ThreadState::Accept:
      return of(" for a client at ", " for a client");
    case wire::ThreadState::Wait:
      // Of a wait over several things that is over, nothing more is kept.
      return object == 0 ? Text(" for one of several things")
                         : Text(" for the tasks of ") << names.say_object(object) << " to be done";
    case wire::ThreadState::SemaphoreWait:
      return of(" for a permit of ", " for a semaphore");
    case wire::ThreadState::ConditionWait:
      return of(" to be notified by ", " for a condition");
    case wire::ThreadState::EventWait:
      return of(" for ", " for an event");
    case wire::ThreadState::BarrierWait:
      return of(" for the others at ", " for the others at a barrier");
  }
  return " for something";
}

// What a wait over several things is for: "data on connection a, the end of b, c or d".
Text awaited_words(const Names& names, const model::Thread& thread) {
  constexpr std::size_t kNamed = 6;
  std::vector<Text> things;
  for (const model::Awaited& thing : thread.awaited) {
    if (thing.object != 0) things.push_back(names.say_readiness(thing.object));
  }
  bool is_first = true;
  for (const model::Awaited& thing : thread.awaited) {
    if (thing.process == 0) continue;
    things.push_back(Text(is_first ? "the end of " : "") << names.say(thing.process));
    is_first = false;
  }
  if (things.empty()) return "one of several things";
  if (things.size() < thread.awaited_count || things.size() > kNamed) {
    things.resize(std::min(things.size(), kNamed - 1));
    things.emplace_back(std::to_string(thread.awaited_count - things.size()) + " more");
  }
  return join_texts(things, kNamed, "or");
}

}  // namespace

std::string quoted(const std::string& words) { return "“" + words + "”"; }

Text wait_phrase(const Names& names, const model::Thread& thread) {
  if (thread.state == wire::ThreadState::Wait && thread.object == 0) {
    return Text("waits for ") << awaited_words(names, thread);
  }
  return Text("waits") << wait_object(names, thread.state, thread.object, thread.joined);
}

Text past_wait_phrase(const Names& names, const model::Wait& wait) {
  return Text("waited") << wait_object(names, wait.state, wait.object, wait.joined);
}

bool end_was_asked_for(const model::Process& process) {
  return process.signal_from != 0 && process.exit && *process.exit == -process.signal;
}

Text end_phrase(const Names& names, const model::Process& process) {
  if (!process.dead()) return "";
  if (!process.exit) return "vanished, its exit status is not known";
  if (*process.exit == 0) return "ended";
  if (*process.exit > 0) return "ended with exit code " + std::to_string(*process.exit);
  Text text("was killed by " + mp::signal_name(-*process.exit));
  if (end_was_asked_for(process)) text << " from " << names.say(process.signal_from);
  return text;
}

std::vector<model::ObjectId> held_by(const model::Model& model, model::Puid process) {
  std::vector<model::ObjectId> held;
  const auto add = [&held](model::ObjectId id) {
    if (std::find(held.begin(), held.end(), id) == held.end()) held.push_back(id);
  };
  for (const model::Thread* thread : model.threads().of_process(process)) {
    for (const model::Hold& hold : thread->held) add(hold.object);
  }
  for (const auto& [id, lock] : model.locks().rows()) {
    const auto& history = lock.history.rows();
    if (std::any_of(history.begin(), history.end(), [process](const auto& hold) {
          return hold.died && hold.holder.process == process;
        })) {
      add(id);
    }
  }
  return held;
}

Text held_phrase(const model::Model& model, const Names& names, model::Puid process) {
  std::vector<Text> held;
  for (const model::ObjectId id : held_by(model, process)) held.push_back(names.say_object(id));
  return join_texts(held);
}

std::vector<const model::Wait*> waits_cut_by_death(const model::Model& model,
                                                   const model::Process& process) {
  std::vector<const model::Wait*> cut;
  if (process.ended_ns == 0) return cut;
  for (const model::Wait& wait : model.threads().waits().rows()) {
    if (wait.thread.process == process.puid && wait.outcome == model::WaitOutcome::Ended &&
        wait.end_ns >= process.ended_ns) {
      cut.push_back(&wait);
    }
  }
  return cut;
}

Text last_deed(const model::Model& model, const Names& names, const model::Process& process) {
  std::vector<Text> parts;
  if (const Text held = held_phrase(model, names, process.puid); !held.empty()) {
    parts.push_back(Text("it held ") << held);
  }
  if (const auto cut = waits_cut_by_death(model, process); !cut.empty()) {
    parts.push_back(Text(parts.empty() ? "it " : "") << past_wait_phrase(names, *cut.front()));
  }
  for (const model::Thread* thread : model.threads().of_process(process.puid)) {
    if (thread->note.empty()) continue;
    parts.push_back(Text(parts.empty() ? "it was doing " : "was doing ") << quoted(thread->note));
    break;
  }
  if (parts.empty()) return "";
  return Text(" while ") << join_texts(parts);
}

}  // namespace inspector::analysis
