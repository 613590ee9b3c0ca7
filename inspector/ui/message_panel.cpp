#include "ui/message_panel.hpp"

#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/scope.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::ui {
namespace {

using present::MessageArrow;
using present::MessageRow;
using present::MessagesVm;
using present::Tone;

constexpr float kLane = 26;
constexpr float kLaneName = 150;
constexpr float kLeastGap = 60;  // between who puts and who takes
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

// Where things stand: names at the left, who puts above, the queue between, who takes below.
struct Stage {
  Rect area;  // of the time axis
  float lane = 0;
  float bottom = 0;  // top of the lowest lanes

  ImVec2 put_point(const MessageArrow& arrow) const {
    return {area.low.x + arrow.from * area.width(),
            area.low.y + (static_cast<float>(arrow.from_lane) + 0.5F) * lane};
  }
  ImVec2 got_point(const MessageArrow& arrow) const {
    return {area.low.x + arrow.to * area.width(),
            bottom + (static_cast<float>(arrow.to_lane) + 0.5F) * lane};
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

// One that is still in the queue hangs between the two sides.
ImVec2 end_of(const Stage& stage, const MessagesVm& vm, const MessageArrow& arrow) {
  if (!arrow.waiting) return stage.got_point(arrow);
  const ImVec2 from = stage.put_point(arrow);
  const float lanes = static_cast<float>(vm.producers.size()) * stage.lane;
  return {from.x, stage.area.low.y + lanes + (stage.bottom - stage.area.low.y - lanes) / 3};
}

const MessageArrow* nearest(const Context& context, const Stage& stage, const MessagesVm& vm) {
  const ImVec2 mouse = ImGui::GetIO().MousePos;
  const MessageArrow* best = nullptr;
  float least = context.px(kReach);
  for (const MessageArrow& arrow : vm.arrows) {
    const float away = distance(mouse, stage.put_point(arrow), end_of(stage, vm, arrow));
    if (away >= least) continue;
    least = away;
    best = &arrow;
  }
  return best;
}

void draw_arrow(const Context& context, const Stage& stage, const MessagesVm& vm,
                const MessageArrow& arrow, bool strong, bool faint) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 from = stage.put_point(arrow);
  const ImVec2 to = end_of(stage, vm, arrow);
  const ImU32 whole =
      arrow.waiting ? context.theme.tone(Tone::Waiting) : context.theme.identity(arrow.hue);
  const ImU32 colour = strong ? whole : with_alpha(whole, faint ? 0.16F : 0.62F);
  list->AddLine(from, to, colour, context.px(strong ? 2.2F : 1.2F));
  list->AddCircleFilled(from, context.px(strong ? 3.5F : 2.4F), colour, 10);
  if (arrow.waiting)
    list->AddCircle(to, context.px(strong ? 4.5F : 3.2F), colour, 12, context.px(1.4F));
  else
    list->AddCircleFilled(to, context.px(strong ? 3.5F : 2.4F), colour, 10);
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

void draw_picture(Context& context, const MessagesVm& vm, float width, float room) {
  const float lane = context.px(kLane);
  const auto above = static_cast<float>(vm.producers.size()) * lane;
  const auto below = static_cast<float>(vm.consumers.size()) * lane;
  const float height = std::max(room - context.px(22), above + below + context.px(kLeastGap));
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float names = std::min(context.px(kLaneName), width * 0.3F);
  Stage stage;
  stage.area = {ImVec2(at.x + names, at.y), ImVec2(at.x + width, at.y + height)};
  stage.lane = lane;
  stage.bottom = at.y + height - below;
  draw_ticks(context, vm, stage.area);
  draw_lanes(context, "queues/messages/from", vm.producers, at.x, at.y, stage);
  draw_lanes(context, "queues/messages/to", vm.consumers, at.x, stage.bottom, stage);
  put_in(context,
         {ImVec2(at.x, at.y + above), ImVec2(stage.area.low.x - context.px(8), stage.bottom)},
         Face::Small, context.theme.text_faint, "in the queue");

  const Hit h = hit(context, "queues/messages/arrows", stage.area);
  const MessageArrow* under = h.hovered ? nearest(context, stage, vm) : nullptr;
  const auto is_strong = [&](const MessageArrow& arrow) {
    return &arrow == under || context.lit(arrow.ref) || context.view.selected(arrow.ref) ||
           context.lit(arrow.putter) || context.lit(arrow.getter);
  };
  const bool any = std::any_of(vm.arrows.begin(), vm.arrows.end(), is_strong);
  for (const bool strong : {false, true}) {
    for (const MessageArrow& arrow : vm.arrows) {
      if (is_strong(arrow) == strong) draw_arrow(context, stage, vm, arrow, strong, any);
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

void draw_list(Context& context, const MessagesVm& vm, ImVec2 room) {
  Grid grid(context, "queues/messages", kColumns, present::Screen::Queues, {}, room);
  if (!grid) return;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

void draw_messages(Context& context, Memory& memory, const MessagesVm& vm) {
  if (vm.queues.size() > 1) {
    chips(context, "queues/messages/choice", vm.queues, ImGui::GetContentRegionAvail().x);
    space(context, 6);
  }
  if (vm.empty) {
    empty_state(context, "queues/messages/empty", vm.empty, icon::kEnvelope);
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  {
    scope::Child child("queues/messages/picture",
                       ImVec2(room.x, std::max(context.px(120), room.y * memory.message_share)));
    const float inside = ImGui::GetContentRegionAvail().y - 2 * context.px(metric::kCardPad);
    Card card(context, "queues/messages/card", ImGui::GetContentRegionAvail().x);
    heading(context, vm.shown.label, vm.note);
    draw_picture(context, vm, card.inner_width(), inside - context.px(32));
  }
  stack_splitter(context, "queues/messages/splitter", room.x, room.y, memory.message_share);
  draw_list(context, vm, ImVec2(room.x, ImGui::GetContentRegionAvail().y - context.px(2)));
}

}  // namespace inspector::ui
