#include "analysis/blocks.hpp"
#include "analysis/fork_risks.hpp"
#include "analysis/phrases.hpp"
#include "present/curves.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/process_words.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace inspector::present {
namespace {

constexpr int kBuckets = 300;

Plot sample_plot(const Look& look, const model::Process& process, bool cpu) {
  Plot plot;
  plot.id = cpu ? "detail/cpu" : "detail/memory";
  plot.title = cpu ? "CPU" : "Memory";
  plot.window = look.window();
  std::vector<StepPoint> points;
  const auto& samples = process.samples.points();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!cpu) {
      points.push_back(
          {static_cast<Moment>(samples[i].t_ns), static_cast<double>(samples[i].rss_bytes) / 1e6});
    } else if (i > 0 && samples[i].t_ns > samples[i - 1].t_ns) {
      const double used = static_cast<double>(samples[i].cpu_ns -
                                              std::min(samples[i].cpu_ns, samples[i - 1].cpu_ns));
      points.push_back({static_cast<Moment>(samples[i - 1].t_ns),
                        100 * used / static_cast<double>(samples[i].t_ns - samples[i - 1].t_ns)});
    }
  }
  if (points.empty())
    plot.empty = process.dead() ? "Too short-lived to be sampled."
                                : "No samples yet: they come once a second.";
  const double top = round_top(std::max(highest(points, plot.window), cpu ? 100.0 : 1.0));
  add_axes(look, plot, top, cpu ? "%" : "MB");
  const auto until = process.dead() ? static_cast<Moment>(process.ended_ns) : look.now();
  const std::string latest =
      points.empty() ? ""
                     : short_number(static_cast<double>(static_cast<int>(points.back().value))) +
                           (cpu ? " %" : " MB");
  plot.curves.push_back({plot.title, Tone::Neutral, look.hue(process.puid), latest,
                         decimate(points, plot.window, kBuckets, top, until), true});
  return plot;
}

Sentence state_sentence(const Look& look, const model::Process& process) {
  analysis::Text text;
  if (process.dead()) {
    text << capitalized(analysis::end_phrase(look.names, process).plain())
         << analysis::last_deed(look.model, look.names, process)
         << ", " + duration_text(look.age(process.ended_ns)) + " ago.";
    return look.sentence(text);
  }
  const model::Thread* thread = look.spokesman(process.puid);
  if (process.life == model::Life::Starting)
    return look.sentence("Was forked and has not said anything yet.");
  if (process.life == model::Life::Unknown)
    return look.sentence("The reporter left while it lived; nobody knows.");
  if (thread == nullptr) return look.sentence("Runs.");
  if (!thread->waiting()) {
    text << (thread->note.empty() ? std::string("Runs")
                                  : "Does " + analysis::quoted(thread->note) + ", for " +
                                        duration_text(look.age(thread->note_since_ns)));
  } else {
    text << capitalized(analysis::wait_phrase(look.names, *thread).plain().substr(0, 5));
    const analysis::Text phrase = analysis::wait_phrase(look.names, *thread);
    for (std::size_t i = 0; i < phrase.spans().size(); ++i) {
      analysis::Span span = phrase.spans()[i];
      if (i == 0) span.text = span.text.substr(5);
      if (span.subject.kind == analysis::Subject::Kind::None) {
        text << span.text;
      } else {
        text << span;
      }
    }
    text << " for " + duration_text(look.age(thread->since_ns));
    const model::Lock* lock = look.model.locks().find(thread->object);
    if (thread->state == wire::ThreadState::LockWait && lock != nullptr &&
        lock->state == model::LockState::Held) {
      text << ", held by " << look.names.say(lock->holder);
    }
  }
  return look.sentence(text << ".");
}

void add_queue_relations(const Look& look, const model::Process& process, DetailVm& vm) {
  std::vector<Chip> produces;
  std::vector<Chip> consumes;
  for (const auto& [id, flow] : analysis::flows(look.model, look.stretch())) {
    const auto has = [&](const std::vector<model::Puid>& side) {
      return std::find(side.begin(), side.end(), process.puid) != side.end();
    };
    if (has(flow.producers)) produces.push_back(look.chip_object(id));
    if (has(flow.consumers)) consumes.push_back(look.chip_object(id));
  }
  add_relation(vm, "produces to", std::move(produces));
  add_relation(vm, "consumes from", std::move(consumes));
}

// Each kind on a line of its own: the panel is narrow.
void add_risk_of_birth(const wire::ForkRisk& what, DetailVm& vm) {
  const auto add = [&vm](const char* label, std::uint32_t count, const std::string& named) {
    if (count > 0)
      vm.provenance.push_back({label, named.empty() ? count_text(count) : named, false});
  };
  add("fork: threads", what.threads, "");
  add("fork: locks", what.locks, what.locks_named);
  add("fork: streams", what.streams, what.streams_named);
  add("fork: files", what.descriptors, what.descriptors_named);
}

// The risks of its own birth and of its children's, as the look around before the fork found them.
void add_fork_risks(const Look& look, const model::Process& process, DetailVm& vm) {
  std::size_t own = 0;
  for (const model::ForkRisk& risk : look.model.journal().fork_risks.rows()) {
    const std::string phrase = analysis::risk_phrase(risk.what);
    if (phrase.empty()) continue;
    if (risk.child == process.puid) {
      add_risk_of_birth(risk.what, vm);
    } else if (risk.thread.process == process.puid) {
      const bool known = look.model.processes().find(risk.child) != nullptr;
      const std::string child = known ? look.names.process(risk.child) : "a child";
      const std::string number = ++own == 1 ? "" : " " + std::to_string(own);
      vm.provenance.push_back({"risky fork" + number, child + ", while " + phrase, false});
    }
  }
  std::vector<Chip> notices;
  for (const analysis::Finding& finding : look.findings()) {
    const auto& about = finding.subjects;
    if (finding.rule != "fork-risk" ||
        std::find(about.begin(), about.end(), analysis::Subject::of(process.puid)) == about.end())
      continue;
    notices.push_back({Look::alarm(finding), finding.title, Look::tone(finding),
                       tip_of(finding.title, finding.sentence.plain(), "")});
  }
  add_relation(vm, "worth knowing", std::move(notices));
}

void add_actions(const Look& look, const model::Process& process, DetailVm& vm) {
  if (!look.facts.can_command || process.dead() || look.past()) return;
  const std::string name = look.names.process(process.puid);
  vm.actions.push_back({"terminate", "Terminate",
                        EndProcess{Look::ref(process.puid), Ending::Terminate}, true,
                        "Send SIGTERM to " + name + "?"});
  vm.actions.push_back(
      {"kill", "Kill", EndProcess{Look::ref(process.puid), Ending::Kill}, true,
       "Send SIGKILL to " + name + "? What it holds stays locked until somebody recovers it."});
}

}  // namespace

void describe_process(const Look& look, const model::Process& process, DetailVm& vm) {
  const ProcessWords words = describe(look, process);
  vm.title = look.chip(process.puid);
  vm.kind = "Process";
  vm.tone = vm.title.tone;
  vm.state = state_sentence(look, process);
  vm.facts.push_back({"pid", std::to_string(process.pid)});
  if (words.cpu >= 0) vm.facts.push_back({"cpu", cpu_text(words.cpu)});
  if (words.rss > 0) vm.facts.push_back({"memory", bytes_text(words.rss)});
  if (process.usage.threads > 0)
    vm.facts.push_back({"threads", std::to_string(process.usage.threads)});
  if (process.usage.fds > 0) vm.facts.push_back({"files", std::to_string(process.usage.fds)});
  vm.facts.push_back({process.dead() ? "lived" : "lives", duration_text(age_of(look, process))});
  vm.facts.push_back({"start", wire::start_method_name(process.method)});
  if (process.start_latency_ns != 0)
    vm.facts.push_back({"started in", duration_text(process.start_latency_ns)});
  if (!words.exit.empty()) vm.facts.push_back({"exit", words.exit, "", words.exit_tone});
  if (process.lost > 0)
    vm.facts.push_back({"events lost", count_text(process.lost), "", Tone::Warning});

  add_relation(vm, process.dead() ? "held at its end" : "holds", words.holds);
  if (words.waiting_for) add_relation(vm, "waits for", {words.waiting_for});
  add_queue_relations(look, process, vm);
  if (process.parent != 0) add_relation(vm, "parent", {look.chip(process.parent)});
  std::vector<Chip> children;
  for (const model::Process* child : look.model.processes().children_of(process.puid))
    children.push_back(look.chip(child->puid));
  add_relation(vm, "children", std::move(children));
  std::vector<Chip> threads;
  for (const model::Thread* thread : look.model.threads().of_process(process.puid)) {
    if (thread->key.slot != analysis::kMainSlot && !thread->ended)
      threads.push_back(look.chip(thread->key));
  }
  add_relation(vm, "threads", std::move(threads));

  std::vector<Chip> mapped;
  for (const analysis::Block& block : analysis::blocks(look.model)) {
    if (std::find(block.mappers.begin(), block.mappers.end(), process.puid) != block.mappers.end())
      mapped.push_back(look.chip_object(block.object->id));
  }
  add_relation(vm, "has mapped", std::move(mapped));

  vm.plots.push_back(sample_plot(look, process, true));
  vm.plots.push_back(sample_plot(look, process, false));
  vm.provenance.push_back(
      {"started by", process.parent == 0 ? "the user" : look.names.process(process.parent), false});
  vm.provenance.push_back({"method", wire::start_method_name(process.method), false});
  vm.provenance.push_back(
      {"began",
       moment_text(static_cast<Moment>(process.born_ns), look.facts.wall_at_zero, look.begin()),
       false});
  add_fork_risks(look, process, vm);
  if (!process.command_line.empty()) vm.provenance.push_back({"command", process.command_line});
  if (!process.exe.empty()) vm.provenance.push_back({"program", process.exe});
  if (!process.host.empty()) vm.provenance.push_back({"host", process.host});
  vm.ids.push_back({"pid", std::to_string(process.pid)});
  vm.ids.push_back({"puid", fmt::format("{:016x}", process.puid)});
  add_actions(look, process, vm);
}

void describe_thread(const Look& look, const model::Thread& thread, DetailVm& vm) {
  vm.title = look.chip(thread.key);
  vm.kind = "Thread";
  vm.tone = vm.title.tone;
  analysis::Text text;
  if (thread.ended) {
    text << "Ended " + duration_text(look.age(thread.ended_ns)) + " ago.";
  } else if (thread.waiting()) {
    text << "It " << analysis::wait_phrase(look.names, thread)
         << " for " + duration_text(look.age(thread.since_ns)) + ".";
  } else {
    text << (thread.note.empty() ? "Runs." : "Does " + analysis::quoted(thread.note) + ".");
  }
  vm.state = look.sentence(text);
  vm.facts.push_back({"tid", std::to_string(thread.tid)});
  vm.facts.push_back({"waits so far", count_text(thread.wait_number)});
  std::vector<Chip> holds;
  for (const model::Hold& hold : thread.held) holds.push_back(look.chip_object(hold.object));
  add_relation(vm, "holds", std::move(holds));
  add_relation(vm, "waits for", all_waited_for(look, thread));
  add_relation(vm, "process", {look.chip(thread.key.process)});
  vm.ids.push_back({"tid", std::to_string(thread.tid)});
  vm.ids.push_back({"slot", fmt::format("{}.{}", thread.key.slot, thread.generation), false});
}

}  // namespace inspector::present
