// The messages of a queue or a connection: arrows from who sent to who received, and the list of
// them.
#pragma once

#include "present/messages.hpp"
#include "ui/memory.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {

// On the screen `screen`, whose name begins the names of the parts.
void draw_messages(Context&, Memory&, const present::MessagesVm&, present::Screen screen);

}  // namespace inspector::ui
