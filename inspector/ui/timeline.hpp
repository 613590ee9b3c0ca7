// Timeline: what lies on a horizontal time axis: the density strip with its marks, and lanes of
// bars.
#pragma once

#include "present/lanes.hpp"
#include "present/time_strip.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {

// The density of events with alarm ticks and the playhead; scrubs while the mouse is down.
void density_strip(Context&, const Path&, const present::TimeStripVm&, Rect area);

// One lane per thing: its chip on the left, its bars. Takes `width`; as high as it needs.
void lanes(Context&, const Path&, const present::Lanes&, float width);
// The same in a card that fills `room` and scrolls.
void lanes_card(Context&, const std::string& base, const present::Lanes&, ImVec2 room);

}  // namespace inspector::ui
