#include "bench/soak/alarms.hpp"

#include "analysis/deadlocks.hpp"
#include "analysis/names.hpp"

#include <algorithm>
#include <utility>

namespace bench::soak {
namespace {

using inspector::analysis::Finding;
using inspector::analysis::Subject;
namespace model = inspector::model;

constexpr std::uint64_t kPromiseNs = 1'000'000'000;
constexpr std::uint64_t kGiveUpNs = 10'000'000'000;
// The word that explains an alarm, and the events that end it, may come that much later.
constexpr std::uint64_t kOutOfStepNs = 2'000'000'000;
constexpr std::size_t kRecent = 4;

std::set<std::uint32_t> pids_of(const model::Model& model, const Finding& finding) {
  std::set<std::uint32_t> pids;
  for (const Subject& subject : finding.subjects) {
    if (const model::Process* process = model.processes().find(subject.thread.process))
      pids.insert(process->pid);
  }
  return pids;
}

}  // namespace

void Alarms::seeded(const Word& word) {
  ++seeds_;
  recent_.push_back({.first = word.first, .second = word.second, .since_ns = word.since_ns});
  if (recent_.size() > kRecent) recent_.pop_front();
}

void Alarms::broken(std::uint64_t now_ns) {
  if (!recent_.empty()) recent_.back().broken_ns = now_ns;
}

bool Alarms::look(const model::Model& model, std::uint64_t now_ns) {
  const inspector::analysis::Names names(model);
  bool is_due = false;
  for (const Finding& finding : inspector::analysis::deadlock_findings(model, names)) {
    if (finding.rule != "deadlock") continue;
    const std::set<std::uint32_t> pids = pids_of(model, finding);
    is_due |= settle_newest(pids, now_ns);
    const auto [at, is_new] = seen_.try_emplace(finding.id);
    if (is_new) at->second = {pids, now_ns, finding.sentence.plain(), false};
  }
  settle_seen(now_ns, kOutOfStepNs);
  if (recent_.empty() || recent_.back().is_settled) return is_due;
  Seed& newest = recent_.back();
  newest.is_settled = newest.since_ns + kGiveUpNs < now_ns;
  return is_due || newest.is_settled;
}

void Alarms::close(std::uint64_t now_ns) { settle_seen(now_ns, 0); }

bool Alarms::settle_newest(const std::set<std::uint32_t>& pids, std::uint64_t now_ns) {
  if (recent_.empty()) return false;
  Seed& newest = recent_.back();
  if (newest.is_settled || !pids.contains(newest.first) || !pids.contains(newest.second))
    return false;
  newest.is_settled = true;
  const std::uint64_t took_ns = now_ns - std::min(now_ns, newest.since_ns);
  ++found_;
  late_ += took_ns > kPromiseNs ? 1 : 0;
  slowest_ns_ = std::max(slowest_ns_, took_ns);
  return true;
}

// One of its processes is in a deadlock that was seeded, and stands or has just been broken.
bool Alarms::is_explained(const Seen& seen, std::uint64_t now_ns) const {
  return std::any_of(recent_.begin(), recent_.end(), [&](const Seed& seed) {
    const bool is_over = seed.broken_ns != 0 && seed.broken_ns + kOutOfStepNs < seen.since_ns;
    return !is_over && seed.since_ns <= now_ns &&
           (seen.pids.contains(seed.first) || seen.pids.contains(seed.second));
  });
}

void Alarms::settle_seen(std::uint64_t now_ns, std::uint64_t patience_ns) {
  for (auto& [id, seen] : seen_) {
    if (seen.is_settled) continue;
    seen.is_settled = is_explained(seen, now_ns);
    if (seen.is_settled || seen.since_ns + patience_ns > now_ns) continue;
    seen.is_settled = true;
    false_.push_back(seen.sentence);
  }
}

}  // namespace bench::soak
