// The flow graph: which process puts into which queue, and who takes out of it.
#pragma once

#include "present/facts.hpp"
#include "present/graph_parts.hpp"
#include "present/view_state.hpp"

#include <vector>

namespace inspector::present {

struct FlowGraphVm {
  std::vector<GraphNode> nodes;  // processes in the order of their birth, then queues
  std::vector<GraphEdge> edges;  // put: process to queue; get: queue to process
  EmptyState empty{};
};

FlowGraphVm build_flow_graph(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
