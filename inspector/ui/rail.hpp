// The rail at the left: one icon per screen.
#pragma once

#include "present/top_bar.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_rail(Context&, const present::RailVm&);

}  // namespace inspector::ui
