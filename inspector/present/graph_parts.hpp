// Boxes and arrows of a graph. Where they stand is the drawer's business (ui/graph): it knows how
// wide the labels are.
#pragma once

#include "present/parts.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct GraphNode {
  EntityRef ref{};
  std::string label;  // "worker-3", "results_lock"
  std::string note;   // "waiting 12.4 s", "taken at store.cpp:88", "58 of 64 · 210 /s"
  Tone tone = Tone::Neutral;
  int cycle = -1;  // nodes of one deadlock share a number and stand in ring order
  int count = 1;   // > 1: stands for that many alike
  Tip tip{};
  float fill = -1;  // 0..1: how full; negative: no such thing
  Tone fill_tone = Tone::Neutral;
};

struct GraphEdge {
  int from = 0;       // index into nodes: the waiter, or the lock
  int to = 0;         // what it waits for, or who holds it
  std::string label;  // "waits 12.4 s", "held by", "1.2 k"
  Tone tone = Tone::Neutral;
  bool in_cycle = false;
  bool dashed = false;  // one of several possible wakers
  float width = 1.5F;
  bool feedback = false;  // leads back to where the flow comes from
};

}  // namespace inspector::present
