// Graph: boxes and arrows on ImDrawList. Measures the labels, asks present/graph_layout where they
// go, draws.
#pragma once

#include "present/graph_layout.hpp"
#include "present/graph_parts.hpp"
#include "ui/widgets.hpp"

#include <map>
#include <vector>

namespace inspector::ui {

// What a graph remembers between frames: where everything stands, so that a change glides instead
// of jumping.
struct GraphMemory {
  std::size_t fingerprint = 0;
  present::GraphLayout layout{};
  std::map<present::EntityRef, ImVec2> shown{};
};

// On a card that fills `room`; scaled down, never up, until it fits; below half size it scrolls
// instead.
void graph(Context&, const Path&, const std::vector<present::GraphNode>&,
           const std::vector<present::GraphEdge>&, GraphMemory&, ImVec2 room);

}  // namespace inspector::ui
