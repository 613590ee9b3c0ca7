// Connections: the table, under it the listeners and the bytes over time; or the messages of one.
#pragma once

#include "present/connection_list.hpp"
#include "present/messages.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

struct Memory;

void draw_connections(Context&, Memory&, const present::ConnectionListVm&,
                      const present::MessagesVm&);

}  // namespace inspector::ui
