// Overview: verdict, alarm cards, the worst queues and locks, the processes.
#pragma once

#include "present/overview.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_overview(Context&, const present::OverviewVm&);

}  // namespace inspector::ui
