// Sessions: how to connect, what runs, what was recorded.
#pragma once

#include "present/sessions.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_sessions(Context&, const present::SessionsVm&);

}  // namespace inspector::ui
