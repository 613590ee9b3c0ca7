#include "present/top_bar.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/look.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

std::size_t open_problems(const Look& look, Tone& worst) {
  std::size_t count = 0;
  for (const auto& finding : look.findings()) {
    if (!finding.open() || !finding.is_problem()) continue;
    ++count;
    if (worst != Tone::Alarm) worst = Look::tone(finding);
  }
  return count;
}

std::string mode_text(const Look& look) {
  switch (look.view.mode) {
    case Mode::Live:
      return look.facts.can_follow ? "LIVE" : "ENDED";
    case Mode::Paused:
      return look.past() || look.facts.can_follow ? "PAUSED" : "ENDED";
    case Mode::Playing:
      return "REPLAY " + short_number(look.view.speed) + "x";
  }
  return "";
}

// Of a recording the folder: its name stands before it.
std::string folder_of(const SessionFacts& facts) {
  if (facts.origin == facts.name) return "";
  if (!facts.origin.ends_with("/" + facts.name)) return facts.origin;
  return facts.origin.substr(0, facts.origin.size() - facts.name.size() - 1);
}

const char* screen_name(Screen screen) {
  switch (screen) {
    case Screen::Sessions:
      return "Sessions";
    case Screen::Overview:
      return "Overview";
    case Screen::Processes:
      return "Processes";
    case Screen::Queues:
      return "Queues";
    case Screen::Locks:
      return "Locks";
    case Screen::Resources:
      return "Resources";
    case Screen::Connections:
      return "Connections";
  }
  return "";
}

Badge rail_badge(const Look& look, Screen screen) {
  std::size_t count = 0;
  Tone worst = Tone::Warning;
  for (const auto& finding : look.findings()) {
    if (!finding.open() || !finding.is_problem()) continue;
    const bool lock = finding.rule == "deadlock" || finding.rule == "stall" ||
                      finding.rule == "owner-died" || finding.rule == "lock-contended" ||
                      finding.rule == "lock-order";
    const bool here = screen == Screen::Overview || (screen == Screen::Locks && lock) ||
                      (screen == Screen::Processes && finding.rule == "worker-died") ||
                      (screen == Screen::Queues && finding.rule.starts_with("queue-")) ||
                      (screen == Screen::Resources && finding.rule == "leak");
    if (!here) continue;
    ++count;
    if (Look::tone(finding) == Tone::Alarm) worst = Tone::Alarm;
  }
  return count == 0 ? Badge{} : Badge{std::to_string(count), worst};
}

}  // namespace

TopBarVm build_top_bar(const Look& look) {
  const model::Model& model = look.model;
  const SessionFacts& facts = look.facts;
  const ViewState& view = look.view;
  TopBarVm vm;
  vm.session = facts.open ? facts.name : "mp-inspector";
  vm.origin = folder_of(facts);
  vm.open = facts.open;
  vm.mode = view.mode;
  vm.level = facts.level;
  vm.level_names = {"off", "stand-by", "normal", "full"};
  vm.level_tips = {
      "Nothing is recorded. One predicted branch per operation.",
      "What each thread waits for and holds right now; no history. A few nanoseconds per wait.",
      "Waits, queue and connection traffic. Tens of nanoseconds per recorded event.",
      "Every operation, uncontended locks too."};
  if (!facts.open) return vm;
  vm.past = look.past();
  vm.live = view.mode == Mode::Live && facts.can_follow && !vm.past;
  vm.mode_text = mode_text(look);
  vm.clock = clock_text(look.moment() - look.begin());
  const std::size_t alive = model.processes().alive_count();
  const std::size_t all = model.processes().rows().size();
  const std::string noun = all == 1 ? "process" : "processes";
  vm.facts.push_back(
      look.ended() ? Fact{noun + ", all ended", count_text(all)}
                   : Fact{noun + (alive < all ? " of " + count_text(all) : ""), count_text(alive)});
  if (facts.events_per_second > 0) {
    vm.facts.push_back(
        {"events",
         short_number(static_cast<double>(static_cast<std::uint64_t>(facts.events_per_second))),
         "/s", Tone::Neutral});
  } else {
    vm.facts.push_back({"events", count_text(model.event_count()), "", Tone::Neutral});
  }
  vm.facts.push_back(
      {"lost", count_text(facts.lost), "", facts.lost > 0 ? Tone::Warning : Tone::Neutral});
  vm.can_set_level = facts.can_command;
  vm.can_record = facts.can_record;
  if (facts.recording) {
    vm.recording = true;
    const std::string clock = clock_text(facts.recording->for_ns);
    vm.recording_text =
        clock.substr(0, clock.size() - 2) + " · " + bytes_text(facts.recording->bytes);
  }
  Tone worst = Tone::Neutral;
  vm.alarms = open_problems(look, worst);
  vm.alarms_tone = worst;
  vm.alarms_text = std::to_string(vm.alarms);
  vm.alarms_tip = tip_of(vm.alarms == 0 ? "No problems" : plural(vm.alarms, "problem", "problems"),
                         analysis::verdict(look.findings(), look.watched_ns()).plain(), "");
  vm.alarms_tip.hint = "click: overview";
  return vm;
}

RailVm build_rail(const Look& look) {
  const SessionFacts& facts = look.facts;
  RailVm vm;
  for (const Screen screen : {Screen::Overview, Screen::Processes, Screen::Queues, Screen::Locks,
                              Screen::Resources, Screen::Connections, Screen::Sessions}) {
    vm.items.push_back(
        {screen, screen_name(screen),
         facts.open && screen != Screen::Sessions ? rail_badge(look, screen) : Badge{}});
  }
  return vm;
}

StatusVm build_status(const Look& look) {
  const model::Model& model = look.model;
  const SessionFacts& facts = look.facts;
  const ViewState& view = look.view;
  StatusVm vm;
  if (const EntityRef focus = view.focus()) {
    const analysis::Finding* finding = look.finding_of(focus);
    const std::string name =
        finding != nullptr ? finding->title : look.chip(look.subject(focus)).label;
    if (!name.empty())
      vm.left.push_back({std::string(screen_name(view.screen)) + " › " + name, Tone::Neutral, ""});
  }
  if (const std::string filter = view.filter(view.screen); !filter.empty()) {
    vm.left.push_back(
        {"filter: " + filter, Tone::Info, "Rows that do not match are hidden. Esc clears it."});
  }
  if (view.range) {
    vm.left.push_back({"range " + duration_text(static_cast<std::uint64_t>(
                                      std::max<Moment>(view.range->end - view.range->begin, 0))),
                       Tone::Info, "Statistics are over this range. Esc clears it."});
  }
  if (facts.lost > 0) {
    vm.right.push_back({plural(facts.lost, "event", "events") + " lost", Tone::Warning,
                        "The rings were overwritten before they were read. States are exact again "
                        "after each gap."});
  }
  if (model.journal().unknown > 0) {
    vm.right.push_back({plural(model.journal().unknown, "event", "events") + " not understood",
                        Tone::Warning, "The program's libmp is newer than this inspector."});
  }
  if (facts.clock_error_ns > 0)
    vm.right.push_back({"clock ±" + duration_text(facts.clock_error_ns), Tone::Neutral,
                        "How well the clocks of the hosts agree."});
  if (facts.recording)
    vm.right.push_back(
        {facts.recording->path + " " + bytes_text(facts.recording->bytes), Tone::Neutral, ""});
  if (facts.frames_per_second > 0)
    vm.right.push_back(
        {short_number(static_cast<double>(static_cast<int>(facts.frames_per_second + 0.5f))) +
             " fps",
         Tone::Neutral, ""});
  return vm;
}

std::vector<NoticeVm> build_notices(const SessionFacts& facts) {
  std::vector<NoticeVm> notices;
  for (const NoticeFacts& notice : facts.notices)
    notices.push_back({notice.id, notice.tone, notice.text});
  return notices;
}

}  // namespace inspector::present
