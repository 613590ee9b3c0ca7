#include "analysis/deadlocks.hpp"
#include "analysis/flow.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace inspector::analysis {
namespace {

constexpr std::uint64_t kLongPutNs = 1'000'000'000;
constexpr std::uint64_t kOldItemNs = 200'000'000;

// What a queue's trouble may come from.
struct Around {
  std::map<model::ObjectId, Flow> flows;
  std::set<model::Puid> lost;  // processes in a deadlock or behind one
};

Text names_of(const Names& names, const std::vector<model::Puid>& processes) {
  std::vector<Text> all;
  for (const model::Puid puid : processes) all.push_back(names.say(puid));
  return join_texts(all, 4);
}

std::string percent(double share) {
  return std::to_string(static_cast<int>(std::lround(share * 100))) + " %";
}

// Back pressure in front of busy consumers is how a bounded queue should look. It is worth a
// warning only if it lasts and items grow old meanwhile, or if a single put takes a second.
bool is_trouble(const model::Model& model, const Flow& flow) {
  if (!flow.blocked_putters.empty()) {
    const auto* longest = model.threads().find(flow.blocked_putters.front());
    if (model.now_ns() - longest->since_ns >= kLongPutNs) return true;
  }
  const auto latency = flow.latency_ns();
  return lately(model).length_ns() >= kLatelyNs && latency && *latency >= kOldItemNs;
}

// Another queue for which the consumers of this one wait for room; null if there is none.
const Flow* held_up_by(const std::map<model::ObjectId, Flow>& flows, const Flow& flow) {
  for (const auto& [id, other] : flows) {
    if (id == flow.queue || other.put_blocked < 0.5) continue;
    const bool same =
        std::any_of(flow.consumers.begin(), flow.consumers.end(), [&](model::Puid puid) {
          return std::find(other.producers.begin(), other.producers.end(), puid) !=
                 other.producers.end();
        });
    if (same) return &other;
  }
  return nullptr;
}

// Why the consumers are slow, where it is not their own work. Then the queue is not the trouble.
void add_cause(const Around& around, const Names& names, const Flow& flow, Finding& finding) {
  const auto is_lost = [&](model::Puid puid) { return around.lost.contains(puid); };
  if (!flow.consumers.empty() &&
      std::all_of(flow.consumers.begin(), flow.consumers.end(), is_lost)) {
    finding.severity = Severity::Info;
    finding.headline = names.say_object(flow.queue) << " is full behind a deadlock";
    finding.sentence << (flow.consumers.size() == 1 ? ", which is" : ", who are")
                     << " stuck in a deadlock";
    finding.advice = "End the deadlock; the queue will follow.";
  } else if (const Flow* other = held_up_by(around.flows, flow)) {
    finding.severity = Severity::Info;
    finding.headline = names.say_object(flow.queue)
                       << " backs up behind " << names.say_object(other->queue);
    finding.sentence << ", held up by " << names.say_object(other->queue);
    finding.advice = "Look at that queue; this one will follow.";
  }
}

void describe_full(const model::Model& model, const Around& around, const Names& names,
                   const Flow& flow, Finding& finding) {
  finding.rule = "queue-full";
  finding.title = "Slow consumer";
  finding.headline = names.say_object(flow.queue) << " is full, its consumers are too slow";
  finding.since_ns = flow.full_since_ns;
  finding.advice = "Add consumers or make each item cheaper; a larger queue only delays the wait.";
  if (!is_trouble(model, flow)) finding.severity = Severity::Info;
  finding.sentence = Text("Queue ")
                     << Span{names.object(flow.queue), Subject::of_object(flow.queue)}
                     << (flow.depth < flow.capacity ? " is all but full (" : " is full (")
                     << std::to_string(flow.depth) + " of " + std::to_string(flow.capacity) + "): ";
  if (flow.consumers.empty()) {
    finding.sentence << "nobody has taken an item yet";
  } else {
    finding.sentence << names_of(names, flow.consumers)
                     << (flow.consumers.size() == 1 ? " takes " : " take ")
                     << rate_text(flow.out_per_s);
    add_cause(around, names, flow, finding);
  }
  if (!flow.blocked_putters.empty()) {
    std::vector<Text> blocked;
    for (const model::ThreadKey key : flow.blocked_putters) blocked.push_back(names.say(key));
    const auto* longest = model.threads().find(flow.blocked_putters.front());
    finding.sentence << "; " << join_texts(blocked, 4) << (blocked.size() == 1 ? " is" : " are")
                     << " blocked for " + duration_text(model.now_ns() - longest->since_ns);
    if (finding.since_ns == 0) finding.since_ns = longest->since_ns;
  }
  finding.sentence << "; somebody waited for room " + percent(flow.put_blocked) + " of the last " +
                          duration_text(lately(model).length_ns()) + ".";
}

void describe_growing(const Names& names, const Flow& flow, Finding& finding) {
  finding.rule = "queue-growing";
  finding.title = "Queue grows";
  finding.headline = names.say_object(flow.queue) << " grows by " + rate_text(flow.growth_per_s);
  finding.sentence = Text("Queue ")
                     << Span{names.object(flow.queue), Subject::of_object(flow.queue)}
                     << " holds " + plural(flow.depth, "item", "items") + " and grows by " +
                            rate_text(flow.growth_per_s) + ": " + rate_text(flow.in_per_s) +
                            " come in, " + rate_text(flow.out_per_s) + " go out";
  if (const auto left = flow.full_in_ns())
    finding.sentence << "; it is full in about " + duration_text(*left);
  finding.sentence << ".";
  finding.advice =
      "Add consumers, or bound the queue so that producers wait instead of filling memory.";
}

void describe_stuck(const model::Model& model, const Names& names, const Flow& flow,
                    Finding& finding) {
  const auto* longest = model.threads().find(flow.blocked_getters.front());
  finding.rule = "queue-stuck";
  finding.title = "Queue stuck";
  finding.since_ns = longest->since_ns;
  finding.headline = names.say_object(flow.queue) << " does not move";
  finding.sentence = names.say(longest->key)
                     << " waits for " + duration_text(model.now_ns() - longest->since_ns) +
                            " for an item of "
                     << names.say_object(flow.queue)
                     << ", which holds " + plural(flow.depth, "item", "items") + ".";
  finding.advice =
      "A reader that was stopped or killed in the middle of a get may hold the reading end.";
}

}  // namespace

std::vector<Finding> flow_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  const Around around{flows(model, lately(model)), lost_processes(model)};
  for (const auto& [id, flow] : around.flows) {
    Finding finding;
    finding.severity = Severity::Warning;
    finding.confidence = Confidence::Heuristic;
    finding.since_ns = lately(model).begin_ns;
    switch (flow.verdict) {
      case FlowVerdict::ConsumersTooSlow:
        describe_full(model, around, names, flow, finding);
        break;
      case FlowVerdict::Growing:
        describe_growing(names, flow, finding);
        break;
      case FlowVerdict::Stuck:
        describe_stuck(model, names, flow, finding);
        break;
      default:
        continue;
    }
    finding.subjects.push_back(Subject::of_object(id));
    finding.id = finding_id(finding.rule, finding.subjects);
    for (const model::ThreadKey key : flow.blocked_putters)
      finding.subjects.push_back(Subject::of(key));
    for (const model::ThreadKey key : flow.blocked_getters)
      finding.subjects.push_back(Subject::of(key));
    const model::Object* object = model.objects().find(id);
    if (!object->site.empty())
      finding.details.push_back(Text("It was created at " + object->site + "."));
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace inspector::analysis
