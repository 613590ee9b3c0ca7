#include "ui/process_panel.hpp"

#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/scope.hpp"
#include "ui/timeline.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::ProcessColumn;
using present::ProcessRow;
using present::Tone;

constexpr int sort_by(ProcessColumn column) { return static_cast<int>(column); }

enum At : std::size_t {
  kName,
  kPid,
  kState,
  kWaits,
  kHolds,
  kCpu,
  kMemory,
  kThreads,
  kStart,
  kAge,
  kExit
};

constexpr Column kColumns[] = {
    {"process", sort_by(ProcessColumn::Name), 150, 2.0F, 0},
    {"pid", sort_by(ProcessColumn::Pid), 60, 0, 8, Align::Right},
    {"state", sort_by(ProcessColumn::State), 156, 1.5F, 0},
    {"waiting for", sort_by(ProcessColumn::WaitingFor), 126, 1.2F, 1},
    {"holds", sort_by(ProcessColumn::Holds), 116, 1.1F, 2},
    {"cpu", sort_by(ProcessColumn::Cpu), 96, 0, 6, Align::Right},
    {"memory", sort_by(ProcessColumn::Memory), 66, 0, 7, Align::Right},
    {"threads", sort_by(ProcessColumn::Threads), 56, 0, 9, Align::Right},
    {"start", sort_by(ProcessColumn::Start), 66, 0, 4},
    {"age", sort_by(ProcessColumn::Age), 54, 0, 5, Align::Right},
    {"exit", sort_by(ProcessColumn::Exit), 88, 0.6F, 3},
};

void draw_name(Context& context, const Grid& grid, const ProcessRow& row, const Rect& cell) {
  const Theme& theme = context.theme;
  const float step = context.px(18);
  const float indent = static_cast<float>(row.depth) * step;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float middle = (cell.low.y + cell.high.y) / 2;
  for (int level = 0; level < row.depth; ++level) {
    const float x = cell.low.x + static_cast<float>(level) * step + context.px(8);
    const bool own = level + 1 == row.depth;
    list->AddLine(ImVec2(x, cell.low.y), ImVec2(x, own && row.last_sibling ? middle : cell.high.y),
                  theme.line);
    if (own) list->AddLine(ImVec2(x, middle), ImVec2(x + context.px(7), middle), theme.line);
  }
  float x = cell.low.x + indent;
  if (row.has_children) {
    const Rect box{ImVec2(x, cell.low.y), ImVec2(x + context.px(16), cell.high.y)};
    const Hit h = hit(context, grid.path("/fold"), box, true, row.expanded ? "open" : "closed");
    put_in(context, box, Face::Small, h.hovered ? theme.text : theme.text_faint,
           row.expanded ? icon::kChevronDown : icon::kChevronRight, Align::Center);
    if (h.clicked) context.send(present::SetExpanded{row.ref, !row.expanded});
  }
  x += context.px(20);
  dot(context, ImVec2(x + context.px(4), middle), row.tone);
  x += context.px(15);
  const ImU32 colour = row.dead || row.faded ? theme.text_faint : theme.text;
  const Rect words{ImVec2(x, cell.low.y), cell.high};
  put_in(context, words, Face::Body, colour, row.name);
  const float used = measure(context, Face::Body, row.name).x + context.px(10);
  if (used + context.px(40) < words.width()) {
    put_in(context, {ImVec2(x + used, cell.low.y + context.px(1)), cell.high}, Face::Small,
           theme.text_faint, row.role);
  }
}

void draw_state(Context& context, const Grid& grid, const ProcessRow& row, const Rect& cell) {
  const bool quiet =
      row.tone == Tone::Idle || row.tone == Tone::Neutral || row.tone == Tone::Running;
  const float since = measure(context, Face::MonoSmall, row.since).x;
  put_in(context, {cell.low, ImVec2(cell.high.x - since - context.px(6), cell.high.y)}, Face::Body,
         quiet ? context.theme.text_dim : context.theme.tone(row.tone), row.state);
  put_in(context, cell, Face::MonoSmall, context.theme.text_faint, row.since, Align::Right);
  context.registry.add(grid.path("/state"), cell.low, cell.high, false, true, true, row.state);
}

void draw_meter(Context& context, const std::string& text, const present::Spark& curve,
                const Rect& cell) {
  const float words = context.px(48);
  spark(context,
        {ImVec2(cell.low.x, cell.low.y + context.px(8)),
         ImVec2(cell.high.x - words - context.px(6), cell.high.y - context.px(8))},
        curve);
  put_in(context, {ImVec2(cell.high.x - words, cell.low.y), cell.high}, Face::Mono,
         context.theme.text, text, Align::Right);
}

void draw_row(Context& context, Grid& grid, const ProcessRow& row) {
  if (grid.row(row.ref, row.name, row.fresh) && tip_due(context)) tooltip(context, row.tip);
  scope::Id id(static_cast<int>(row.ref.id));
  const Theme& theme = context.theme;
  if (const auto cell = grid.cell(kName)) draw_name(context, grid, row, *cell);
  grid.text(kPid, Face::MonoSmall, theme.text_dim, row.pid);
  if (const auto cell = grid.cell(kState)) draw_state(context, grid, row, *cell);
  const float chip_top = (grid.row_height() - context.px(metric::kChip)) / 2;
  if (row.waiting_for) {
    if (const auto cell = grid.cell(kWaits)) {
      chip_at(context, grid.path("/waiting_for"), ImVec2(cell->low.x, cell->low.y + chip_top),
              row.waiting_for, cell->width());
    }
  }
  if (!row.holds.empty()) {
    if (const auto cell = grid.cell(kHolds)) {
      ImGui::SetCursorScreenPos(ImVec2(cell->low.x, cell->low.y + chip_top));
      chips(context, grid.path("/holds"), row.holds, cell->width());
    }
  }
  if (!row.cpu.empty()) {
    if (const auto cell = grid.cell(kCpu)) draw_meter(context, row.cpu, row.cpu_spark, *cell);
  }
  grid.text(kMemory, Face::Mono, theme.text, row.rss);
  grid.text(kThreads, Face::Mono, theme.text_dim, row.threads);
  grid.text(kStart, Face::Small, theme.text_dim, row.method);
  grid.text(kAge, Face::MonoSmall, theme.text_dim, row.age);
  const bool quiet =
      row.exit_tone == Tone::Neutral || row.exit_tone == Tone::Idle || row.exit_tone == Tone::Ok;
  grid.text(kExit, Face::Small, quiet ? theme.text_dim : theme.tone(row.exit_tone), row.exit);
}

}  // namespace

void draw_processes(Context& context, Memory& memory, const present::ProcessTreeVm& vm) {
  screen_head(context, present::Screen::Processes, "Processes", vm.summary, &vm.filter);
  if (vm.empty) {
    empty_state(context, "processes/empty", vm.empty, icon::kSitemap);
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float full =
      context.px(metric::kRow) * static_cast<float>(vm.rows.size() + 1) + context.px(8);
  {
    Grid grid(context, "processes", kColumns, present::Screen::Processes, vm.sort,
              ImVec2(room.x, std::min(full, room.y * memory.process_share)));
    if (grid) {
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
          draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
      }
    }
  }
  stack_splitter(context, "processes/splitter", room.x, room.y, memory.process_share);
  lanes_card(context, "processes/lanes", vm.lanes,
             ImVec2(room.x, ImGui::GetContentRegionAvail().y));
}

}  // namespace inspector::ui
