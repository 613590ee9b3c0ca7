#include "ui/message_panel.hpp"

#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/scope.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

namespace inspector::ui {
namespace {

using present::MessageArrow;
using present::MessageRow;
using present::MessagesVm;
using present::Tone;

constexpr float kLane = 26;
constexpr float kLaneName = 150;
constexpr float kLeastGap = 48;  // between who puts and who takes
constexpr float kReach = 6;      // how near the mouse must be to an arrow

enum At : std::size_t { kName, kPut, kFrom, kGot, kTo, kStayed, kSize };

constexpr Column kColumns[] = {
    {"item", -1, 84, 0, 0, Align::Right},
    {"put", -1, 120, 0, 2},
    {"by", -1, 120, 1, 0},
    {"taken", -1, 120, 0, 3},
    {"taken by", -1, 120, 1, 0},
    {"stayed", -1, 84, 0, 0, Align::Right},
    {"size", -1, 70, 0, 1, Align::Right},
};

constexpr Column kConnectionColumns[] = {
    {"message", -1, 84, 0, 0, Align::Right},
    {"sent", -1, 120, 0, 2},
    {"by", -1, 120, 1, 0},
    {"received", -1, 120, 0, 3},
    {"received by", -1, 120, 1, 0},
    {"took", -1, 84, 0, 0, Align::Right},
    {"size", -1, 70, 0, 1, Align::Right},
};

// Where things stand: names at the left, one side above, the other below, what is on its way
// between.
struct Stage {
  Rect area;  // of the time axis
  float lane = 0;
  float top = 0;     // of the room between the sides
  float bottom = 0;  // of it

  ImVec2 point(float at, std::size_t number, bool below) const {
    const float first = below ? bottom : area.low.y;
    return {area.low.x + at * area.width(), first + (static_cast<float>(number) + 0.5F) * lane};
  }
  ImVec2 start(const MessageArrow& arrow) const {
    return point(arrow.from, arrow.from_lane, arrow.upward);
  }
  // What nobody has taken yet hangs between the two sides, nearer to where it comes from.
  ImVec2 finish(const MessageArrow& arrow) const {
    if (!arrow.waiting) return point(arrow.to, arrow.to_lane, !arrow.upward);
    const float part = (bottom - top) / 3;
    return {start(arrow).x, arrow.upward ? bottom - part : top + part};
  }
};

void draw_lanes(Context& context, const std::string& base, const std::vector<present::Chip>& lanes,
                float left, float top, const Stage& stage) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (std::size_t i = 0; i < lanes.size(); ++i) {
    const float y = top + static_cast<float>(i) * stage.lane;
    chip_at(context, Path(base, "/", lanes[i].label), ImVec2(left, y + context.px(2)), lanes[i],
            stage.area.low.x - left - context.px(8));
    const float middle = y + stage.lane / 2;
    list->AddLine(ImVec2(stage.area.low.x, middle), ImVec2(stage.area.high.x, middle),
                  with_alpha(context.theme.line, 0.9F));
  }
}

float distance(ImVec2 p, ImVec2 a, ImVec2 b) {
  const float dx = b.x - a.x;
  const float dy = b.y - a.y;
  const float length = dx * dx + dy * dy;
  const float t =
      length <= 0 ? 0 : std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0F, 1.0F);
  return std::hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}

const MessageArrow* nearest(const Context& context, const Stage& stage, const MessagesVm& vm) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const MessageArrow* best = nullptr;
  float least = context.px(kReach);
  for (const MessageArrow& arrow : vm.arrows) {
    const float away = distance(mouse, stage.start(arrow), stage.finish(arrow));
    if (away >= least) continue;
    least = away;
    best = &arrow;
  }
  return best;
}

// A line that ends in a head.
void draw_line_to(ImVec2 from, ImVec2 to, float thickness, float head, ImU32 colour) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float length = std::hypot(to.x - from.x, to.y - from.y);
  if (length <= head) return;
  const ImVec2 along((to.x - from.x) / length, (to.y - from.y) / length);
  const ImVec2 neck(to.x - along.x * head, to.y - along.y * head);
  const ImVec2 side(-along.y * head * 0.42F, along.x * head * 0.42F);
  list->AddLine(from, neck, colour, thickness);
  list->AddTriangleFilled(to, ImVec2(neck.x + side.x, neck.y + side.y),
                          ImVec2(neck.x - side.x, neck.y - side.y), colour);
}

void draw_arrow(const Context& context, const Stage& stage, const MessageArrow& arrow, bool strong,
                bool faint) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 from = stage.start(arrow);
  const ImVec2 to = stage.finish(arrow);
  const ImU32 whole =
      arrow.waiting ? context.theme.tone(Tone::Waiting) : context.theme.identity(arrow.hue);
  const ImU32 colour = strong ? whole : with_alpha(whole, faint ? 0.16F : 0.62F);
  const float thickness = context.px(strong ? 2.2F : 1.2F);
  list->AddCircleFilled(from, context.px(strong ? 3.5F : 2.4F), colour, 10);
  if (arrow.waiting) {
    list->AddLine(from, to, colour, thickness);
    list->AddCircle(to, context.px(strong ? 4.5F : 3.2F), colour, 12, context.px(1.4F));
  } else {
    draw_line_to(from, to, thickness, context.px(strong ? 10.0F : 7.5F), colour);
  }
}

void draw_ticks(const Context& context, const MessagesVm& vm, const Rect& area) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const present::Tick& tick : vm.x_ticks) {
    const float x = area.low.x + tick.at * area.width();
    list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                  with_alpha(context.theme.line, tick.major ? 0.7F : 0.35F));
    const float wide = measure(context, Face::MonoSmall, tick.label).x;
    const float left =
        std::clamp(x - wide / 2, area.low.x, std::max(area.low.x, area.high.x - wide));
    put(context, ImVec2(left, area.high.y + context.px(4)), Face::MonoSmall,
        context.theme.text_faint, tick.label);
  }
}

void draw_picture(Context& context, const std::string& base, const MessagesVm& vm, float width,
                  float room) {
  const float lane = context.px(kLane);
  const auto above = static_cast<float>(vm.producers.size()) * lane;
  const auto below = static_cast<float>(vm.consumers.size()) * lane;
  const float height = std::max(room - context.px(22), above + below + context.px(kLeastGap));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float names = std::min(context.px(kLaneName), width * 0.3F);
  Stage stage;
  stage.area = {ImVec2(at.x + names, at.y), ImVec2(at.x + width, at.y + height)};
  stage.lane = lane;
  stage.top = at.y + above;
  stage.bottom = at.y + height - below;
  draw_ticks(context, vm, stage.area);
  draw_lanes(context, base + "/from", vm.producers, at.x, at.y, stage);
  draw_lanes(context, base + "/to", vm.consumers, at.x, stage.bottom, stage);
  put_in(context, {ImVec2(at.x, stage.top), ImVec2(stage.area.low.x - context.px(8), stage.bottom)},
         Face::Small, context.theme.text_faint, vm.between);

  const Hit h = hit(context, Path(base, "/arrows"), stage.area);
  const MessageArrow* under = h.hovered ? nearest(context, stage, vm) : nullptr;
  const auto is_strong = [&](const MessageArrow& arrow) {
    return &arrow == under || context.lit(arrow.ref) || context.view.selected(arrow.ref) ||
           context.lit(arrow.putter) || context.lit(arrow.getter);
  };
  const bool any = std::any_of(vm.arrows.begin(), vm.arrows.end(), is_strong);
  for (const bool strong : {false, true}) {
    for (const MessageArrow& arrow : vm.arrows) {
      if (is_strong(arrow) == strong) draw_arrow(context, stage, arrow, strong, any);
    }
  }
  if (under != nullptr) {
    context.hovering = under->ref;
    tooltip(context, under->tip);
    if (h.clicked) context.send(present::Select{under->ref, ImGui::GetIO().KeyCtrl});
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, height + context.px(22)));
}

void draw_row(Context& context, Grid& grid, const MessageRow& row) {
  grid.row(row.ref, row.name);
  scope::Id id(static_cast<int>(row.ref.id & 0xffffff));
  const Theme& theme = context.theme;
  const float chip_top = (grid.row_height() - context.px(metric::kChip)) / 2;
  const auto who = [&](std::size_t column, const char* name, const present::Chip& chip) {
    if (!chip) return;
    if (const auto cell = grid.cell(column))
      chip_at(context, grid.path(name), ImVec2(cell->low.x, cell->low.y + chip_top), chip,
              cell->width());
  };
  grid.text(kName, Face::Mono, theme.text, row.name);
  grid.text(kPut, Face::Mono, theme.text_dim, row.put_at);
  who(kFrom, "/from", row.from);
  grid.text(kGot, row.waiting ? Face::Small : Face::Mono,
            row.waiting ? theme.tone(Tone::Waiting) : theme.text_dim, row.got_at);
  who(kTo, "/to", row.to);
  grid.text(kStayed, Face::Mono, theme.text, row.stayed);
  grid.text(kSize, Face::Mono, theme.text_dim, row.size);
}

void draw_list(Context& context, const std::string& base, const MessagesVm& vm,
               present::Screen screen, ImVec2 room) {
  const std::span<const Column> columns =
      screen == present::Screen::Connections ? kConnectionColumns : kColumns;
  Grid grid(context, base, columns, screen, {}, room);
  if (!grid) return;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

void draw_messages(Context& context, Memory& memory, const MessagesVm& vm, present::Screen screen) {
  const std::string base = std::string(name_of(screen)) + "/messages";
  if (vm.channels.size() > 1) {
    chips(context, base + "/choice", vm.channels, ImGui::GetContentRegionAvail().x);
    space(context, 6);
  }
  if (vm.empty) {
    empty_state(context, base + "/empty", vm.empty, icon::kEnvelope);
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  {
    scope::Child child((base + "/picture").c_str(),
                       ImVec2(room.x, std::max(context.px(120), room.y * memory.message_share)));
    const float inside = ImGui::GetContentRegionAvail().y - 2 * context.px(metric::kCardPad);
    Card card(context, base + "/card", ImGui::GetContentRegionAvail().x);
    heading(context, vm.shown.label, vm.note);
    draw_picture(context, base, vm, card.inner_width(), inside - context.px(32));
  }
  stack_splitter(context, base + "/splitter", room.x, room.y, memory.message_share);
  draw_list(context, base, vm, screen,
            ImVec2(room.x, ImGui::GetContentRegionAvail().y - context.px(2)));
}

}  // namespace inspector::ui
