// The messages of a queue: arrows from who put to who took, and the list of them.
#pragma once

#include "present/messages.hpp"
#include "ui/memory.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {

void draw_messages(Context&, Memory&, const present::MessagesVm&);

}  // namespace inspector::ui
