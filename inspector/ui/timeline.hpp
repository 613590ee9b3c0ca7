// Timeline: what lies on a horizontal time axis: the density strip with its marks, and lanes of
// bars.
#pragma once

#include "present/lock_list.hpp"
#include "present/time_strip.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {

// The density of events with alarm ticks and the playhead; scrubs while the mouse is down.
void density_strip(Context&, const Path&, const present::TimeStripVm&, Rect area);

// One lane per lock: chip on the left, bars of its holders. Takes `width`; as high as it needs.
void lanes(Context&, const Path&, const present::Lanes&, float width);

}  // namespace inspector::ui
