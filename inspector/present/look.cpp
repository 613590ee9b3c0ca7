#include "present/look.hpp"

#include "analysis/analyze.hpp"
#include "analysis/finding_log.hpp"
#include "analysis/phrases.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/resource_list.hpp"

#include <algorithm>
#include <set>

namespace inspector::present {
namespace {

using analysis::Subject;

constexpr std::uint64_t kLongWaitNs = 1'000'000'000;
constexpr Moment kDefaultWindow = 60'000'000'000;
constexpr Moment kSmallSession = 120'000'000'000;

EntityKind entity_kind(const model::Model& model, model::ObjectId id) {
  const model::Object* row = model.objects().find(id);
  switch (row == nullptr ? wire::ObjectKind::None : row->kind) {
    case wire::ObjectKind::Queue:
    case wire::ObjectKind::JoinableQueue:
    case wire::ObjectKind::SimpleQueue:
      return EntityKind::Queue;
    case wire::ObjectKind::Lock:
    case wire::ObjectKind::RLock:
    case wire::ObjectKind::Semaphore:
    case wire::ObjectKind::BoundedSemaphore:
      return EntityKind::Lock;
    case wire::ObjectKind::Connection:
      return EntityKind::Pipe;
    case wire::ObjectKind::SharedMemory:
    case wire::ObjectKind::ShareableList:
    case wire::ObjectKind::Value:
    case wire::ObjectKind::Array:
      return EntityKind::Block;
    case wire::ObjectKind::None:
      break;
    default:
      return EntityKind::Object;
  }
  if (model.locks().find(id) != nullptr) return EntityKind::Lock;
  if (model.queues().find(id) != nullptr) return EntityKind::Queue;
  return EntityKind::Object;
}

// Waiting for work is rest; waiting for a lock or for room is not.
bool is_rest(wire::ThreadState state) {
  switch (state) {
    case wire::ThreadState::LockWait:
    case wire::ThreadState::QueuePut:
    case wire::ThreadState::ConnectionSend:
    case wire::ThreadState::SemaphoreWait:
      return false;
    default:
      return true;
  }
}

}  // namespace

Look::Look(const model::Model& m, const SessionFacts& f, const ViewState& v)
    : model(m), facts(f), view(v), names(m) {}

const std::vector<analysis::Finding>& Look::findings() const {
  if (!findings_) findings_ = analysis::analyze(model);
  return *findings_;
}

std::vector<analysis::Finding> Look::past_findings() const {
  std::vector<analysis::Finding> past;
  if (facts.findings == nullptr) return past;
  std::set<std::uint64_t> present;
  for (const auto& finding : findings()) present.insert(finding.id);
  for (auto& finding : facts.findings->findings()) {
    if (!present.contains(finding.id) && !finding.open() && finding.until_ns <= model.now_ns())
      past.push_back(finding);
  }
  return past;
}

const analysis::Finding* Look::finding_of(EntityRef alarm) const {
  if (alarm.kind != EntityKind::Alarm) return nullptr;
  for (const auto& finding : findings()) {
    if (finding.id == alarm.id) return &finding;
  }
  if (facts.findings == nullptr) return nullptr;
  const auto logged = facts.findings->entries().find(alarm.id);
  return logged == facts.findings->entries().end() ? nullptr : &logged->second.finding;
}

const analysis::Finding* Look::trouble_of(const Subject& subject) const {
  // A process is in the trouble that any of its threads is in.
  const bool process = subject.kind == Subject::Kind::Process;
  const auto concerns = [&](const Subject& other) {
    if (!process) return other == subject;
    return other.kind != Subject::Kind::Object && other.thread.process == subject.thread.process;
  };
  for (const auto& finding : findings()) {
    if (!finding.open() || !finding.is_problem()) continue;
    if (std::any_of(finding.subjects.begin(), finding.subjects.end(), concerns)) return &finding;
  }
  return nullptr;
}

EntityRef Look::ref(const Subject& subject) const {
  switch (subject.kind) {
    case Subject::Kind::None:
      return {};
    case Subject::Kind::Process:
      return ref(subject.thread.process);
    case Subject::Kind::Thread:
      return ref(subject.thread);
    case Subject::Kind::Object:
      return ref_object(subject.object);
  }
  return {};
}

// A main thread stands for its process: nobody thinks of it as something of its own.
EntityRef Look::ref(model::ThreadKey key) const {
  if (key.slot == analysis::kMainSlot || key.slot == wire::kNoThread) return ref(key.process);
  const model::Process* process = model.processes().find(key.process);
  if (process == nullptr) return {};
  return {EntityKind::Thread, (std::uint64_t{process->serial} << 16) | key.slot};
}

EntityRef Look::ref_object(model::ObjectId id) const {
  return id == 0 ? EntityRef{} : EntityRef{entity_kind(model, id), id};
}

Subject Look::subject(EntityRef ref) const {
  switch (ref.kind) {
    case EntityKind::None:
    case EntityKind::Alarm:
    case EntityKind::Message:
      return {};
    case EntityKind::Process:
      return model.processes().find(ref.id) == nullptr ? Subject{} : Subject::of(ref.id);
    case EntityKind::Thread:
      for (const auto& [puid, process] : model.processes().rows()) {
        if (process.serial != ref.id >> 16) continue;
        const model::ThreadKey key{puid, static_cast<std::uint16_t>(ref.id & 0xffff)};
        return model.threads().find(key) == nullptr ? Subject{} : Subject::of(key);
      }
      return {};
    default: {
      const auto id = static_cast<model::ObjectId>(ref.id);
      const model::Object* object = id == ref.id ? model.objects().find(id) : nullptr;
      if (object == nullptr) return {};
      return Subject::of_object(object->merged_into != 0 ? object->merged_into : id);
    }
  }
}

Chip Look::chip(model::Puid puid) const {
  if (puid == 0) return {};
  const model::Process* process = model.processes().find(puid);
  Chip chip{
      ref(puid), names.process(puid), process == nullptr ? Tone::Unknown : tone(*process), {}};
  if (process == nullptr) return chip;
  chip.tip.what = "process " + chip.label + ", pid " + std::to_string(process->pid);
  if (process->dead()) {
    chip.tip.state = analysis::end_phrase(names, *process).plain();
    chip.tip.since = duration_text(age(process->ended_ns)) + " ago";
  } else if (const model::Thread* thread = spokesman(puid)) {
    chip.tip.state = thread->waiting() ? analysis::wait_phrase(names, *thread).plain() : "running";
    if (thread->since_ns != 0) chip.tip.since = for_text(age(thread->since_ns));
    if (!thread->note.empty()) chip.tip.others = "doing " + analysis::quoted(thread->note);
  }
  return chip;
}

Chip Look::chip(model::ThreadKey key) const {
  const model::Thread* thread = model.threads().find(key);
  if (key.slot == analysis::kMainSlot || thread == nullptr) return chip(key.process);
  Chip chip{ref(key), names.thread(key), tone(*thread), {}};
  chip.tip = tip_of("thread " + chip.label,
                    thread->waiting() ? analysis::wait_phrase(names, *thread).plain() : "running",
                    for_text(age(thread->since_ns)));
  return chip;
}

Chip Look::chip_object(model::ObjectId id) const {
  if (id == 0) return {};
  Chip chip{ref_object(id), names.object(id), tone_object(id), {}};
  chip.tip.what = names.kind_word(id) + " " + chip.label;
  if (const model::Lock* lock = model.locks().find(id)) {
    chip.tip.state = lock->state == model::LockState::Held ? "held by " + names.thread(lock->holder)
                     : lock->state == model::LockState::OwnerDead ? "its owner died"
                     : lock->state == model::LockState::Free      ? "free"
                                                                  : "nobody knows who holds it";
    if (lock->held()) chip.tip.since = for_text(age(lock->since_ns));
  } else if (const model::Queue* queue = model.queues().find(id)) {
    chip.tip.state = plural(queue->depth(), "item", "items");
    chip.tip.numbers = {count_text(queue->puts) + " put", count_text(queue->gets) + " taken"};
  } else if (const model::ConnectionEnd* end = model.connections().find(id)) {
    chip.tip.state = model.objects().find(id)->eof ? "the other end is gone" : "";
    chip.tip.numbers = {count_text(end->sent) + " sent", count_text(end->received) + " received"};
  } else if (chip.ref.kind == EntityKind::Block) {
    const model::Object& object = *model.objects().find(id);
    chip.tip.state = block_badge(analysis::block_of(model, object).state).text;
    chip.tip.numbers = {bytes_text(object.capacity)};
  }
  const auto waiters = model.threads().waiting_on(id);
  if (!waiters.empty()) chip.tip.others = plural(waiters.size(), "waits for it", "wait for it");
  return chip;
}

Chip Look::chip(const Subject& subject) const {
  switch (subject.kind) {
    case Subject::Kind::None:
      return {};
    case Subject::Kind::Process:
      return chip(subject.thread.process);
    case Subject::Kind::Thread:
      return chip(subject.thread);
    case Subject::Kind::Object:
      return chip_object(subject.object);
  }
  return {};
}

std::vector<Chip> Look::chips(const std::vector<model::ThreadKey>& threads) const {
  std::vector<Chip> all;
  for (const model::ThreadKey key : threads) all.push_back(chip(key));
  return all;
}

Sentence Look::sentence(const analysis::Text& text) const {
  Sentence runs;
  for (const analysis::Span& span : text.spans()) {
    TextRun run{span.text, ref(span.subject), Tone::Neutral};
    if (run.ref) run.tone = chip(span.subject).tone;
    runs.push_back(std::move(run));
  }
  return runs;
}

Tone Look::tone(const model::Thread& thread) const {
  if (const auto* trouble = trouble_of(Subject::of(thread.key));
      trouble != nullptr && thread.waiting() &&
      (trouble->rule == "deadlock" || trouble->rule == "stall")) {
    return Tone::Blocked;
  }
  if (thread.waiting()) return wait_tone(thread.state, age(thread.since_ns));
  return thread.held.empty() ? Tone::Running : Tone::Holding;
}

Tone Look::wait_tone(wire::ThreadState state, std::uint64_t lasted_ns) {
  if (is_rest(state)) return Tone::Idle;
  return lasted_ns >= kLongWaitNs ? Tone::Blocked : Tone::Waiting;
}

Tone Look::tone(const model::Process& process) const {
  switch (process.life) {
    case model::Life::Starting:
    case model::Life::Exiting:
      return Tone::Idle;
    case model::Life::Unknown:
      return Tone::Unknown;
    case model::Life::Dead:
      return (process.exit && *process.exit == 0) || analysis::end_was_asked_for(process)
                 ? Tone::Neutral
                 : Tone::Dead;
    case model::Life::Alive:
      break;
  }
  const model::Thread* thread = spokesman(process.puid);
  return thread == nullptr ? Tone::Running : tone(*thread);
}

Tone Look::tone_object(model::ObjectId id) const {
  const model::Lock* lock = model.locks().find(id);
  if (const auto* trouble = trouble_of(Subject::of_object(id))) {
    // The death of one who held it concerns a lock only until somebody has recovered it.
    const bool settled = trouble->rule == "worker-died" && lock != nullptr &&
                         lock->state != model::LockState::OwnerDead;
    if (!settled) return tone(*trouble);
  }
  if (lock != nullptr) {
    if (lock->state == model::LockState::Unknown) return Tone::Unknown;
    if (lock->state == model::LockState::OwnerDead) return Tone::Dead;
    if (!model.threads().waiting_on(id).empty()) return Tone::Waiting;
    return lock->held() ? Tone::Holding : Tone::Idle;
  }
  if (const model::Queue* queue = model.queues().find(id)) {
    if (!model.threads().waiting_on(id, wire::ThreadState::QueuePut).empty()) return Tone::Waiting;
    return queue->depth() > 0 ? Tone::Running : Tone::Idle;
  }
  const model::Object* object = model.objects().find(id);
  if (object != nullptr && analysis::is_block(object->kind))
    return block_badge(analysis::block_of(model, *object).state).tone;
  return Tone::Neutral;
}

Tone Look::tone(analysis::Severity severity) {
  switch (severity) {
    case analysis::Severity::Info:
      return Tone::Info;
    case analysis::Severity::Warning:
      return Tone::Warning;
    case analysis::Severity::Error:
      return Tone::Alarm;
  }
  return Tone::Alarm;
}

Tone Look::tone(const analysis::Finding& finding) {
  if (!finding.open()) return Tone::Info;
  return tone(finding.severity);
}

const model::Thread* Look::spokesman(model::Puid puid) const {
  const model::Thread* best = nullptr;
  int worst = -1;
  for (const model::Thread* thread : model.threads().of_process(puid)) {
    if (thread->ended) continue;
    // A resting main thread says less than anybody else; a blocked one says more.
    const int rank = badness(tone(*thread)) * 2 + (thread->key.slot == analysis::kMainSlot ? 1 : 0);
    if (rank > worst) {
      worst = rank;
      best = thread;
    }
  }
  return best;
}

float Look::hue(model::Puid puid) const {
  // The line of names down from the root: the same in every run of the same program.
  std::string path;
  int guard = 0;
  for (const model::Process* row = model.processes().find(puid); row != nullptr && guard < 64;
       ++guard) {
    path = row->name + "/" + path;
    row = row->parent == 0 ? nullptr : model.processes().find(row->parent);
  }
  return identity_hue(path);
}

Moment Look::moment() const { return past() ? std::clamp(view.cursor, now(), end()) : now(); }
Moment Look::begin() const {
  return facts.begin != 0 ? facts.begin : static_cast<Moment>(model.start_ns());
}
Moment Look::end() const { return std::max(facts.now, now()); }
bool Look::ended() const {
  const auto& rows = model.processes().rows();
  return !rows.empty() &&
         std::all_of(rows.begin(), rows.end(), [](const auto& row) { return row.second.dead(); });
}
bool Look::past() const { return view.mode != Mode::Live && view.cursor != 0 && now() < end(); }

TimeRange Look::window() const {
  if (view.window) return *view.window;
  if (end() - begin() <= kSmallSession) return {begin(), std::max(end(), begin() + 1)};
  const Moment last = past() ? std::min(end(), now() + kDefaultWindow / 2) : end();
  const Moment first = std::max(begin(), last - kDefaultWindow);
  return {first, std::min(end(), first + kDefaultWindow)};
}

analysis::Stretch Look::stretch() const {
  if (!view.range) return analysis::lately(model);
  const auto clamp = [this](Moment t) {
    return std::clamp(static_cast<std::uint64_t>(std::max<Moment>(t, 0)), model.start_ns(),
                      model.now_ns());
  };
  return {clamp(view.range->begin), clamp(view.range->end)};
}

std::optional<float> Look::cursor_in(TimeRange range) const {
  if (!past() || now() < range.begin || now() > range.end) return std::nullopt;
  return fraction_of(now(), range);
}

std::vector<Band> Look::bands(TimeRange range) const {
  std::vector<Band> bands;
  const model::Model& all = facts.newest != nullptr ? *facts.newest : model;
  for (const auto& bucket : all.journal().activity.buckets()) {
    if (bucket.lost == 0) continue;
    const auto from = static_cast<Moment>(bucket.begin_ns);
    const auto to = from + static_cast<Moment>(all.journal().activity.width_ns());
    if (to < range.begin || from > range.end) continue;
    bands.push_back({fraction_of(from, range), fraction_of(to, range), Tone::Unknown,
                     plural(bucket.lost, "event", "events") + " lost"});
  }
  return bands;
}

std::string for_text(std::uint64_t ns) { return "for " + duration_text(ns); }

std::string plain(const Sentence& sentence) {
  std::string all;
  for (const TextRun& run : sentence) all += run.text;
  return all;
}

}  // namespace inspector::present
