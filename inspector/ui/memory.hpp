// Memory: what the window itself remembers between frames. Nothing in it changes what is shown,
// only where and how.
#pragma once

#include "present/command.hpp"
#include "present/entity.hpp"
#include "ui/graph.hpp"
#include "ui/theme.hpp"

#include <optional>
#include <string>

namespace inspector::ui {

struct Question {
  std::string text;
  std::string action;
  present::Command command;
};

struct Memory {
  float detail_width = metric::kDetail;
  float process_share = 0.58F;
  float queue_share = 0.52F;
  float connection_share = 0.48F;
  float message_share = 0.5F;
  float lock_share = 0.55F;
  GraphMemory wait_graph{};
  GraphMemory flow_graph{};
  bool palette_open = false;
  bool palette_focus = false;
  int palette_row = 0;
  bool help_open = false;
  std::optional<Question> question{};
  present::EntityRef hovered{};
  ImGuiID hovered_id = 0;
  float hovered_for = 0;
  present::EntityRef scrolled_to{};  // the selection the lists have already brought into view
};

}  // namespace inspector::ui
