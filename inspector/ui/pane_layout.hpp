// PaneLayout: how the window is divided. Pure numbers, so that a test can prove that nothing
// overlaps.
#pragma once

#include "ui/theme.hpp"

#include <algorithm>

namespace inspector::ui {

struct Pane {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;
};

struct PaneLayout {
  Pane top;
  Pane rail;
  Pane main;
  Pane splitter;  // between main and detail; empty when detail is closed
  Pane detail;    // empty when closed
  Pane strip;
  Pane status;
};

inline constexpr float kLeastDetail = 260;
inline constexpr float kLeastMain = 520;
inline constexpr float kWide = 1100;  // room for everything

// `detail` is the wanted width at scale 1; it gives way before the main view does.
inline PaneLayout divide(float width, float height, float scale, bool detail_open, float detail,
                         bool strip_open) {
  const float top = metric::kTopBar * scale;
  const float rail = metric::kRail * scale;
  const float strip = strip_open ? metric::kStrip * scale : 0.0F;
  const float status = metric::kStatus * scale;
  const float body = std::max(1.0F, height - top - strip - status);
  const float most = std::max(kLeastDetail * scale, width - rail - kLeastMain * scale);
  const float side = detail_open ? std::clamp(detail * scale, kLeastDetail * scale, most) : 0.0F;
  const float main = std::max(1.0F, width - rail - side);
  PaneLayout panes;
  panes.top = {0, 0, width, top};
  panes.rail = {0, top, rail, body};
  panes.main = {rail, top, main, body};
  if (detail_open) {
    panes.detail = {rail + main, top, side, body};
    panes.splitter = {rail + main - 3 * scale, top, 6 * scale, body};
  }
  panes.strip = {0, top + body, width, strip};
  panes.status = {0, top + body + strip, width, status};
  return panes;
}

}  // namespace inspector::ui
