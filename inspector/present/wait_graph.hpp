// The wait-for graph: only the blocked and what they wait for. Where nodes stand is the drawer's
// business (ui/graph): it knows how wide the labels are.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct GraphNode {
  EntityRef ref{};
  std::string label;  // "worker-3", "results_lock"
  std::string note;   // "waiting 12.4 s", "taken at store.cpp:88"
  Tone tone = Tone::Neutral;
  int cycle = -1;  // nodes of one deadlock share a number and stand in ring order
  int count = 1;   // > 1: stands for that many alike
  Tip tip{};
};

struct GraphEdge {
  int from = 0;       // index into nodes: the waiter, or the lock
  int to = 0;         // what it waits for, or who holds it
  std::string label;  // "waits 12.4 s", "held by"
  Tone tone = Tone::Neutral;
  bool in_cycle = false;
  bool dashed = false;  // one of several possible wakers
};

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
