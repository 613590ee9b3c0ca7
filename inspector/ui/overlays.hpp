// What lies over the window: command palette, list of keys, the question before something is
// killed.
#pragma once

#include "present/palette.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_palette(Context&, Memory&, const present::PaletteVm&);
void draw_help(Context&, Memory&);
void draw_confirm(Context&, Memory&);

}  // namespace inspector::ui
