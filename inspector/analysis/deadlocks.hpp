// Deadlocks: threads that wait for each other so that none can ever go on, and circles that only a
// timeout ends.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"
#include "analysis/wait_graph.hpp"

#include <set>
#include <vector>

namespace inspector::analysis {

// Waits that stood unchanged for less are not called a deadlock: events of two processes may arrive
// out of step.
inline constexpr std::uint64_t kDeadlockStandsNs = 250'000'000;
// Where several could help, more patience.
inline constexpr std::uint64_t kKnotStandsNs = 1'000'000'000;

struct Deadlock {
  std::vector<NodeIndex> members;  // of a circle: in its order, each waits for the next
  std::vector<NodeIndex> behind;   // wait for a member, directly or not, and are lost too
  bool proven = false;  // one circle over locks and joins; else everyone who could help is stuck
  bool timed = false;   // a timeout will end it
  std::uint64_t since_ns = 0;  // when the last member began to wait, or the last helper was gone
};

std::vector<Deadlock> find_deadlocks(const WaitGraph& graph, std::uint64_t now_ns);

// Processes with a thread that will never go on by itself.
std::set<model::Puid> lost_processes(const model::Model& model);

// Rules "deadlock" and "stall".
std::vector<Finding> deadlock_findings(const model::Model& model, const Names& names);
Finding describe(const model::Model& model, const Names& names, const WaitGraph& graph,
                 const Deadlock& deadlock);

}  // namespace inspector::analysis
