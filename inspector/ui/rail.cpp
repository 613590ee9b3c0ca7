#include "ui/rail.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <string>

namespace inspector::ui {
namespace {

struct ItemLook {
  const char* icon;
  const char* name;
  const char* key;
};

ItemLook look_of(present::Screen screen) {
  switch (screen) {
    case present::Screen::Sessions:
      return {icon::kPlug, "sessions", "Ctrl+O"};
    case present::Screen::Overview:
      return {icon::kDashboard, "overview", "1"};
    case present::Screen::Processes:
      return {icon::kSitemap, "processes", "2"};
    case present::Screen::Queues:
      return {icon::kInbox, "queues", "3"};
    case present::Screen::Locks:
      return {icon::kLock, "locks", "4"};
    case present::Screen::Resources:
      return {icon::kDatabase, "resources", "6"};
    case present::Screen::Connections:
      return {icon::kExchange, "connections", "7"};
  }
  return {"", "", ""};
}

void draw_item(Context& context, const present::RailVm::Item& item) {
  const Theme& theme = context.theme;
  const ItemLook face = look_of(item.screen);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = context.px(metric::kRail);
  const float height = context.px(58);
  const Rect box{at, ImVec2(at.x + width, at.y + height)};
  const bool on = context.view.screen == item.screen;
  const Hit h = hit(context, Path("nav/", face.name), box, true, item.badge.text);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Rect plate{ImVec2(at.x + context.px(14), at.y + context.px(6)),
                   ImVec2(at.x + width - context.px(14), at.y + context.px(34))};
  if (on || h.hovered) {
    list->AddRectFilled(
        plate.low, plate.high,
        on ? mix(theme.panel, theme.accent, theme.dark ? 0.22F : 0.14F) : theme.raised,
        context.px(14));
  }
  put_in(context, plate, Face::Body,
         on          ? theme.accent
         : h.hovered ? theme.text
                     : theme.text_dim,
         face.icon, Align::Center);
  put_in(context, {ImVec2(at.x, at.y + context.px(36)), ImVec2(box.high.x, at.y + context.px(52))},
         Face::Tiny, on ? theme.text : theme.text_dim, item.name, Align::Center);
  if (!item.badge.text.empty()) {
    const float wide =
        std::max(context.px(16), measure(context, Face::Tiny, item.badge.text).x + context.px(8));
    const Rect badge{ImVec2(plate.high.x - wide * 0.6F, at.y + context.px(2)),
                     ImVec2(plate.high.x + wide * 0.4F, at.y + context.px(18))};
    list->AddRectFilled(badge.low, badge.high, theme.tone(item.badge.tone), context.px(8));
    put_in(context, badge, Face::Tiny, theme.dark ? theme.canvas : theme.card, item.badge.text,
           Align::Center);
  }
  if (h.clicked) context.send(present::GoTo{item.screen});
  if (h.hovered && tip_due(context)) tooltip(context, item.name + "  (" + face.key + ")");
  ImGui::Dummy(ImVec2(width, height));
}

}  // namespace

void draw_rail(Context& context, const present::RailVm& vm) {
  scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(0, context.px(2)));
  space(context, 6);
  for (const present::RailVm::Item& item : vm.items) draw_item(context, item);
}

}  // namespace inspector::ui
