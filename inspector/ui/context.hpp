// Context: what every panel is given for one frame: the look, the choices so far, and where to put
// commands.
#pragma once

#include "present/command.hpp"
#include "present/view_state.hpp"
#include "ui/fonts.hpp"
#include "ui/registry.hpp"
#include "ui/theme.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <imgui.h>

namespace inspector::ui {

struct Context {
  const present::ViewState& view;
  const Theme& theme;
  const Fonts& fonts;
  Registry& registry;
  present::Commands& out;
  float scale = 1;
  float dt = 0;
  float hovered_for = 0;  // seconds that the mouse has been on the same widget

  present::EntityRef
      hovered{};  // under the mouse in the last frame, in whichever panel: highlight it
  present::EntityRef hovering{};  // under the mouse in this one
  bool probing = false;           // the mouse is over a plot in this frame
  bool animating = false;         // something moves by itself: draw again soon

  float px(float at_scale_one) const { return at_scale_one * scale; }
  // A line's width in whole pixels: ImGui draws such lines with a third of the triangles.
  float line(float at_scale_one) const { return std::max(1.0F, std::round(px(at_scale_one))); }
  void send(present::Command command) { out.push_back(std::move(command)); }
  bool lit(present::EntityRef ref) const { return ref && ref == hovered; }
};

}  // namespace inspector::ui
