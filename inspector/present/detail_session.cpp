#include "analysis/words.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/curves.hpp"

#include <algorithm>
#include <array>

namespace inspector::present {
namespace {

constexpr std::size_t kColumns = 120;
constexpr std::size_t kChips = 8;
using Columns = std::array<double, kColumns>;

Moment column_at(TimeRange window, std::size_t column) {
  return window.begin +
         (window.end - window.begin) / static_cast<Moment>(kColumns) * static_cast<Moment>(column);
}

// What one process used in each column, added to what the others used.
void add_usage(const model::Process& process, TimeRange window, bool cpu, Columns& sums) {
  const auto& samples = process.samples.points();
  std::size_t at = 0;
  for (std::size_t column = 0; column < kColumns; ++column) {
    const Moment t = column_at(window, column);
    if (process.dead() && t >= static_cast<Moment>(process.ended_ns)) return;
    while (at < samples.size() && static_cast<Moment>(samples[at].t_ns) <= t) ++at;
    // The cpu time of a sample was used since the sample before.
    if (at == 0) continue;
    const auto& before = samples[at - 1];
    if (!cpu) {
      sums[column] += static_cast<double>(before.rss_bytes) / 1e6;
    } else if (at < samples.size() && samples[at].t_ns > before.t_ns) {
      sums[column] +=
          100 *
          static_cast<double>(samples[at].cpu_ns - std::min(samples[at].cpu_ns, before.cpu_ns)) /
          static_cast<double>(samples[at].t_ns - before.t_ns);
    }
  }
}

Plot usage_plot(const Look& look, bool cpu) {
  Plot plot;
  plot.id = cpu ? "detail/cpu" : "detail/memory";
  plot.title = cpu ? "CPU of all" : "Memory of all";
  plot.window = look.window();
  Columns sums{};
  Moment sampled = 0;  // what came after the newest sample is not known yet
  for (const auto& [puid, process] : look.model.processes().rows()) {
    add_usage(process, plot.window, cpu, sums);
    const auto& samples = process.samples.points();
    if (!samples.empty()) sampled = std::max(sampled, static_cast<Moment>(samples.back().t_ns));
  }
  std::vector<StepPoint> points;
  for (std::size_t column = 0; column < kColumns; ++column)
    points.push_back({column_at(plot.window, column), sums[column]});
  const double top = round_top(std::max(highest(points, plot.window), cpu ? 100.0 : 1.0));
  if (highest(points, plot.window) == 0)
    plot.empty = "Nothing was sampled: that is done once a second.";
  add_axes(look, plot, top, cpu ? "%" : "MB");
  plot.curves.push_back({cpu ? "cpu" : "memory", Tone::Info, 0, "",
                         decimate(points, plot.window, kColumns, top, sampled), true});
  return plot;
}

}  // namespace

void describe_session(const Look& look, DetailVm& vm) {
  const model::Model& model = look.model;
  const SessionFacts& facts = look.facts;
  vm.title.label = facts.name;
  vm.kind = facts.can_follow ? "Live session" : "Session";
  vm.state = look.sentence("Click a process, a queue, a lock or an alarm to see all about it.");
  const auto processes = model.processes().in_tree_order();
  vm.facts = {{"watched", duration_text(look.watched_ns())},
              {"processes", count_text(processes.size())},
              {"events", count_text(model.event_count())},
              {"lost", count_text(facts.lost), "", facts.lost > 0 ? Tone::Warning : Tone::Neutral}};
  std::vector<Chip> chips;
  for (const model::Process* process : processes) chips.push_back(look.chip(process->puid));
  add_relation(vm, "processes", std::move(chips), kChips);
  chips.clear();
  for (const auto& [id, queue] : model.queues().rows()) chips.push_back(look.chip_object(id));
  add_relation(vm, "queues", std::move(chips), kChips);
  chips.clear();
  for (const auto& [id, lock] : model.locks().rows()) chips.push_back(look.chip_object(id));
  add_relation(vm, "locks", std::move(chips), kChips);
  vm.plots = {usage_plot(look, true), usage_plot(look, false)};
  if (!processes.empty()) {
    const model::Process& root = *processes.front();
    if (!root.command_line.empty()) vm.provenance.push_back({"command", root.command_line});
    if (!root.exe.empty()) vm.provenance.push_back({"program", root.exe});
    if (!root.host.empty()) vm.provenance.push_back({"host", root.host});
  }
  vm.provenance.push_back(
      {"began", moment_text(look.begin(), facts.wall_at_zero, look.begin()), false});
  if (facts.recording) vm.provenance.push_back({"recorded to", facts.recording->path});
  if (facts.origin.starts_with('/')) vm.provenance.push_back({"file", facts.origin});
}

}  // namespace inspector::present
