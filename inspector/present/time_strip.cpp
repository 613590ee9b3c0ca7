#include "present/time_strip.hpp"

#include "analysis/finding_log.hpp"
#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/look.hpp"
#include "present/plotting.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

// Events per bucket, spread over the buckets that each recorded stretch covers, so that a coarse
// record is a plateau and not a comb. On a root scale: a quiet moment still shows beside a storm.
std::vector<float> density(const model::Model& model, TimeRange window, int width) {
  std::vector<double> counts(static_cast<std::size_t>(std::max(width, 1)), 0);
  const auto& activity = model.journal().activity;
  const double length = static_cast<double>(std::max<Moment>(window.end - window.begin, 1));
  const auto place = [&](Moment moment) {
    return static_cast<double>(moment - window.begin) / length * width;
  };
  for (const auto& bucket : activity.buckets()) {
    const double from = std::max(0.0, place(static_cast<Moment>(bucket.begin_ns)));
    const double to = std::min(static_cast<double>(width),
                               place(static_cast<Moment>(bucket.begin_ns + activity.width_ns())));
    if (to <= from) continue;
    const double each = static_cast<double>(bucket.events) / std::max(to - from, 1.0);
    for (auto i = static_cast<std::size_t>(from); i < counts.size() && static_cast<double>(i) < to;
         ++i)
      counts[i] += each;
  }
  const double top = std::max(1.0, *std::max_element(counts.begin(), counts.end()));
  std::vector<float> heights;
  for (const double count : counts) heights.push_back(static_cast<float>(std::sqrt(count / top)));
  return heights;
}

std::vector<analysis::Finding> known_findings(const Look& look) {
  if (look.facts.findings == nullptr) return look.findings();
  return look.facts.findings->findings();
}

std::vector<TimeStripVm::Mark> marks(const Look& look, TimeRange window) {
  std::vector<TimeStripVm::Mark> all;
  for (const auto& finding : known_findings(look)) {
    const auto at = static_cast<Moment>(finding.since_ns);
    if (!finding.is_problem() || at < window.begin || at > window.end) continue;
    TimeStripVm::Mark mark;
    mark.at = fraction_of(at, window);
    mark.tone = Look::tone(finding.severity);
    mark.ref = Look::alarm(finding);
    mark.tip = tip_of(finding.title, finding.sentence.plain(), "");
    mark.tip.hint = "click: go there";
    all.push_back(std::move(mark));
  }
  const model::Model& whole = look.facts.newest != nullptr ? *look.facts.newest : look.model;
  for (const auto& note : whole.journal().marks.rows()) {
    const auto at = static_cast<Moment>(note.t_ns);
    if (at < window.begin || at > window.end) continue;
    all.push_back({fraction_of(at, window),
                   Tone::Info,
                   {},
                   tip_of(note.text, "marked by " + look.names.thread(note.thread), "")});
  }
  return all;
}

std::string speed_text(double speed) { return short_number(speed) + "x"; }

void add_cursor(const Look& look, TimeStripVm& vm) {
  vm.past = look.past();
  vm.playhead = vm.past || look.view.mode != Mode::Live ? fraction_of(look.moment(), vm.window)
                                                        : fraction_of(look.end(), vm.window);
  if (vm.past)
    vm.past_text = "viewing " +
                   duration_text(static_cast<std::uint64_t>(look.end() - look.moment())) +
                   (look.facts.can_follow ? " ago" : " before the end");
  vm.cursor_text =
      moment_text(vm.past ? look.moment() : look.end(), look.facts.wall_at_zero, look.begin());
  if (look.view.range) {
    vm.range_from = fraction_of(look.view.range->begin, vm.window);
    vm.range_to = fraction_of(look.view.range->end, vm.window);
    vm.range_text = "range " + duration_text(static_cast<std::uint64_t>(std::max<Moment>(
                                   look.view.range->end - look.view.range->begin, 0)));
  }
  if (look.view.probe && look.view.probe->plot == "strip") {
    vm.probe = look.view.probe->fraction;
    vm.probe_text = moment_text(vm.window.at(*vm.probe), look.facts.wall_at_zero, look.begin());
  }
}

}  // namespace

TimeStripVm build_time_strip(const Look& look, int width) {
  const model::Model& model = look.model;
  const SessionFacts& facts = look.facts;
  const ViewState& view = look.view;
  TimeStripVm vm;
  vm.open = facts.open;
  vm.mode = view.mode;
  vm.can_pause = facts.can_pause;
  vm.can_seek = facts.can_seek;
  vm.can_follow = facts.can_follow;
  vm.playing = view.mode == Mode::Playing || (view.mode == Mode::Live && facts.can_follow);
  vm.loop = view.loop;
  vm.speed = view.speed;
  for (const double speed : {0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0})
    vm.speeds.push_back({speed, speed_text(speed)});
  vm.speed_text = speed_text(view.speed);
  if (!facts.open || model.event_count() == 0) return vm;
  // The strip is the map of the whole session, unless a part was asked for.
  vm.window = view.window.value_or(look.whole());
  if (vm.window.end <= vm.window.begin) vm.window.end = vm.window.begin + 1;
  vm.density = density(facts.newest != nullptr ? *facts.newest : model, vm.window, width);
  vm.ticks = time_ticks(vm.window, look.begin(), 8);
  vm.bands = look.bands(vm.window);
  vm.marks = marks(look, vm.window);
  add_cursor(look, vm);
  return vm;
}

}  // namespace inspector::present
