#include "ui/ui.hpp"

#include "ui/connection_panel.hpp"
#include "ui/context.hpp"
#include "ui/detail_panel.hpp"
#include "ui/lock_panel.hpp"
#include "ui/overlays.hpp"
#include "ui/overview_panel.hpp"
#include "ui/pane_layout.hpp"
#include "ui/process_panel.hpp"
#include "ui/queue_panel.hpp"
#include "ui/rail.hpp"
#include "ui/resource_panel.hpp"
#include "ui/scope.hpp"
#include "ui/sessions_panel.hpp"
#include "ui/shortcuts.hpp"
#include "ui/status_line.hpp"
#include "ui/strip_panel.hpp"
#include "ui/top_bar.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

// Puts a child window into a pane and calls `draw` in it, with `pad` around.
template <typename Draw>
void region(Context& context, const char* name, const Pane& pane, ImU32 ground, ImVec2 pad,
            Draw draw) {
  if (pane.width < 1 || pane.height < 1) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(ImVec2(pane.x, pane.y), ImVec2(pane.x + pane.width, pane.y + pane.height),
                      ground);
  ImGui::SetCursorScreenPos(ImVec2(pane.x, pane.y));
  context.registry.add(Path("region/", name), ImVec2(pane.x, pane.y),
                       ImVec2(pane.x + pane.width, pane.y + pane.height), false, true, true, {});
  ImGuiWindowFlags flags = ImGuiWindowFlags_AlwaysUseWindowPadding;
  if (pad.x <= 0) flags |= ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse;
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, pad);
  scope::Child child(name, ImVec2(pane.width, pane.height), flags);
  ImGui::PopStyleVar();
  draw();
}

void draw_detail_splitter(Context& context, Memory& memory, const Pane& pane) {
  if (pane.width < 1) return;
  const Rect box{ImVec2(pane.x, pane.y), ImVec2(pane.x + pane.width, pane.y + pane.height)};
  const Hit h = hit(context, "detail/splitter", box);
  if (h.hovered || h.held) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    const float x = pane.x + pane.width / 2;
    ImGui::GetForegroundDrawList()->AddLine(ImVec2(x, pane.y), ImVec2(x, pane.y + pane.height),
                                            with_alpha(context.theme.accent, 0.7F), context.px(2));
  }
  if (h.held)
    memory.detail_width = std::clamp(
        memory.detail_width - ImGui::GetIO().MouseDelta.x / context.scale, kLeastDetail, 640.0F);
}

void draw_edges(const Context& context, const PaneLayout& panes, bool past) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImU32 line = context.theme.line;
  list->AddLine(ImVec2(0, panes.main.y), ImVec2(panes.top.width, panes.main.y), line);
  list->AddLine(ImVec2(0, panes.strip.y), ImVec2(panes.strip.width, panes.strip.y), line);
  list->AddLine(ImVec2(0, panes.status.y), ImVec2(panes.status.width, panes.status.y), line);
  list->AddLine(ImVec2(panes.main.x, panes.main.y), ImVec2(panes.main.x, panes.strip.y), line);
  if (panes.detail.width > 0)
    list->AddLine(ImVec2(panes.detail.x, panes.detail.y), ImVec2(panes.detail.x, panes.strip.y),
                  line);
  if (!past) return;
  const float thick = context.px(2);
  list->AddRect(ImVec2(panes.main.x + thick / 2, panes.main.y + thick / 2),
                ImVec2(panes.top.width - thick / 2, panes.strip.y - thick / 2), context.theme.past,
                0, 0, thick);
}

// How long the mouse has rested on one widget. ImGui's own timer starts anew in each frame for what
// lies on top of something else.
void watch_hover(Memory& memory, float dt) {
  const ImGuiID id = ImGui::GetCurrentContext()->HoveredIdPreviousFrame;
  memory.hovered_for = id != 0 && id == memory.hovered_id ? memory.hovered_for + dt : 0;
  memory.hovered_id = id;
}

}  // namespace

void Ui::set_scale(float scale, const std::string& font_dir) {
  scale_ = std::clamp(scale, 0.5F, 4.0F);
  fonts_ = load_fonts(scale_, font_dir);
}

void Ui::main_view(Context& context, const present::Vms& vms) {
  switch (context.view.screen) {
    case present::Screen::Sessions:
      return draw_sessions(context, vms.sessions);
    case present::Screen::Overview:
      return draw_overview(context, vms.overview);
    case present::Screen::Processes:
      return draw_processes(context, memory_, vms.processes);
    case present::Screen::Queues:
      return draw_queues(context, memory_, vms.queues, vms.flow_graph, vms.messages);
    case present::Screen::Locks:
      return draw_locks(context, memory_, vms.locks, vms.wait_graph);
    case present::Screen::Resources:
      return draw_resources(context, vms.resources);
    case present::Screen::Connections:
      return draw_connections(context, memory_, vms.connections, vms.messages);
  }
}

void Ui::regions(Context& context, const present::Vms& vms) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  const Theme& theme = context.theme;
  // Where it is narrow, the panel waits for a selection.
  const bool room_for_detail = context.view.focus() || size.x >= context.px(kWide);
  const bool detail = context.view.detail_open && room_for_detail &&
                      context.view.screen != present::Screen::Sessions;
  const PaneLayout panes =
      divide(size.x, size.y, context.scale, detail, memory_.detail_width, vms.time_strip.open);
  const ImVec2 none(0, 0);
  region(context, "top", panes.top, theme.panel, none,
         [&] { draw_top_bar(context, memory_, vms.top_bar); });
  region(context, "rail", panes.rail, theme.panel, none, [&] { draw_rail(context, vms.rail); });
  draw_detail_splitter(context, memory_, panes.splitter);
  const float pad = context.px(metric::kPad);
  region(context, "main", panes.main, theme.canvas, ImVec2(pad, pad - context.px(4)),
         [&] { main_view(context, vms); });
  region(context, "detail", panes.detail, theme.panel, ImVec2(context.px(18), context.px(18)),
         [&] { draw_detail(context, memory_, vms.detail); });
  region(context, "strip", panes.strip, theme.panel, none,
         [&] { draw_strip(context, vms.time_strip); });
  region(context, "status", panes.status, theme.panel, none,
         [&] { draw_status_line(context, vms.status); });
  draw_edges(context, panes, vms.time_strip.past && vms.time_strip.open);
  draw_notices(context, vms.notices, panes.strip.y);
}

present::Commands Ui::frame(const present::Vms& vms, const present::ViewState& view, float dt) {
  present::Commands out;
  const Theme& theme = theme_of(view.theme);
  if (styled_ != view.theme || styled_scale_ != scale_) {
    apply_style(theme, scale_);
    styled_ = view.theme;
    styled_scale_ = scale_;
  }
  registry_.begin_frame();
  watch_hover(memory_, dt);
  Context context{.view = view,
                  .theme = theme,
                  .fonts = fonts_,
                  .registry = registry_,
                  .out = out,
                  .scale = scale_,
                  .dt = dt,
                  .hovered_for = memory_.hovered_for,
                  .hovered = memory_.hovered};
  handle_keys(context, memory_, vms);
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
  {
    scope::Window root("root", ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                   ImGuiWindowFlags_NoSavedSettings |
                                   ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav |
                                   ImGuiWindowFlags_NoScrollWithMouse);
    regions(context, vms);
  }
  draw_palette(context, memory_, vms.palette);
  draw_help(context, memory_);
  draw_confirm(context, memory_);
  if (!context.probing && view.probe) context.send(present::SetProbe{});
  if (memory_.hovered != context.hovering) context.animating = true;
  if (memory_.hovered_id != 0 && !tip_due(context)) context.animating = true;
  memory_.hovered = context.hovering;
  animating_ = context.animating;
  return out;
}

}  // namespace inspector::ui
