#include "present/detail.hpp"

#include "analysis/blocks.hpp"
#include "analysis/events.hpp"
#include "present/builders.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"

namespace inspector::present {
namespace {

constexpr std::size_t kEvents = 50;

void add_events(const Look& look, const analysis::Subject& subject, DetailVm& vm) {
  const auto lines = analysis::recent_events(look.model, look.names, subject, kEvents);
  for (const analysis::EventLine& line : lines) {
    DetailVm::EventLine row;
    row.at = static_cast<Moment>(line.t_ns);
    row.when = relative_text(row.at - look.now());
    row.text = look.sentence(line.text);
    row.tone =
        line.severity == analysis::Severity::Info ? Tone::Neutral : Look::tone(line.severity);
    vm.events.push_back(std::move(row));
  }
  if (lines.size() == kEvents) vm.events_note = "the last 50";
  const model::Process* process = look.model.processes().find(subject.thread.process);
  if (process != nullptr && process->dead() && process->died_by_signal()) {
    vm.events_note =
        lines.size() == kEvents ? "the last 50 before it died" : "everything up to its death";
  }
}

void describe(const Look& look, EntityRef focus, const analysis::Subject& subject, DetailVm& vm) {
  switch (subject.kind) {
    case analysis::Subject::Kind::None:
      break;
    case analysis::Subject::Kind::Process:
      describe_process(look, *look.model.processes().find(subject.thread.process), vm);
      break;
    case analysis::Subject::Kind::Thread:
      describe_thread(look, *look.model.threads().find(subject.thread), vm);
      break;
    case analysis::Subject::Kind::Object: {
      const model::Object& object = *look.model.objects().find(subject.object);
      const model::Lock* lock = look.model.locks().find(object.id);
      const model::Queue* queue = look.model.queues().find(object.id);
      if (focus.kind == EntityKind::Lock && lock != nullptr) {
        describe_lock(look, object, *lock, vm);
      } else if (focus.kind == EntityKind::Queue && queue != nullptr) {
        describe_queue(look, object, *queue, vm);
      } else if (analysis::is_block(object.kind)) {
        describe_block(look, object, vm);
      } else {
        describe_object(look, object, vm);
      }
      break;
    }
  }
}

}  // namespace

void add_relation(DetailVm& vm, std::string label, std::vector<Chip> chips, std::size_t limit) {
  std::erase_if(chips, [](const Chip& chip) { return !chip; });
  if (chips.empty()) return;
  DetailVm::Relation relation{std::move(label), std::move(chips), ""};
  if (relation.chips.size() > limit) {
    relation.more = "and " + count_text(relation.chips.size() - limit) + " more";
    relation.chips.resize(limit);
  }
  vm.relations.push_back(std::move(relation));
}

DetailVm build_detail(const Look& look) {
  const ViewState& view = look.view;
  DetailVm vm;
  const EntityRef focus = view.focus();
  if (!focus && look.facts.open && !look.model.processes().rows().empty()) {
    describe_session(look, vm);
    add_events(look, {}, vm);
    return vm;
  }
  if (!focus) {
    vm.empty = {"Nothing selected",
                "Click a process, a queue, a lock or an alarm to see everything about it.", ""};
    return vm;
  }
  if (const analysis::Finding* finding = look.finding_of(focus)) {
    describe_alarm(look, *finding, vm);
    return vm;
  }
  if (focus.kind == EntityKind::Message) {
    describe_message(look, focus, vm);
    return vm;
  }
  const analysis::Subject subject = look.subject(focus);
  if (subject.kind == analysis::Subject::Kind::None) {
    vm.empty = {"Not there", "What you selected does not exist at this moment.", ""};
    return vm;
  }
  describe(look, focus, subject, vm);
  if (const analysis::Finding* trouble = look.trouble_of(subject)) {
    add_relation(vm, "problem",
                 {{Look::alarm(*trouble), trouble->title, Look::tone(*trouble),
                   tip_of(trouble->title, trouble->sentence.plain(), "")}});
  }
  add_events(look, subject, vm);
  return vm;
}

}  // namespace inspector::present
