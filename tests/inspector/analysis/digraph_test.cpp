#include "analysis/digraph.hpp"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

Digraph make(std::size_t nodes, std::initializer_list<std::pair<NodeIndex, NodeIndex>> edges) {
  Digraph graph(nodes);
  for (const auto& [from, to] : edges) graph.add_edge(from, to);
  return graph;
}

using Components = std::vector<std::vector<NodeIndex>>;

TEST(Digraph, ComponentsComeInTheOrderOfTheirSmallestNode) {
  const Digraph graph = make(6, {{5, 4}, {4, 5}, {3, 0}, {0, 2}, {2, 3}, {2, 5}});

  EXPECT_EQ(strong_components(graph), (Components{{0, 2, 3}, {1}, {4, 5}}));
}

TEST(Digraph, ANodeThatPointsAtItselfIsACycle) {
  EXPECT_EQ(cyclic_components(make(3, {{1, 1}, {0, 2}})), (Components{{1}}));
}

TEST(Digraph, ACycleWithAWayOutIsNoKnot) {
  const Digraph graph = make(5, {{0, 1}, {1, 0}, {1, 2}, {3, 4}, {4, 3}});

  EXPECT_EQ(knots(graph), (Components{{3, 4}}));
}

TEST(Digraph, TheShortestCycleStartsAtTheSmallestNode) {
  const Digraph graph = make(5, {{4, 2}, {2, 3}, {3, 1}, {1, 4}, {3, 4}, {1, 2}});

  EXPECT_EQ(cycle_in(graph, {1, 2, 3, 4}), (std::vector<NodeIndex>{1, 2, 3}));
}

TEST(Digraph, AChainOfAHundredThousandWaitsNeedsNoStack) {
  Digraph graph(100'000);
  for (NodeIndex node = 0; node + 1 < graph.size(); ++node) graph.add_edge(node, node + 1);
  graph.add_edge(graph.size() - 1, 0);

  ASSERT_EQ(cyclic_components(graph).size(), 1u);
  EXPECT_EQ(cycle_in(graph, cyclic_components(graph).front()).size(), 100'000u);
}

TEST(Digraph, AWaiterThatSomeoneFreeCanWakeIsNotLost) {
  // 0 and 1 wait for each other, but 1 could also be woken by 2, who runs.
  EXPECT_EQ(never_woken(make(3, {{0, 1}, {1, 0}, {1, 2}}), {true, true, false}),
            (std::vector<bool>{false, false, false}));
}

TEST(Digraph, WaitersBehindALostPairAreLostToo) {
  EXPECT_EQ(never_woken(make(4, {{0, 1}, {1, 0}, {2, 0}, {3, 2}}), {true, true, true, true}),
            (std::vector<bool>{true, true, true, true}));
}

TEST(Digraph, ABlockedNodeOfWhichNobodyKnowsAWakerIsNotLost) {
  EXPECT_EQ(never_woken(make(1, {}), {true}), (std::vector<bool>{false}));
}

// Reachability by brute force says the same as Tarjan.
TEST(Digraph, ComponentsAgreeWithReachabilityOnRandomGraphs) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    const std::size_t n = 1 + random() % 12;
    Digraph graph(n);
    for (std::size_t edge = 0; edge < random() % (2 * n + 1); ++edge)
      graph.add_edge(random() % n, random() % n);
    std::vector<std::vector<bool>> reach(n, std::vector<bool>(n, false));
    for (NodeIndex i = 0; i < n; ++i) {
      reach[i][i] = true;
      for (const NodeIndex to : graph.successors(i)) reach[i][to] = true;
    }
    for (NodeIndex k = 0; k < n; ++k)
      for (NodeIndex i = 0; i < n; ++i)
        for (NodeIndex j = 0; j < n; ++j) reach[i][j] = reach[i][j] || (reach[i][k] && reach[k][j]);

    std::vector<std::size_t> component_of(n);
    const Components components = strong_components(graph);
    for (std::size_t c = 0; c < components.size(); ++c)
      for (const NodeIndex node : components[c]) component_of[node] = c;

    for (NodeIndex i = 0; i < n; ++i)
      for (NodeIndex j = 0; j < n; ++j)
        ASSERT_EQ(component_of[i] == component_of[j], reach[i][j] && reach[j][i])
            << "round " << round;
  }
}

}  // namespace
}  // namespace inspector::analysis
