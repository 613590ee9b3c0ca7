// Processes: the tree as a table, and under it what each was doing over time.
#pragma once

#include "present/process_tree.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_processes(Context&, Memory&, const present::ProcessTreeVm&);

}  // namespace inspector::ui
