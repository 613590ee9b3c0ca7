// Locks: the table with the lanes of their holders, or the wait graph.
#pragma once

#include "present/lock_list.hpp"
#include "present/wait_graph.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_locks(Context&, Memory&, const present::LockListVm&, const present::WaitGraphVm&);

}  // namespace inspector::ui
