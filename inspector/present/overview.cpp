#include "present/overview.hpp"

#include "analysis/contention.hpp"
#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/process_words.hpp"
#include "present/queue_curves.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

constexpr std::size_t kLines = 5;
constexpr std::size_t kTiles = 24;

std::string action_for(const analysis::Finding& finding) {
  if (finding.rule == "deadlock" || finding.rule == "stall") return "Show the cycle";
  if (finding.rule == "owner-died" || finding.rule == "lock-contended") return "Show the lock";
  if (finding.rule == "lock-order") return "Show the locks";
  if (finding.rule == "worker-died" || finding.rule == "fork-risk") return "Show the process";
  if (finding.rule.starts_with("queue-")) return "Show the queue";
  if (finding.rule == "leak") return "Show the block";
  return "Show";
}

std::string into_session(const Look& look, std::uint64_t ns) {
  return duration_text(ns - std::min(ns, static_cast<std::uint64_t>(look.begin())));
}

std::string age_text(const Look& look, const analysis::Finding& finding) {
  const bool point = finding.is_moment();
  const std::string began = into_session(look, finding.since_ns);
  const std::string ended = into_session(look, finding.until_ns);
  if (!finding.open() && !point && began != ended) return began + " to " + ended;
  if (!finding.open() || look.ended()) return "at " + began;
  const std::string age = duration_text(look.age(finding.since_ns));
  return point ? age + " ago" : "for " + age;
}

AlarmCard make_card(const Look& look, const analysis::Finding& finding) {
  AlarmCard card;
  card.alarm = Look::alarm(finding);
  card.tone = Look::tone(finding.severity);
  card.title = finding.title;
  card.sentence = look.sentence(finding.sentence);
  card.age = age_text(look, finding);
  card.over = !finding.open();
  if (finding.confidence != analysis::Confidence::Proven || finding.rule == "deadlock") {
    card.confidence = analysis::confidence_name(finding.confidence);
  }
  if (card.over) card.confidence += card.confidence.empty() ? "over" : ", over";
  card.advice = finding.advice;
  card.action = action_for(finding);
  return card;
}

// While the program runs, the verdict is about now. When all of it has ended there is no now, and
// the verdict is about the whole session, as in a report.
void add_findings(const Look& look, OverviewVm& vm) {
  std::vector<analysis::Finding> judged;
  std::vector<analysis::Finding> over = look.past_findings();
  for (const auto& finding : look.findings()) (finding.open() ? judged : over).push_back(finding);
  analysis::sort_findings(over);
  for (const auto* list : {&judged, &over}) {
    for (const auto& finding : *list)
      (finding.is_problem() ? vm.alarms : vm.notes).push_back(make_card(look, finding));
  }
  vm.notes_title = "Worth knowing";
  if (look.ended()) {
    judged.insert(judged.end(), over.begin(), over.end());
    analysis::sort_findings(judged);
    std::stable_sort(vm.alarms.begin(), vm.alarms.end(), [](const auto& a, const auto& b) {
      return badness(a.tone) > badness(b.tone);
    });
  }
  vm.verdict = look.sentence(analysis::verdict(judged, look.watched_ns()));
  vm.tone = Tone::Ok;
  for (const auto& finding : judged) {
    const Tone tone = Look::tone(finding.severity);
    if (finding.is_problem() && badness(tone) > badness(vm.tone)) vm.tone = tone;
  }
}

std::vector<OverviewVm::QueueLine> queue_lines(const Look& look) {
  const auto flows = analysis::flows(look.model, look.stretch());
  std::vector<const analysis::Flow*> worst;
  for (const auto& [id, flow] : flows) worst.push_back(&flow);
  std::stable_sort(worst.begin(), worst.end(),
                   [](auto* a, auto* b) { return flow_badness(*a) > flow_badness(*b); });
  if (worst.size() > kLines) worst.resize(kLines);
  std::vector<OverviewVm::QueueLine> lines;
  for (const analysis::Flow* flow : worst) {
    OverviewVm::QueueLine line;
    line.queue = look.chip_object(flow->queue);
    line.fill = static_cast<float>(flow->fill());
    line.depth =
        count_text(flow->depth) + (flow->capacity > 0 ? " / " + count_text(flow->capacity) : "");
    line.rate_in = list_rate_text(flow->in_per_s);
    line.rate_out = list_rate_text(flow->out_per_s);
    line.latency = latency_text(*flow);
    line.spark = depth_spark(look, flow->queue);
    line.verdict = flow_badge(flow->verdict);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<OverviewVm::LockLine> lock_lines(const Look& look) {
  const auto contentions = analysis::contentions(look.model, look.stretch());
  std::vector<const analysis::Contention*> worst;
  for (const auto& [id, numbers] : contentions) worst.push_back(&numbers);
  const auto rank = [&look](const analysis::Contention* row) {
    return std::pair(badness(look.tone_object(row->lock)) >= badness(Tone::Alarm) ? 1 : 0,
                     row->pressure);
  };
  std::stable_sort(worst.begin(), worst.end(), [&](auto* a, auto* b) { return rank(a) > rank(b); });
  if (worst.size() > kLines) worst.resize(kLines);
  std::vector<OverviewVm::LockLine> lines;
  for (const analysis::Contention* row : worst) {
    const model::Lock& lock = *look.model.locks().find(row->lock);
    OverviewVm::LockLine line;
    line.lock = look.chip_object(row->lock);
    line.tone = line.lock.tone;
    if (lock.held()) {
      line.holder = look.chip(lock.holder);
      line.held_for = duration_text(look.age(lock.since_ns));
    }
    line.waiters = !row->waiters.empty() ? plural(row->waiters.size(), "waiter", "waiters")
                   : lock.held()         ? "nobody waits"
                                         : "free";
    if (row->waiters.empty() && line.tone != Tone::Dead) line.tone = Tone::Neutral;
    if (const std::uint64_t longest = analysis::longest_wait_ns(look.model, *row); longest > 0)
      line.wait = "longest " + duration_text(longest);
    lines.push_back(std::move(line));
  }
  return lines;
}

void add_tiles(const Look& look, OverviewVm& vm) {
  std::vector<const model::Process*> processes;
  for (const auto& [puid, process] : look.model.processes().rows()) processes.push_back(&process);
  std::sort(processes.begin(), processes.end(), [&look](auto* a, auto* b) {
    const auto key = [&look](const model::Process* process) {
      // A dead one is in trouble only if it died badly; who ended well comes last.
      const Tone tone = look.tone(*process);
      return std::tuple(
          process->dead() && tone == Tone::Neutral,
          tone == Tone::Dead || tone == Tone::Blocked || tone == Tone::Waiting ? 0 : 1,
          process->serial);
    };
    return key(a) < key(b);
  });
  for (const model::Process* process : processes) {
    if (vm.processes.size() == kTiles) {
      vm.more_processes = "and " + count_text(processes.size() - kTiles) + " more";
      break;
    }
    const ProcessWords words = describe(look, *process);
    OverviewVm::ProcessTile tile;
    tile.process = look.chip(process->puid);
    tile.state = process->dead() ? words.exit : words.state + " " + words.since;
    tile.cpu = cpu_text(words.cpu);
    tile.rss = words.rss == 0 ? "" : bytes_text(words.rss);
    tile.spark = cpu_spark(*process);
    vm.processes.push_back(std::move(tile));
  }
}

void add_facts(const Look& look, OverviewVm& vm) {
  std::size_t locks_held = 0;
  for (const auto& [id, lock] : look.model.locks().rows()) locks_held += lock.held() ? 1 : 0;
  std::size_t items = 0;
  for (const auto& [id, queue] : look.model.queues().rows()) items += queue.depth();
  std::size_t waiting = 0;
  for (const auto& [puid, process] : look.model.processes().rows()) {
    const Tone tone = look.tone(process);
    waiting += tone == Tone::Waiting || tone == Tone::Blocked ? 1 : 0;
  }
  vm.facts = {
      {"processes alive", count_text(look.model.processes().alive_count()),
       "of " + count_text(look.model.processes().rows().size()), Tone::Neutral},
      {"blocked", count_text(waiting), "", waiting > 0 ? Tone::Waiting : Tone::Neutral},
      {"items in queues", count_text(items), "", Tone::Neutral},
      {"locks held", count_text(locks_held), "", Tone::Neutral},
      {"events", count_text(look.model.event_count()), "", Tone::Neutral},
      {"lost", count_text(look.model.journal().lost), "",
       look.model.journal().lost > 0 ? Tone::Warning : Tone::Neutral},
  };
}

}  // namespace

OverviewVm build_overview(const Look& look) {
  const model::Model& model = look.model;
  const SessionFacts& facts = look.facts;
  OverviewVm vm;
  if (model.processes().rows().empty()) {
    vm.empty = facts.open
                   ? EmptyState{"Waiting for the first process",
                                "The program is connected; nothing has been reported yet.", ""}
                   : EmptyState{"Nothing connected",
                                "Start a program that uses libmp, or open a recording.",
                                "MP_INSPECT=1 ./your_program"};
    return vm;
  }
  add_findings(look, vm);
  vm.subline = plural(model.processes().rows().size(), "process", "processes") + ", " +
               plural(model.queues().rows().size(), "queue", "queues") + " and " +
               plural(model.locks().rows().size(), "lock", "locks") + " watched for " +
               duration_text(look.watched_ns());
  if (vm.alarms.empty()) {
    for (const analysis::Rule& rule : analysis::rules()) vm.checks.emplace_back(rule.checked);
  }
  add_facts(look, vm);
  vm.queues = queue_lines(look);
  if (vm.queues.empty()) vm.queues_empty = "No queues so far.";
  vm.locks = lock_lines(look);
  if (vm.locks.empty()) vm.locks_empty = "No locks so far.";
  add_tiles(look, vm);
  return vm;
}

}  // namespace inspector::present
