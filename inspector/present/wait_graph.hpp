// The wait-for graph: only the blocked and what they wait for.
#pragma once

#include "present/facts.hpp"
#include "present/graph_parts.hpp"
#include "present/view_state.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct WaitGraphVm {
  std::vector<GraphNode> nodes;
  std::vector<GraphEdge> edges;
  // What the picture says, one sentence per cycle or chain.
  struct Story {
    Tone tone = Tone::Alarm;
    std::string title;  // "Deadlock, proven"
    Sentence text;
    std::string advice;
    EntityRef alarm{};
  };
  std::vector<Story> stories;
  EmptyState empty{};  // "Nobody waits"
};

WaitGraphVm build_wait_graph(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
