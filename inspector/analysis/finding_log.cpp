#include "analysis/finding_log.hpp"

#include "analysis/analyze.hpp"

#include <algorithm>
#include <set>

namespace inspector::analysis {

namespace {

// How a process ended may be told a moment after that it did; nobody is alive again.
bool was_premature(const Finding& finding) {
  return finding.rule == "worker-died" && finding.confidence == Confidence::Probable;
}

}  // namespace

void FindingLog::apply(model::Model& model, const wire::Batch& batch) {
  for (const wire::Event& event : batch.events) {
    const bool due = next_look_ns_ != 0 && event.t_ns >= next_look_ns_;
    const bool is_tick = event.kind == wire::EventKind::Tick;
    // The state looked at is the one that held up to the line. A tick changes nothing but says that
    // it held until now.
    if (due && !is_tick) observe(model);
    model.apply(event, batch.payload_of(event));
    if (due && is_tick) observe(model);
    if (due || next_look_ns_ == 0) next_look_ns_ = event.t_ns - event.t_ns % kStepNs + kStepNs;
  }
}

void FindingLog::observe(const model::Model& model) {
  const std::uint64_t now = model.now_ns();
  std::set<std::uint64_t> seen;
  for (Finding& finding : analyze(model)) {
    seen.insert(finding.id);
    const auto known = entries_.find(finding.id);
    if (known == entries_.end()) {
      if (entries_.size() >= kMaxEntries) {
        ++dropped_;
        continue;
      }
      const std::uint64_t id = finding.id;
      entries_.emplace(id, Entry{std::move(finding), now, 1});
      continue;
    }
    Entry& entry = known->second;
    if (!entry.finding.open() && finding.open()) ++entry.times;
    // What is guessed over a sliding stretch began when it was first seen.
    if (finding.confidence == Confidence::Heuristic) {
      finding.since_ns = std::min(finding.since_ns, entry.finding.since_ns);
    }
    entry.finding = std::move(finding);
    entry.last_seen_ns = now;
  }
  std::erase_if(entries_, [&](const auto& entry) {
    return !seen.contains(entry.first) && was_premature(entry.second.finding);
  });
  for (auto& [id, entry] : entries_) {
    if (!seen.contains(id) && entry.finding.open()) close(entry, now);
  }
}

void FindingLog::close(Entry& entry, std::uint64_t now_ns) {
  const bool guessed = entry.finding.confidence == Confidence::Heuristic;
  if (guessed && now_ns - entry.last_seen_ns < kCalmNs) return;
  entry.finding.until_ns = std::max<std::uint64_t>(entry.last_seen_ns, 1);
}

std::vector<Finding> FindingLog::findings() const {
  std::vector<Finding> all;
  for (const auto& [id, entry] : entries_) all.push_back(entry.finding);
  sort_findings(all);
  return all;
}

}  // namespace inspector::analysis
