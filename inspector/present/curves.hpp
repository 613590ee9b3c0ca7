// Curves: from numbers over time to the lines of a plot with its axes, its probe and its legend.
#pragma once

#include "present/look.hpp"
#include "present/plotting.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

// One curve to draw and to read off at the probe.
struct Line {
  Curve curve;
  std::vector<StepPoint> points;
};

// Draws them into the plot, whose window is chosen already, with axes from 0 to what they need, and
// to `least_top` at least.
void add_lines(const Look&, Plot&, std::vector<Line> lines, double least_top,
               const std::string& unit);

// Fills in window, ticks, bands, cursor and probe of a plot over time. `top` is what the height
// stands for.
void add_axes(const Look&, Plot&, double top, const std::string& unit);

// What happened in a bucket of a series, `width_ns` wide.
struct Amount {
  std::uint64_t begin_ns = 0;
  double value = 0;
};
// Per second in equal bins, wide enough that single events do not look like bursts.
std::vector<StepPoint> rate_points(const Look&, TimeRange window, std::uint64_t width_ns,
                                   const std::vector<Amount>& amounts);

}  // namespace inspector::present
