#include "analysis/lock_orders.hpp"

#include "analysis/digraph.hpp"
#include "analysis/words.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace inspector::analysis {
namespace {

using model::LockOrder;
using model::ObjectId;

// A round of orders: the second of each is the first of the next.
using Round = std::vector<const LockOrder*>;

bool is_by_one_thread(const Round& round) {
  return std::all_of(round.begin(), round.end(), [&](const LockOrder* order) {
    return !order->by_others && order->thread == round.front()->thread;
  });
}

// A lock that is none of the round, and that was held at each of its steps.
bool is_guarded(const Round& round) {
  const auto guards_all = [&](ObjectId guard) {
    return std::all_of(round.begin(), round.end(), [guard](const LockOrder* order) {
      return order->first != guard && order->second != guard &&
             std::count(order->guards.begin(), order->guards.end(), guard) > 0;
    });
  };
  const std::vector<ObjectId>& first = round.front()->guards;
  return std::any_of(first.begin(), first.end(), guards_all);
}

Text with_site(const model::Model& model, const Names& names, ObjectId id) {
  const model::Object* object = model.objects().find(id);
  Text text = names.say_object(id);
  if (object != nullptr && !object->site.empty()) text << " (made at " + object->site + ")";
  return text;
}

// " at transfer.cpp:41", as far as it is known: level 3 tells it.
std::string at_site(const model::Model& model, const LockOrder& order, std::uint16_t site,
                    const char* before) {
  const std::string& place = model.call_sites().text(order.thread.process, site);
  return place.empty() ? "" : before + place;
}

Finding describe(const model::Model& model, const Names& names, const Round& round) {
  Finding finding;
  finding.rule = "lock-order";
  finding.title = round.size() == 2 ? "Locks in both orders" : "Locks in a circle of orders";
  finding.severity = Severity::Warning;
  finding.confidence = Confidence::Probable;
  std::vector<Text> locks;
  std::vector<Text> steps;
  for (const LockOrder* order : round) {
    finding.subjects.push_back(Subject::of_object(order->first));
    finding.since_ns = std::max(finding.since_ns, order->since_ns);
    locks.push_back(names.say_object(order->first));
    const std::string where = at_site(model, *order, order->second_site, " at ");
    steps.push_back(names.say(order->thread)
                    << " takes " << names.say_object(order->second) << where + " while it holds "
                    << names.say_object(order->first));
    finding.details.push_back(names.say(order->thread)
                              << " took " << with_site(model, names, order->second)
                              << where + " while it held " << with_site(model, names, order->first)
                              << at_site(model, *order, order->first_site, ", taken at ")
                              << ": " + plural(order->times, "time", "times") +
                                     (order->by_others ? ", and others did" : ""));
  }
  finding.id = finding_id(finding.rule, finding.subjects);
  for (const LockOrder* order : round) finding.subjects.push_back(Subject::of(order->thread));
  finding.headline = join_texts(locks) << " are taken in different orders";
  finding.sentence = join_texts(steps);
  finding.sentence << (round.size() == 2 ? ": when they meet, both hang."
                                         : ": when they meet, all of them hang.");
  finding.advice = "Take these locks in one order everywhere, or hold only one of them at a time.";
  return finding;
}

}  // namespace

std::vector<Finding> lock_order_findings(const model::Model& model, const Names& names) {
  const auto& orders = model.locks().orders().rows();
  std::map<ObjectId, NodeIndex> nodes;
  std::vector<ObjectId> locks;
  Digraph graph;
  const auto node = [&](ObjectId id) {
    const auto [place, is_new] = nodes.try_emplace(id, graph.size());
    if (is_new) {
      graph.add_node();
      locks.push_back(id);
    }
    return place->second;
  };
  for (const auto& [key, order] : orders) {
    if (model.objects().find(order.first) == nullptr ||
        model.objects().find(order.second) == nullptr)
      continue;
    const NodeIndex from = node(order.first);
    graph.add_edge(from, node(order.second));
  }
  std::vector<Finding> findings;
  for (const std::vector<NodeIndex>& component : cyclic_components(graph)) {
    const std::vector<NodeIndex> cycle = cycle_in(graph, component);
    Round round;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
      const std::uint64_t first = locks[cycle[i]];
      const std::uint64_t second = locks[cycle[(i + 1) % cycle.size()]];
      round.push_back(&orders.at(first << 32 | second));
    }
    if (round.empty() || is_by_one_thread(round) || is_guarded(round)) continue;
    findings.push_back(describe(model, names, round));
  }
  return findings;
}

}  // namespace inspector::analysis
