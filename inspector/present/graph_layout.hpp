// Where the boxes and arrows of a directed graph go, in numbers: cycles as rings, the rest in
// layers from left to right, or downwards. Pure and without randomness: the same graph gives the
// same picture in every run and on every machine.
#pragma once

#include <cstddef>
#include <vector>

namespace inspector::present {

struct LayoutPoint {
  float x = 0;
  float y = 0;
  bool operator==(const LayoutPoint&) const = default;
};

struct LayoutNode {
  float width = 0;
  float height = 0;
};

struct LayoutEdge {
  std::size_t from = 0;
  std::size_t to = 0;
  float weight = 1;  // a ring turns the ends of its heavy edges towards where they come from
};

struct LayoutOptions {
  float gap_x = 56;       // between layers
  float gap_y = 18;       // between boxes of one layer
  float ring_gap = 18;    // between neighbours on a ring, at least
  float margin = 16;      // around everything
  bool downward = false;  // layers from the top to the bottom
};

// A route starts and ends on the borders of its two boxes; points between them go round other
// boxes.
struct EdgeRoute {
  std::vector<LayoutPoint> points;
  bool on_ring = false;  // both ends are members of the same cycle
};

struct GraphLayout {
  std::vector<LayoutPoint> centers;  // one per node
  std::vector<EdgeRoute> routes;     // one per edge
  float width = 0;
  float height = 0;
};

// Boxes never overlap. Cost O((nodes + edges) * sweeps). Requires: every edge names existing nodes.
GraphLayout layout_graph(const std::vector<LayoutNode>& nodes, const std::vector<LayoutEdge>& edges,
                         const LayoutOptions& options = {});

}  // namespace inspector::present
