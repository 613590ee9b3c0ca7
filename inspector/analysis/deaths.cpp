#include "analysis/deaths.hpp"

#include "analysis/events.hpp"
#include "analysis/phrases.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <csignal>

namespace inspector::analysis {
namespace {

constexpr std::size_t kLastEvents = 5;
constexpr std::uint64_t kMuchMemory =
    100'000'000;  // below, the out-of-memory killer is not worth a word

constexpr std::uint64_t kAtOnceNs = 1'000'000;

bool ended_badly(const model::Model& model, const model::Process& process) {
  if (!process.dead() || process.method == wire::StartMethod::Helper) return false;
  if (process.exit && *process.exit == 0) return !held_by(model, process.puid).empty();
  return !end_was_asked_for(process) || !held_by(model, process.puid).empty();
}

std::uint64_t since(std::uint64_t begin, std::uint64_t end) {
  return end > begin ? end - begin : 0;
}

Text moment_of(const model::Model& model, std::uint64_t t_ns) {
  return Text("at +" + duration_text(since(model.start_ns(), t_ns)));
}

void add_learned(const Names& names, const model::Lock& lock, const std::vector<Learned>& learned,
                 Text& sentence) {
  if (learned.empty()) return;
  std::vector<Text> who;
  for (const Learned& one : learned)
    who.push_back(names.say(one.thread)
                  << (one.after_ns < kAtOnceNs
                          ? " learned it at once"
                          : " learned it after " + duration_text(one.after_ns)));
  sentence << "; " << join_texts(who, 3);
  const model::HoldInterval* next = takeover(lock);
  if (next != nullptr && lock.recovered > 0 && learned.size() == 1 &&
      next->holder == learned.front().thread) {
    sentence << " and recovered it";
  }
}

// Somebody living could still want the lock.
bool is_wanted(const model::Model& model, model::ObjectId id) {
  const model::Object* object = model.objects().find(id);
  if (object == nullptr) return false;
  return std::any_of(object->users.begin(), object->users.end(), [&](const auto& user) {
    const model::Process* process = model.processes().find(user.first);
    return user.second.open() && process != nullptr && !process->dead();
  });
}

// What was ended on purpose is worth a warning only if it took something along that others needed.
Severity severity_of(const model::Model& model, const model::Process& process) {
  if (!end_was_asked_for(process))
    return process.died_by_signal() ? Severity::Error : Severity::Warning;
  for (const model::ObjectId id : held_by(model, process.puid)) {
    const model::Lock* lock = model.locks().find(id);
    if (lock == nullptr || lock->state != model::LockState::OwnerDead || is_wanted(model, id))
      return Severity::Error;
  }
  return Severity::Info;
}

Finding death_of(const model::Model& model, const Names& names, const model::Process& process) {
  Finding finding;
  finding.rule = "worker-died";
  finding.title = process.died_by_signal() ? "Process killed"
                  : process.exit           ? "Process failed"
                                           : "Process vanished";
  finding.severity = severity_of(model, process);
  finding.confidence = process.exit ? Confidence::Proven : Confidence::Probable;
  finding.since_ns = process.ended_ns;
  finding.subjects.push_back(Subject::of(process.puid));
  finding.headline = names.say(process.puid) << " " << end_phrase(names, process);
  // A name that needed its pid to be told apart has it already.
  const std::string pid = " (pid " + std::to_string(process.pid) + ")";
  const bool has_pid = names.process(process.puid).ends_with(pid);
  finding.sentence = names.say(process.puid)
                     << (has_pid ? " " : pid + " ") << end_phrase(names, process) << " "
                     << moment_of(model, process.ended_ns) << last_deed(model, names, process)
                     << ".";
  for (const model::ObjectId id : held_by(model, process.puid)) {
    finding.subjects.push_back(Subject::of_object(id));
  }
  if (process.exit && *process.exit == -SIGKILL && process.signal_from == 0) {
    Text hint("Nobody in the program is known to have sent it");
    if (process.usage.rss_bytes >= kMuchMemory) {
      hint << "; the kernel does this when memory runs out, and it used " +
                  bytes_text(process.usage.rss_bytes);
    }
    finding.details.push_back(hint << ".");
  }
  std::size_t told = 0;
  for (const EventLine& line :
       recent_events(model, names, Subject::of(process.puid), 2 * kLastEvents)) {
    // What came with its end is said above.
    if (line.t_ns >= process.ended_ns || told++ == kLastEvents) continue;
    finding.details.push_back(Text(duration_text(since(line.t_ns, process.ended_ns)) + " before: ")
                              << line.text);
  }
  if (process.died_by_signal()) {
    finding.advice =
        "What it held is refused to others until recover() is called; what it had taken from "
        "queues is gone.";
  } else if (process.exit && *process.exit == 0) {
    finding.advice = "Release locks on every way out; std::scoped_lock does.";
  } else {
    finding.advice = "Its own messages say why: look at what it wrote to stderr.";
  }
  finding.id = finding_id(finding.rule, {Subject::of(process.puid)});
  return finding;
}

// "Worker-1 (pid 1001, killed by SIGKILL)": the owner may be known by its pid only.
Text owner_words(const model::Model& model, const Names& names, const model::Lock& lock) {
  const model::Process* owner = model.processes().find(lock.dead_owner.process);
  if (owner == nullptr) return Text("pid " + std::to_string(lock.dead_owner_pid));
  return names.say(owner->puid);
}

void describe_open(const model::Model& model, const Names& names, const model::Lock& lock,
                   Finding& finding) {
  const model::Process* owner = model.processes().find(lock.dead_owner.process);
  finding.headline = names.say_object(lock.object)
                     << " is left locked by " << owner_words(model, names, lock);
  finding.sentence = Text(capitalized(names.kind_word(lock.object)) + " ")
                     << Span{names.object(lock.object), Subject::of_object(lock.object)}
                     << " is left locked by " << owner_words(model, names, lock);
  if (owner != nullptr && owner->dead())
    finding.sentence << ", which " << end_phrase(names, *owner);
  finding.sentence << ", for " + duration_text(since(lock.owner_died_ns, model.now_ns())) + " now";
  add_learned(names, lock, who_learned(model, lock), finding.sentence);
  std::vector<Text> waiters;
  for (const model::Thread* waiter : model.threads().waiting_on(lock.object))
    waiters.push_back(names.say(waiter->key));
  if (!waiters.empty()) {
    finding.sentence << "; " << join_texts(waiters) << (waiters.size() == 1 ? " waits" : " wait")
                     << " for it";
  }
  if (finding.severity == Severity::Info) {
    finding.sentence << "; nobody is left who could want it.";
    return;
  }
  finding.sentence << "; nobody has recovered it.";
  finding.advice = "Whoever gets OwnerDied should check what the lock protects and call recover().";
}

void describe_closed(const model::Model& model, const Names& names, const model::Lock& lock,
                     Finding& finding) {
  const model::Process* owner = model.processes().find(lock.dead_owner.process);
  finding.headline = names.say_object(lock.object)
                     << " lost its owner " << owner_words(model, names, lock);
  finding.sentence = Text(capitalized(names.kind_word(lock.object)) + " ")
                     << Span{names.object(lock.object), Subject::of_object(lock.object)}
                     << " was left locked by " << owner_words(model, names, lock);
  if (owner != nullptr && owner->dead())
    finding.sentence << ", which " << end_phrase(names, *owner);
  const auto learned = who_learned(model, lock);
  add_learned(names, lock, learned, finding.sentence);
  const model::HoldInterval* next = takeover(lock);
  if (lock.recovered > 0 && next != nullptr &&
      !(learned.size() == 1 && next->holder == learned.front().thread)) {
    finding.sentence << "; " << names.say(next->holder)
                     << " recovered it after " +
                            duration_text(since(lock.owner_died_ns, next->begin_ns));
  }
  finding.sentence << ".";
  finding.advice = "Check that what the lock protects was whole when it was recovered.";
}

}  // namespace

const model::HoldInterval* takeover(const model::Lock& lock) {
  for (const model::HoldInterval& hold : lock.history.rows()) {
    if (!hold.died && hold.begin_ns >= lock.owner_died_ns) return &hold;
  }
  return nullptr;
}

std::vector<Learned> who_learned(const model::Model& model, const model::Lock& lock) {
  std::vector<Learned> learned;
  for (const model::Wait& wait : model.threads().waits().rows()) {
    if (wait.object == lock.object && wait.outcome == model::WaitOutcome::OwnerDied &&
        wait.end_ns >= lock.owner_died_ns) {
      learned.push_back({wait.thread, since(lock.owner_died_ns, wait.end_ns)});
    }
  }
  return learned;
}

std::vector<Finding> death_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  for (const model::Process* process : model.processes().in_tree_order()) {
    if (ended_badly(model, *process)) findings.push_back(death_of(model, names, *process));
  }
  return findings;
}

std::vector<Finding> orphan_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  for (const auto& [id, lock] : model.locks().rows()) {
    if (lock.owner_died_ns == 0) continue;
    Finding finding;
    finding.rule = "owner-died";
    finding.title = "Owner of a lock died";
    finding.since_ns = lock.owner_died_ns;
    finding.subjects = {Subject::of_object(id), Subject::of(lock.dead_owner.process)};
    finding.id = finding_id(finding.rule, finding.subjects, lock.owner_died_ns);
    if (lock.state == model::LockState::OwnerDead) {
      finding.severity = is_wanted(model, id) ? Severity::Error : Severity::Info;
      describe_open(model, names, lock, finding);
    } else {
      const model::HoldInterval* next = takeover(lock);
      finding.severity = Severity::Warning;
      finding.until_ns =
          next != nullptr ? next->begin_ns : std::max(lock.since_ns, lock.owner_died_ns);
      describe_closed(model, names, lock, finding);
    }
    const model::Object* object = model.objects().find(id);
    if (object != nullptr && !object->site.empty()) {
      finding.details.push_back(
          Text(capitalized(names.kind_word(id)) + " ")
          << Span{names.object(id), Subject::of_object(id)} << " was created at " + object->site
          << (object->creator == 0 ? Text(".")
                                   : Text(" by ") << names.say(object->creator) << "."));
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace inspector::analysis
