// Where the labels of a graph's arrows go, in numbers: each on its arrow, off the others and off
// the boxes as far as there is room. Pure: the same graph gives the same picture.
#pragma once

#include "present/graph_layout.hpp"

#include <vector>

namespace inspector::present {

struct ArrowLabel {
  std::vector<LayoutPoint> route;  // at least one point
  float width = 0;
  float height = 0;
};

struct LabelObstacle {
  LayoutPoint center;
  LayoutNode size;
};

// The centers, one per label: the middle of its arrow, or near it. Earlier labels choose first.
// Cost O(labels * (labels + obstacles)).
std::vector<LayoutPoint> place_labels(const std::vector<ArrowLabel>& labels,
                                      const std::vector<LabelObstacle>& boxes);

}  // namespace inspector::present
