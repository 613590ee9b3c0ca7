// The top bar: which session, which moment, how much, what can be done with it.
#pragma once

#include "present/top_bar.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_top_bar(Context&, Memory&, const present::TopBarVm&);

}  // namespace inspector::ui
