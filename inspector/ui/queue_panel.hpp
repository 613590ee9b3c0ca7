// Queues: the table, and under it depth and rates over time; or the flow graph.
#pragma once

#include "present/flow_graph.hpp"
#include "present/messages.hpp"
#include "present/queue_list.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_queues(Context&, Memory&, const present::QueueListVm&, const present::FlowGraphVm&,
                 const present::MessagesVm&);

}  // namespace inspector::ui
