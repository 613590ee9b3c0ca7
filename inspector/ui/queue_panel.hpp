// Queues: the table, and under it depth and rates over time.
#pragma once

#include "present/queue_list.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_queues(Context&, Memory&, const present::QueueListVm&);

}  // namespace inspector::ui
