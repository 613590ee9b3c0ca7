// Plot: curves over time on ImDrawList, fed with prepared fractions. Wheel zooms, a drag selects a
// range, a click seeks.
#pragma once

#include "present/parts.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {

// The plot with its title and legend, in the layout.
void plot(Context&, const Path&, const present::Plot&, ImVec2 size);

// Shared by everything that has time on its x axis: sends probe, range, seek and zoom commands for
// `area`. `id` comes back in Probe.
void time_input(Context&, const Path&, Rect area, const present::TimeRange& window,
                const std::string& id);

// Diagonal lines over a box: "nobody knows" or "somebody waits".
void hatch(const Context&, Rect, ImU32 colour);

}  // namespace inspector::ui
