// The status line at the foot, and the notices that float above it.
#pragma once

#include "present/top_bar.hpp"
#include "ui/context.hpp"

namespace inspector::ui {

void draw_status_line(Context&, const present::StatusVm&);
void draw_notices(Context&, const std::vector<present::NoticeVm>&, float bottom);

}  // namespace inspector::ui
