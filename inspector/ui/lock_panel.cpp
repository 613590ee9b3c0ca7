#include "ui/lock_panel.hpp"

#include "ui/graph.hpp"
#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/scope.hpp"
#include "ui/timeline.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::LockColumn;
using present::LockRow;
using present::Tone;

constexpr int sort_by(LockColumn column) { return static_cast<int>(column); }

enum At : std::size_t { kName, kHolder, kHeld, kWaiters, kRate, kP50, kP99, kMax, kBusy, kVerdict };

constexpr Column kColumns[] = {
    {"lock", sort_by(LockColumn::Name), 136, 1.5F, 0},
    {"holder", sort_by(LockColumn::Holder), 106, 1.1F, 0},
    {"held for", sort_by(LockColumn::HeldFor), 64, 0, 3, Align::Right},
    {"waiters", sort_by(LockColumn::Waiters), 120, 1.3F, 0},
    {"taken", sort_by(LockColumn::Rate), 70, 0, 4, Align::Right},
    {"wait p50", sort_by(LockColumn::WaitP50), 66, 0, 7, Align::Right},
    {"wait p99", sort_by(LockColumn::WaitP99), 66, 0, 5, Align::Right},
    {"longest", sort_by(LockColumn::WaitMax), 66, 0, 6, Align::Right},
    {"busy", sort_by(LockColumn::Busy), 96, 0, 2},
    {"verdict", -1, 96, 0, 1},
};

void draw_row(Context& context, Grid& grid, const LockRow& row) {
  if (grid.row(row.lock.ref, row.lock.label) && tip_due(context)) tooltip(context, row.lock.tip);
  scope::Id id(static_cast<int>(row.lock.ref.id));
  const Theme& theme = context.theme;
  const float chip_top = (grid.row_height() - context.px(metric::kChip)) / 2;
  if (const auto cell = grid.cell(kName)) {
    chip_at(context, grid.path("/chip"), ImVec2(cell->low.x, cell->low.y + chip_top), row.lock,
            cell->width());
    const float used = chip_width(context, row.lock, cell->width()) + context.px(8);
    if (used + context.px(36) < cell->width()) {
      put_in(context, {ImVec2(cell->low.x + used, cell->low.y), cell->high}, Face::Small,
             theme.text_faint, row.kind);
    }
  }
  if (const auto cell = grid.cell(kHolder)) {
    if (row.holder)
      chip_at(context, grid.path("/holder"), ImVec2(cell->low.x, cell->low.y + chip_top),
              row.holder, cell->width());
    else
      put_in(context, *cell, Face::Small, theme.text_faint, "free");
  }
  grid.text(kHeld, Face::Mono, theme.text, row.held_for);
  if (!row.waiters.empty()) {
    if (const auto cell = grid.cell(kWaiters)) {
      ImGui::SetCursorScreenPos(ImVec2(cell->low.x, cell->low.y + chip_top));
      chips(context, grid.path("/waiters"), row.waiters, cell->width());
    }
  }
  grid.text(kRate, Face::Mono, theme.text_dim, row.rate);
  grid.text(kP50, Face::Mono, theme.text_dim, row.wait_p50);
  grid.text(kP99, Face::Mono, theme.text_dim, row.wait_p99);
  grid.text(kMax, Face::Mono, theme.text_dim, row.wait_max);
  if (const auto cell = grid.cell(kBusy)) {
    const float middle = (cell->low.y + cell->high.y) / 2;
    meter(context,
          {ImVec2(cell->low.x, middle - context.px(3)),
           ImVec2(cell->high.x - context.px(48), middle + context.px(3))},
          row.busy, row.tone == Tone::Neutral ? Tone::Holding : row.tone);
    put_in(context, *cell, Face::Mono, theme.text_dim, row.busy_text, Align::Right);
  }
  if (const auto cell = grid.cell(kVerdict)) {
    badge_at(context, ImVec2(cell->low.x, cell->low.y + (grid.row_height() - context.px(20)) / 2),
             row.verdict);
    context.registry.add(grid.path("/verdict"), cell->low, cell->high, false, true, true,
                         row.verdict.text);
  }
}

void draw_table(Context& context, Memory& memory, const present::LockListVm& vm) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float full =
      context.px(metric::kRow) * static_cast<float>(vm.rows.size() + 1) + context.px(8);
  {
    Grid grid(context, "locks", kColumns, present::Screen::Locks, vm.sort,
              ImVec2(room.x, std::min(full, room.y * memory.lock_share)));
    if (grid) {
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
          draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
      }
    }
  }
  stack_splitter(context, "locks/splitter", room.x, room.y, memory.lock_share);
  lanes_card(context, "locks/lanes", vm.lanes, ImVec2(room.x, ImGui::GetContentRegionAvail().y));
}

void draw_stories(Context& context, const present::WaitGraphVm& vm, ImVec2 size) {
  scope::Child child("locks/stories", size);
  const float width = ImGui::GetContentRegionAvail().x;
  int number = 0;
  for (const present::WaitGraphVm::Story& story : vm.stories) {
    scope::Id id(number);
    const std::string base = "locks/story/" + std::to_string(number++);
    {
      Card card(context, base, width, story.tone);
      text(context, Face::Strong, context.theme.tone(story.tone), story.title);
      sentence(context, Path(base, "/text"), story.text, Face::Body, card.inner_width());
      if (!story.advice.empty()) {
        space(context, 2);
        paragraph(context, Face::Small, context.theme.text_dim, story.advice, card.inner_width());
      }
    }
    space(context, 4);
  }
}

void draw_graph(Context& context, Memory& memory, const present::WaitGraphVm& vm) {
  if (vm.empty) {
    empty_state(context, "locks/graph/empty", vm.empty, icon::kShare);
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float gap = context.px(metric::kGap);
  const bool beside = room.x > context.px(720);
  const float side = vm.stories.empty() ? 0.0F
                     : beside ? std::clamp(room.x * 0.32F, context.px(270), context.px(380))
                              : room.x;
  const float width = beside && side > 0 ? room.x - side - gap : room.x;
  const float height = beside || side == 0 ? room.y : room.y * 0.62F;
  graph(context, "locks/graph", vm.nodes, vm.edges, memory.wait_graph, ImVec2(width, height));
  if (side == 0) return;
  ImGui::SetCursorScreenPos(beside ? ImVec2(at.x + width + gap, at.y)
                                   : ImVec2(at.x, at.y + height + gap));
  draw_stories(context, vm, beside ? ImVec2(side, room.y) : ImVec2(room.x, room.y - height - gap));
}

}  // namespace

void draw_locks(Context& context, Memory& memory, const present::LockListVm& vm,
                const present::WaitGraphVm& graph_vm) {
  const int chosen =
      screen_head(context, present::Screen::Locks, "Locks", vm.summary, vm.filter,
                  {"Table", "Wait graph"}, vm.view == present::LocksView::Graph ? 1 : 0);
  if (chosen >= 0)
    context.send(
        present::SetLocksView{chosen == 1 ? present::LocksView::Graph : present::LocksView::Table});
  if (vm.view == present::LocksView::Graph)
    draw_graph(context, memory, graph_vm);
  else if (vm.empty)
    empty_state(context, "locks/empty", vm.empty, icon::kLock);
  else
    draw_table(context, memory, vm);
}

}  // namespace inspector::ui
