#include "analysis/digraph.hpp"

#include <algorithm>
#include <limits>

namespace inspector::analysis {
namespace {

constexpr std::size_t kUnseen = std::numeric_limits<std::size_t>::max();

// One run of Tarjan's algorithm; the call stack is a vector because chains of waits may be
// thousands long.
class Tarjan {
 public:
  explicit Tarjan(const Digraph& graph)
      : graph_(graph),
        index_(graph.size(), kUnseen),
        low_(graph.size(), 0),
        on_stack_(graph.size(), false) {}

  std::vector<std::vector<NodeIndex>> run() {
    for (NodeIndex node = 0; node < graph_.size(); ++node) {
      if (index_[node] == kUnseen) visit(node);
    }
    for (auto& component : components_) std::sort(component.begin(), component.end());
    std::sort(components_.begin(), components_.end());
    return std::move(components_);
  }

 private:
  struct Call {
    NodeIndex node;
    std::size_t next;
  };

  void enter(NodeIndex node) {
    index_[node] = low_[node] = count_++;
    stack_.push_back(node);
    on_stack_[node] = true;
    calls_.push_back({node, 0});
  }

  void visit(NodeIndex start) {
    enter(start);
    while (!calls_.empty()) {
      Call& call = calls_.back();
      const NodeIndex node = call.node;
      const auto& successors = graph_.successors(node);
      if (call.next < successors.size()) {
        const NodeIndex next = successors[call.next++];
        if (index_[next] == kUnseen) {
          enter(next);
        } else if (on_stack_[next]) {
          low_[node] = std::min(low_[node], index_[next]);
        }
        continue;
      }
      calls_.pop_back();
      if (!calls_.empty())
        low_[calls_.back().node] = std::min(low_[calls_.back().node], low_[node]);
      if (low_[node] == index_[node]) close_component(node);
    }
  }

  void close_component(NodeIndex root) {
    auto& component = components_.emplace_back();
    NodeIndex node;
    do {
      node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      component.push_back(node);
    } while (node != root);
  }

  const Digraph& graph_;
  std::vector<std::size_t> index_;
  std::vector<std::size_t> low_;
  std::vector<bool> on_stack_;
  std::vector<NodeIndex> stack_;
  std::vector<Call> calls_;
  std::vector<std::vector<NodeIndex>> components_;
  std::size_t count_ = 0;
};

bool contains(const std::vector<NodeIndex>& sorted, NodeIndex node) {
  return std::binary_search(sorted.begin(), sorted.end(), node);
}

}  // namespace

void Digraph::add_edge(NodeIndex from, NodeIndex to) {
  if (!has_edge(from, to)) successors_[from].push_back(to);
}

bool Digraph::has_edge(NodeIndex from, NodeIndex to) const {
  const auto& successors = successors_[from];
  return std::find(successors.begin(), successors.end(), to) != successors.end();
}

std::vector<std::vector<NodeIndex>> strong_components(const Digraph& graph) {
  return Tarjan(graph).run();
}

std::vector<std::vector<NodeIndex>> cyclic_components(const Digraph& graph) {
  auto components = strong_components(graph);
  std::erase_if(components, [&](const std::vector<NodeIndex>& component) {
    return component.size() == 1 && !graph.has_edge(component.front(), component.front());
  });
  return components;
}

std::vector<std::vector<NodeIndex>> knots(const Digraph& graph) {
  auto components = cyclic_components(graph);
  std::erase_if(components, [&](const std::vector<NodeIndex>& component) {
    return std::any_of(component.begin(), component.end(), [&](NodeIndex node) {
      const auto& next = graph.successors(node);
      return std::any_of(next.begin(), next.end(),
                         [&](NodeIndex to) { return !contains(component, to); });
    });
  });
  return components;
}

std::vector<NodeIndex> cycle_in(const Digraph& graph, const std::vector<NodeIndex>& component) {
  if (component.empty()) return {};
  const NodeIndex start = component.front();
  std::vector<NodeIndex> came_from(graph.size(), kUnseen);
  std::vector<NodeIndex> queue{start};
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const NodeIndex node = queue[head];
    for (const NodeIndex next : graph.successors(node)) {
      if (next == start) {
        std::vector<NodeIndex> cycle;
        for (NodeIndex at = node; at != start; at = came_from[at]) cycle.push_back(at);
        cycle.push_back(start);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      if (came_from[next] != kUnseen || !contains(component, next)) continue;
      came_from[next] = node;
      queue.push_back(next);
    }
  }
  return {};
}

std::vector<bool> never_woken(const Digraph& graph, const std::vector<bool>& blocked) {
  std::vector<bool> lost = blocked;
  std::vector<std::vector<NodeIndex>> waiting_on(graph.size());
  std::vector<NodeIndex> saved;
  for (NodeIndex node = 0; node < graph.size(); ++node) {
    for (const NodeIndex to : graph.successors(node)) waiting_on[to].push_back(node);
    if (graph.successors(node).empty()) lost[node] = false;
    if (!lost[node]) saved.push_back(node);
  }
  // A node that is not lost saves everyone whom it can wake.
  while (!saved.empty()) {
    const NodeIndex node = saved.back();
    saved.pop_back();
    for (const NodeIndex waiter : waiting_on[node]) {
      if (!lost[waiter]) continue;
      lost[waiter] = false;
      saved.push_back(waiter);
    }
  }
  return lost;
}

}  // namespace inspector::analysis
