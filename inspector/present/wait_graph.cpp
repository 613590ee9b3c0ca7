#include "present/wait_graph.hpp"

#include "analysis/deadlocks.hpp"
#include "analysis/phrases.hpp"
#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/look.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace inspector::present {
namespace {

using analysis::Deadlock;
using analysis::NodeIndex;
using analysis::WaitGraph;

constexpr std::size_t kAlikeBeforeFolding = 4;
constexpr std::size_t kStories = 5;

class PictureBuilder {
 public:
  PictureBuilder(const Look& look, WaitGraphVm& vm)
      : look_(look),
        graph_(analysis::build_wait_graph(look.model)),
        vm_(vm),
        deadlocks_(analysis::find_deadlocks(graph_, look.model.now_ns())) {}

  void run() {
    for (std::size_t i = 0; i < deadlocks_.size(); ++i)
      add_deadlock(deadlocks_[i], static_cast<int>(i));
    for (NodeIndex node = 0; node < graph_.nodes.size(); ++node) {
      if (worth_showing(node)) drawn_.insert(node);
    }
    fold_alike();
    for (const NodeIndex node : drawn_) add_wait(node);
    tell_chains();
  }

 private:
  // Ring order: each member, then what it waits for.
  void add_deadlock(const Deadlock& deadlock, int number) {
    for (const NodeIndex node : deadlock.members) {
      drawn_.insert(node);
      lost_.insert(node);
      in_cycle_[node] = number;
      thread_node(node);
      const model::Thread& thread = *graph_.nodes[node].row;
      for (const model::ObjectId id : thread.waited_for())
        vm_.nodes[static_cast<std::size_t>(object_node(id))].cycle = number;
    }
    for (const NodeIndex node : deadlock.behind) {
      drawn_.insert(node);
      lost_.insert(node);
    }
    const analysis::Finding finding =
        analysis::describe(look_.model, look_.names, graph_, deadlock);
    const std::string word(analysis::confidence_name(finding.confidence));
    vm_.stories.push_back({Look::tone(finding), finding.title + ", " + word,
                           look_.sentence(finding.sentence), finding.advice, Look::alarm(finding)});
  }

  // Waiting for work or for a child is no trouble by itself.
  [[nodiscard]] bool worth_showing(NodeIndex node) const {
    if (!graph_.nodes[node].waits || graph_.nodes[node].row == nullptr) return false;
    switch (graph_.nodes[node].row->state) {
      case wire::ThreadState::LockWait:
      case wire::ThreadState::QueuePut:
      case wire::ThreadState::SemaphoreWait:
        return true;
      default:
        return false;
    }
  }

  // Many who wait for the same thing and hold nothing that others want become one box with a count.
  void fold_alike() {
    std::map<model::ObjectId, std::vector<NodeIndex>> alike;
    for (const NodeIndex node : drawn_) {
      const model::Thread& thread = *graph_.nodes[node].row;
      if (!in_cycle_.contains(node) && thread.held.empty() && thread.object != 0)
        alike[thread.object].push_back(node);
    }
    for (const auto& [object, nodes] : alike) {
      if (nodes.size() < kAlikeBeforeFolding) continue;
      for (const NodeIndex node : nodes) drawn_.erase(node);
      GraphNode crowd;
      crowd.label = plural(nodes.size(), "waiter", "waiters");
      crowd.count = static_cast<int>(nodes.size());
      crowd.ref = look_.ref(graph_.nodes[nodes.front()].thread);
      crowd.tone = look_.tone(*graph_.nodes[nodes.front()].row);
      std::vector<std::string> names;
      std::uint64_t longest = 0;
      for (const NodeIndex node : nodes) {
        names.push_back(look_.names.thread(graph_.nodes[node].thread));
        longest = std::max(longest, look_.age(graph_.nodes[node].row->since_ns));
      }
      crowd.note = "up to " + duration_text(longest);
      crowd.tip = tip_of(crowd.label, list_text(names), crowd.note);
      vm_.nodes.push_back(crowd);
      const int from = static_cast<int>(vm_.nodes.size()) - 1;
      vm_.edges.push_back(
          {from, object_node(object), "wait " + crowd.note, crowd.tone, false, false});
      add_helpers(nodes.front(), object);
    }
  }

  void add_wait(NodeIndex node) {
    const model::Thread& thread = *graph_.nodes[node].row;
    const int from = thread_node(node);
    const std::string lasted = duration_text(look_.age(thread.since_ns));
    const Tone tone = look_.tone(thread);
    for (const analysis::WaitLink& link : graph_.links) {
      if (link.from == node && link.object == 0)
        vm_.edges.push_back({from, thread_node(link.to), "joins, " + lasted, tone,
                             same_cycle(node, link.to), false});
    }
    for (const model::ObjectId id : thread.waited_for()) {
      vm_.edges.push_back(
          {from, object_node(id), "waits " + lasted, tone, in_cycle_.contains(node), false});
      add_helpers(node, id);
    }
  }

  // Who could end the wait for it: the holder, or everyone lost who might have helped.
  void add_helpers(NodeIndex node, model::ObjectId waited) {
    if (!helped_.insert(waited).second) return;
    const int object = object_node(waited);
    const bool single = graph_.nodes[node].row->state == wire::ThreadState::LockWait;
    const auto is_helper = [&](const analysis::WaitLink& link) {
      return link.from == node && link.object == waited && (single || lost_.contains(link.to));
    };
    // From outside, arrows into a cycle are drawn only where there are no others.
    const bool others = std::any_of(
        graph_.links.begin(), graph_.links.end(),
        [&](const auto& link) { return is_helper(link) && !in_cycle_.contains(link.to); });
    for (const analysis::WaitLink& link : graph_.links) {
      if (!is_helper(link)) continue;
      const bool ring = same_cycle(node, link.to);
      if (!single && !ring && others && in_cycle_.contains(link.to)) continue;
      const char* label = single ? "held by" : ring ? "could be ended by" : "";
      vm_.edges.push_back({object, thread_node(link.to), label,
                           single ? Tone::Holding : Tone::Unknown, ring, !single});
    }
    if (const model::Lock* lock = look_.model.locks().find(waited);
        lock != nullptr && lock->state == model::LockState::OwnerDead) {
      vm_.edges.push_back(
          {object, dead_node(lock->dead_owner), "left by", Tone::Dead, false, false});
    }
  }

  [[nodiscard]] bool same_cycle(NodeIndex a, NodeIndex b) const {
    const auto x = in_cycle_.find(a);
    const auto y = in_cycle_.find(b);
    return x != in_cycle_.end() && y != in_cycle_.end() && x->second == y->second;
  }

  int thread_node(NodeIndex node) {
    const auto [known, fresh] =
        thread_nodes_.try_emplace(graph_.nodes[node].thread, static_cast<int>(vm_.nodes.size()));
    if (!fresh) return known->second;
    const analysis::WaitNode& from = graph_.nodes[node];
    const Chip chip = look_.chip(from.thread);
    GraphNode box;
    box.ref = chip.ref;
    box.label = chip.label;
    box.tip = chip.tip;
    box.tone = from.row == nullptr ? Tone::Unknown : look_.tone(*from.row);
    if (const auto number = in_cycle_.find(node); number != in_cycle_.end())
      box.cycle = number->second;
    if (from.row != nullptr && !from.row->note.empty()) {
      box.note = from.row->note;
    } else if (from.waits) {
      box.note = "waiting " + duration_text(look_.age(from.row->since_ns));
    } else {
      box.note = from.row == nullptr ? "not known" : "running";
    }
    vm_.nodes.push_back(std::move(box));
    return known->second;
  }

  int dead_node(model::ThreadKey key) {
    const auto [known, fresh] = thread_nodes_.try_emplace(key, static_cast<int>(vm_.nodes.size()));
    if (!fresh) return known->second;
    const Chip chip = look_.chip(key.process);
    vm_.nodes.push_back({chip.ref, chip.label.empty() ? "unknown" : chip.label, "dead", Tone::Dead,
                         -1, 1, chip.tip});
    return known->second;
  }

  int object_node(model::ObjectId id) {
    const auto [known, fresh] = object_nodes_.try_emplace(id, static_cast<int>(vm_.nodes.size()));
    if (!fresh) return known->second;
    const Chip chip = look_.chip_object(id);
    const model::Object* object = look_.model.objects().find(id);
    const std::string note =
        object != nullptr && !object->site.empty() ? object->site : look_.names.kind_word(id);
    vm_.nodes.push_back({chip.ref, chip.label, note, chip.tone, -1, 1, chip.tip});
    return known->second;
  }

  // A sentence for each of the longest waits that belong to no deadlock.
  void tell_chains() {
    std::vector<const model::Thread*> waits;
    for (const NodeIndex node : drawn_) {
      if (!lost_.contains(node)) waits.push_back(graph_.nodes[node].row);
    }
    std::stable_sort(waits.begin(), waits.end(),
                     [](auto* a, auto* b) { return a->since_ns < b->since_ns; });
    for (std::size_t i = 0; i < std::min(waits.size(), kStories); ++i) {
      const model::Thread& thread = *waits[i];
      analysis::Text text = look_.names.say(thread.key)
                            << " " << analysis::wait_phrase(look_.names, thread)
                            << " (" + duration_text(look_.age(thread.since_ns)) + ")";
      const model::Lock* lock = look_.model.locks().find(thread.object);
      if (lock != nullptr && lock->held()) {
        text << (lock->state == model::LockState::OwnerDead ? ", left locked by " : ", held by ")
             << look_.names.say(lock->holder);
      }
      vm_.stories.push_back({look_.tone(thread), "Wait", look_.sentence(text << "."), "", {}});
    }
  }

  const Look& look_;
  WaitGraph graph_;
  WaitGraphVm& vm_;
  std::vector<Deadlock> deadlocks_;
  std::set<NodeIndex> drawn_;
  std::set<NodeIndex> lost_;
  std::map<NodeIndex, int> in_cycle_;
  std::set<model::ObjectId> helped_;
  std::map<model::ThreadKey, int> thread_nodes_;
  std::map<model::ObjectId, int> object_nodes_;
};

}  // namespace

WaitGraphVm build_wait_graph(const Look& look) {
  WaitGraphVm vm;
  PictureBuilder(look, vm).run();
  if (vm.nodes.empty())
    vm.empty = {"Nobody waits",
                "Threads that wait for a lock, or for room in a queue, appear here with whom they "
                "wait for.",
                ""};
  return vm;
}

}  // namespace inspector::present
