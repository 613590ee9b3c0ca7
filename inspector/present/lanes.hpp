// Lanes: one line per thing over time, with bars for what it was doing or who had it.
#pragma once

#include "present/parts.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspector::present {

struct LaneBar {
  float from = 0;  // fractions of the window
  float to = 0;
  Tone tone = Tone::Holding;
  float hue = 0;      // identity colour of `ref`
  std::string label;  // the holder, or "37 holds" when folded
  EntityRef ref{};    // the holder, or what was waited for
  bool folded = false;
  bool waiting = false;  // somebody waited meanwhile: hatched
  Tip tip{};
};

struct Lane {
  Chip chip;
  std::vector<LaneBar> bars;
};

struct Lanes {
  std::string title{};   // "Who held it when"
  std::string note{};    // "hatched: somebody waited"
  bool by_tone = false;  // bars are coloured by what is done, not by whose they are
  TimeRange window{};
  std::vector<Lane> lanes{};
  std::vector<Tick> x_ticks{};
  std::vector<Band> bands{};
  std::optional<float> cursor{};
  std::string empty{};
};

}  // namespace inspector::present
