// The time strip: transport buttons, density of events, the way back to now.
#pragma once

#include "present/time_strip.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_strip(Context&, const present::TimeStripVm&);

}  // namespace inspector::ui
