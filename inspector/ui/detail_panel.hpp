// Detail: everything about the selected entity, the same blocks in the same order for every kind.
#pragma once

#include "present/detail.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_detail(Context&, Memory&, const present::DetailVm&);

}  // namespace inspector::ui
