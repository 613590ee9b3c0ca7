// The wait-for graph of a moment: who waits, and who could end the wait. What deadlocks are found
// in, and what the picture of them is drawn from.
#pragma once

#include "analysis/digraph.hpp"
#include "model/model.hpp"

#include <vector>

namespace inspector::analysis {

// Somebody who could end a wait. Locks and joins have exactly one; a queue has all who can put or
// take, a wait over several things all who could make one of them ready, one for the tasks of a
// queue all who have it.
struct WaitLink {
  NodeIndex from = 0;
  NodeIndex to = 0;
  model::ObjectId object = 0;  // what is waited for; 0: the end of a process
};

struct WaitNode {
  model::ThreadKey thread;             // of a process without known threads: its main slot
  const model::Thread* row = nullptr;  // null: such a process, which counts as running
  bool waits = false;
  bool for_ever = false;  // waits without a timeout
  // When the newest of those who could have ended this wait died or closed the object; 0: nobody
  // did.
  std::uint64_t last_helper_gone_ns = 0;
};

// A view: the model must outlive it and stand still. Nodes come in the order of their processes'
// first sight.
struct WaitGraph {
  std::vector<WaitNode> nodes;
  std::vector<WaitLink> links;
  Digraph
      single;   // only links that are the one way to end a wait: lock to holder, join to its target
  Digraph any;  // these and all who might help
};

WaitGraph build_wait_graph(const model::Model& model);

}  // namespace inspector::analysis
