#include "analysis/contention.hpp"

#include "analysis/busy_time.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::analysis {
namespace {

constexpr double kMostOfTheTime = 0.8;
constexpr std::uint64_t kWatchedNs = 3'000'000'000;
constexpr std::uint64_t kManyWaits = 20;

struct Waits {
  BusyTime time;
  std::vector<std::uint64_t> lengths;
};

std::map<model::ObjectId, Waits> collect_waits(const model::Model& model, const Stretch& stretch) {
  std::map<model::ObjectId, Waits> waits;
  const auto of = [&](model::ObjectId id) -> Waits& {
    return waits.try_emplace(id, Waits{{stretch.begin_ns, stretch.end_ns}, {}}).first->second;
  };
  const auto& log = model.threads().waits().rows();
  for (auto wait = log.rbegin(); wait != log.rend() && wait->end_ns >= stretch.begin_ns; ++wait) {
    if (wait->state != wire::ThreadState::LockWait || wait->begin_ns > stretch.end_ns) continue;
    Waits& row = of(wait->object);
    row.time.add(wait->begin_ns, wait->end_ns);
    if (wait->end_ns <= stretch.end_ns)
      row.lengths.push_back(wait->end_ns - std::min(wait->begin_ns, wait->end_ns));
  }
  for (const auto& [key, thread] : model.threads().rows()) {
    if (thread.state == wire::ThreadState::LockWait && !thread.ended)
      of(thread.object).time.add(thread.since_ns, model.now_ns());
  }
  return waits;
}

std::uint64_t quantile(const std::vector<std::uint64_t>& sorted, double q) {
  if (sorted.empty()) return 0;
  const auto rank = static_cast<std::size_t>(std::ceil(q * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

void measure_holds(const model::Model& model, const model::Lock& lock, const Stretch& stretch,
                   Contention& out) {
  BusyTime busy(stretch.begin_ns, stretch.end_ns);
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t seen = 0;
  for (const model::HoldInterval& hold : lock.history.rows()) {
    busy.add(hold.begin_ns, hold.end_ns == 0 ? model.now_ns() : hold.end_ns);
    if (hold.begin_ns < stretch.begin_ns || hold.begin_ns > stretch.end_ns) continue;
    if (seen++ == 0) first = hold.number;
    last = hold.number;
  }
  out.busy = busy.share();
  // The lock's own numbers also count what was not recorded.
  const std::uint64_t taken = std::max(seen, last >= first && seen > 0 ? last - first + 1 : 0);
  if (stretch.length_ns() > 0) {
    out.acquisitions_per_s =
        static_cast<double>(taken) / (static_cast<double>(stretch.length_ns()) / 1e9);
  }
}

}  // namespace

std::map<model::ObjectId, Contention> contentions(const model::Model& model,
                                                  const Stretch& stretch) {
  auto waits = collect_waits(model, stretch);
  std::map<model::ObjectId, Contention> all;
  for (const auto& [id, lock] : model.locks().rows()) {
    const model::Object* object = model.objects().find(id);
    if (object == nullptr || object->merged_into != 0) continue;
    Contention& row = all[id];
    row.lock = id;
    measure_holds(model, lock, stretch, row);
    for (const model::Thread* waiter : model.threads().waiting_on(id))
      row.waiters.push_back(waiter->key);
    const auto found = waits.find(id);
    if (found == waits.end()) continue;
    auto& lengths = found->second.lengths;
    std::sort(lengths.begin(), lengths.end());
    row.contended = found->second.time.share();
    row.pressure = found->second.time.pressure();
    row.waits = lengths.size();
    row.wait_p50_ns = quantile(lengths, 0.5);
    row.wait_p99_ns = quantile(lengths, 0.99);
    row.wait_max_ns = lengths.empty() ? 0 : lengths.back();
  }
  return all;
}

std::uint64_t longest_wait_ns(const model::Model& model, const Contention& row) {
  if (row.waiters.empty()) return row.wait_max_ns;
  const std::uint64_t since = model.threads().find(row.waiters.front())->since_ns;
  return std::max(row.wait_max_ns, model.now_ns() - std::min(since, model.now_ns()));
}

std::vector<Finding> contention_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  const Stretch stretch = lately(model);
  if (stretch.length_ns() < kWatchedNs) return findings;
  for (const auto& [id, row] : contentions(model, stretch)) {
    if (row.contended < kMostOfTheTime || row.waits < kManyWaits) continue;
    Finding finding;
    finding.rule = "lock-contended";
    finding.title = "Contended lock";
    finding.severity = Severity::Warning;
    finding.confidence = Confidence::Heuristic;
    finding.since_ns = stretch.begin_ns;
    finding.subjects = {Subject::of_object(id)};
    finding.id = finding_id(finding.rule, finding.subjects);
    finding.headline = names.say_object(id) << " is contended";
    finding.sentence = Text("Somebody waited for ")
                       << names.say_object(id)
                       << " " + std::to_string(static_cast<int>(std::lround(row.contended * 100))) +
                              " % of the last " + duration_text(stretch.length_ns()) + ": " +
                              plural(row.waits, "wait", "waits") + ", half of them longer than " +
                              duration_text(row.wait_p50_ns) + ", the longest " +
                              duration_text(row.wait_max_ns) + ".";
    finding.advice = "Hold it for less, or give each worker its own part of what it protects.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace inspector::analysis
