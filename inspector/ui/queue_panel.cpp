#include "ui/queue_panel.hpp"

#include "ui/graph.hpp"
#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/message_panel.hpp"
#include "ui/plot.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::QueueColumn;
using present::QueueRow;
using present::Tone;

constexpr int sort_by(QueueColumn column) { return static_cast<int>(column); }

enum At : std::size_t {
  kName,
  kDepth,
  kTrend,
  kIn,
  kOut,
  kLatency,
  kLatencyP99,
  kProducers,
  kConsumers,
  kVerdict
};

constexpr Column kColumns[] = {
    {"queue", sort_by(QueueColumn::Name), 170, 1.6F, 0},
    {"depth", sort_by(QueueColumn::Depth), 150, 0, 0},
    {"trend", -1, 110, 0, 5},
    {"in", sort_by(QueueColumn::In), 76, 0, 0, Align::Right},
    {"out", sort_by(QueueColumn::Out), 76, 0, 0, Align::Right},
    {"stays p50", sort_by(QueueColumn::Latency), 82, 0, 2, Align::Right},
    {"p99", sort_by(QueueColumn::LatencyP99), 76, 0, 6, Align::Right},
    {"blocked producers", sort_by(QueueColumn::Producers), 140, 1, 3},
    {"blocked consumers", sort_by(QueueColumn::Consumers), 140, 1, 4},
    {"verdict", sort_by(QueueColumn::Verdict), 170, 0, 1},
};

void draw_depth(Context& context, const Grid& grid, const QueueRow& row, const Rect& cell) {
  const Theme& theme = context.theme;
  const float bar = context.px(64);
  const float middle = (cell.low.y + cell.high.y) / 2;
  if (row.fill >= 0) {
    meter(context,
          {ImVec2(cell.low.x, middle - context.px(3)),
           ImVec2(cell.low.x + bar, middle + context.px(3))},
          row.fill, row.fill_tone == Tone::Neutral ? Tone::Holding : row.fill_tone);
  }
  const float limit = measure(context, Face::MonoSmall, row.limit).x;
  put_in(context, cell, Face::MonoSmall, theme.text_faint, row.limit, Align::Right);
  put_in(context, {cell.low, ImVec2(cell.high.x - limit - context.px(7), cell.high.y)}, Face::Mono,
         theme.text, row.depth, Align::Right);
  context.registry.add(grid.path("/depth"), cell.low, cell.high, false, true, true, row.depth);
}

void draw_row(Context& context, Grid& grid, const QueueRow& row) {
  if (grid.row(row.queue.ref, row.queue.label) && tip_due(context)) tooltip(context, row.queue.tip);
  scope::Id id(static_cast<int>(row.queue.ref.id));
  const Theme& theme = context.theme;
  const float chip_top = (grid.row_height() - context.px(metric::kChip)) / 2;
  if (const auto cell = grid.cell(kName)) {
    chip_at(context, grid.path("/chip"), ImVec2(cell->low.x, cell->low.y + chip_top), row.queue,
            cell->width());
    const float used = chip_width(context, row.queue, cell->width()) + context.px(8);
    if (used + context.px(40) < cell->width()) {
      put_in(context, {ImVec2(cell->low.x + used, cell->low.y), cell->high}, Face::Small,
             theme.text_faint, row.kind);
    }
  }
  if (const auto cell = grid.cell(kDepth)) draw_depth(context, grid, row, *cell);
  if (const auto cell = grid.cell(kTrend)) {
    spark(context,
          {ImVec2(cell->low.x, cell->low.y + context.px(7)),
           ImVec2(cell->high.x, cell->high.y - context.px(7))},
          row.spark);
  }
  grid.text(kIn, Face::Mono, theme.text, row.rate_in);
  grid.text(kOut, Face::Mono, theme.text, row.rate_out);
  grid.text(kLatency, Face::Mono, theme.text_dim, row.latency);
  grid.text(kLatencyP99, Face::Mono, theme.text_dim, row.latency_p99);
  const auto side = [&](std::size_t column, const char* name,
                        const std::vector<present::Chip>& who) {
    if (who.empty()) return;
    if (const auto cell = grid.cell(column)) {
      ImGui::SetCursorScreenPos(ImVec2(cell->low.x, cell->low.y + chip_top));
      chips(context, grid.path(name), who, cell->width());
    }
  };
  side(kProducers, "/producers", row.blocked_producers);
  side(kConsumers, "/consumers", row.blocked_consumers);
  if (const auto cell = grid.cell(kVerdict)) {
    badge_at(context, ImVec2(cell->low.x, cell->low.y + (grid.row_height() - context.px(20)) / 2),
             row.verdict);
    context.registry.add(grid.path("/verdict"), cell->low, cell->high, false, true, true,
                         row.verdict.text);
  }
}

void draw_plots(Context& context, const present::QueueListVm& vm, ImVec2 room) {
  const float gap = context.px(metric::kGap);
  const bool beside = room.x > context.px(760);
  const float pad = 2 * context.px(metric::kCardPad);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = beside ? (room.x - gap) / 2 : room.x;
  const float height = beside ? room.y : (room.y - gap) / 2;
  {
    Card card(context, "queues/depth_card", width);
    plot(context, "queues/depth", vm.depth,
         ImVec2(card.inner_width(), std::max(context.px(40), height - pad)));
  }
  ImGui::SetCursorScreenPos(beside ? ImVec2(at.x + width + gap, at.y)
                                   : ImVec2(at.x, at.y + height + gap));
  Card card(context, "queues/rates_card", width);
  plot(context, "queues/rates", vm.rates,
       ImVec2(card.inner_width(), std::max(context.px(40), height - pad)));
}

void draw_table(Context& context, Memory& memory, const present::QueueListVm& vm) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float full =
      context.px(metric::kRow) * static_cast<float>(vm.rows.size() + 1) + context.px(8);
  const float table = std::min(full, room.y * memory.queue_share);
  {
    Grid grid(context, "queues", kColumns, present::Screen::Queues, vm.sort, ImVec2(room.x, table));
    if (grid) {
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
          draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
      }
    }
  }
  stack_splitter(context, "queues/splitter", room.x, room.y, memory.queue_share);
  draw_plots(context, vm, ImVec2(room.x, ImGui::GetContentRegionAvail().y - context.px(2)));
}

void draw_flow(Context& context, Memory& memory, const present::FlowGraphVm& vm) {
  if (vm.empty) {
    empty_state(context, "queues/flow/empty", vm.empty, icon::kShare);
    return;
  }
  const ImVec2 room = ImGui::GetContentRegionAvail();
  graph(context, "queues/flow", vm.nodes, vm.edges, memory.flow_graph, room);
}

}  // namespace

void draw_queues(Context& context, Memory& memory, const present::QueueListVm& vm,
                 const present::FlowGraphVm& flow, const present::MessagesVm& messages) {
  using present::QueuesView;
  const int chosen =
      screen_head(context, present::Screen::Queues, "Queues", vm.summary, vm.filter,
                  {"Table", "Flow", "Messages"}, static_cast<int>(vm.view));
  if (chosen >= 0) context.send(present::SetQueuesView{static_cast<QueuesView>(chosen)});
  if (vm.view == QueuesView::Messages)
    draw_messages(context, memory, messages, present::Screen::Queues);
  else if (vm.empty)
    empty_state(context, "queues/empty", vm.empty, icon::kInbox);
  else if (vm.view == QueuesView::Flow)
    draw_flow(context, memory, flow);
  else
    draw_table(context, memory, vm);
}

}  // namespace inspector::ui
