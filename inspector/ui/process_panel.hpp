// Processes: the tree as a table.
#pragma once

#include "present/process_tree.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_processes(Context&, const present::ProcessTreeVm&);

}  // namespace inspector::ui
