// Directed graphs as adjacency lists, and what deadlock detection and drawing ask of them:
// components, knots, cycles. Every answer is in a stable order that depends on node numbers only,
// so that sentences and pictures do not flicker.
#pragma once

#include <cstddef>
#include <vector>

namespace inspector::analysis {

using NodeIndex = std::size_t;

class Digraph {
 public:
  explicit Digraph(std::size_t node_count = 0) : successors_(node_count) {}

  NodeIndex add_node() {
    successors_.emplace_back();
    return successors_.size() - 1;
  }
  // Requires: both nodes exist. A second equal edge is kept out.
  void add_edge(NodeIndex from, NodeIndex to);

  [[nodiscard]] std::size_t size() const noexcept { return successors_.size(); }
  [[nodiscard]] const std::vector<NodeIndex>& successors(NodeIndex node) const {
    return successors_[node];
  }
  [[nodiscard]] bool has_edge(NodeIndex from, NodeIndex to) const;

 private:
  std::vector<std::vector<NodeIndex>> successors_;
};

// Tarjan's components, without recursion. Each is sorted; they come in the order of their smallest
// node.
std::vector<std::vector<NodeIndex>> strong_components(const Digraph& graph);

// Components that contain a cycle: more than one node, or one node with an edge to itself.
std::vector<std::vector<NodeIndex>> cyclic_components(const Digraph& graph);

// Cyclic components that no edge leaves: nobody outside can ever be reached, so nobody outside can
// help.
std::vector<std::vector<NodeIndex>> knots(const Digraph& graph);

// A shortest cycle through the smallest node of a cyclic component that has one; starts with that
// node.
std::vector<NodeIndex> cycle_in(const Digraph& graph, const std::vector<NodeIndex>& component);

// The largest set of nodes out of `blocked` in which each node has successors and all of them are
// in the set: a blocked thread is lost when everyone who could wake it is lost. `blocked` has one
// entry per node; so has the answer.
std::vector<bool> never_woken(const Digraph& graph, const std::vector<bool>& blocked);

}  // namespace inspector::analysis
