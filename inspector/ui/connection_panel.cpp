#include "ui/connection_panel.hpp"

#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/message_panel.hpp"
#include "ui/plot.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <initializer_list>

namespace inspector::ui {
namespace {

using present::ConnectionColumn;
using present::ConnectionRow;
using present::ConnectionSide;
using present::ListenerRow;
using present::Tone;

constexpr float kHeading = 46;     // of the listeners, with the room around it
constexpr float kSplitter = 26;    // with the room around it
constexpr float kLeastPlot = 126;  // with its card

constexpr int sort_by(ConnectionColumn column) { return static_cast<int>(column); }

enum At : std::size_t {
  kName,
  kFrom,
  kTo,
  kThere,
  kBack,
  kBytes,
  kTrend,
  kMessages,
  kUnder,
  kWaiting,
  kState
};

constexpr Column kColumns[] = {
    {"connection", sort_by(ConnectionColumn::Name), 124, 1.2F, 0},
    {"from", sort_by(ConnectionColumn::From), 118, 1, 0},
    {"to", sort_by(ConnectionColumn::To), 118, 1, 0},
    {"there", sort_by(ConnectionColumn::There), 56, 0, 1, Align::Right},
    {"back", sort_by(ConnectionColumn::Back), 56, 0, 2, Align::Right},
    {"bytes", sort_by(ConnectionColumn::Bytes), 58, 0, 4, Align::Right},
    {"trend", -1, 84, 0, 6},
    {"messages", sort_by(ConnectionColumn::Messages), 66, 0, 7, Align::Right},
    {"under way", sort_by(ConnectionColumn::Under), 66, 0, 5, Align::Right},
    {"waiting", sort_by(ConnectionColumn::Waiting), 124, 0, 3},
    {"state", sort_by(ConnectionColumn::State), 98, 0, 0},
};

enum ListenerAt : std::size_t { kListener, kAddress, kProcess, kAccepted, kRefused, kOpen };

constexpr Column kListenerColumns[] = {
    {"listener", -1, 124, 1, 0},
    {"address", -1, 150, 1.6F, 0},
    {"process", -1, 108, 1, 1},
    {"accepted", -1, 68, 0, 2, Align::Right},
    {"refused", -1, 68, 0, 0, Align::Right},
    {"state", -1, 98, 0, 0},
};

float chip_top(const Context& context, const Grid& grid) {
  return (grid.row_height() - context.px(metric::kChip)) / 2;
}

void draw_state(Context& context, const Grid& grid, std::size_t column,
                const present::Badge& state) {
  const auto cell = grid.cell(column);
  if (!cell) return;
  badge_at(context, ImVec2(cell->low.x, cell->low.y + (grid.row_height() - context.px(20)) / 2),
           state);
  context.registry.add(grid.path("/state"), cell->low, cell->high, false, true, true, state.text);
}

void draw_chips(Context& context, const Grid& grid, std::size_t column, const char* name,
                const std::vector<present::Chip>& who) {
  if (who.empty()) return;
  const auto cell = grid.cell(column);
  if (!cell) return;
  ImGui::SetCursorScreenPos(ImVec2(cell->low.x, cell->low.y + chip_top(context, grid)));
  chips(context, grid.path(name), who, cell->width());
}

void draw_side(Context& context, Grid& grid, std::size_t column, const char* name,
               const ConnectionSide& side) {
  draw_chips(context, grid, column, name, side.processes);
  if (side.processes.empty()) grid.text(column, Face::Small, context.theme.text_faint, side.words);
}

// Lays the ground over what has been drawn in the cells.
void fade(const Context& context, const Grid& grid, std::initializer_list<std::size_t> columns) {
  for (const std::size_t column : columns) {
    if (const auto cell = grid.cell(column))
      ImGui::GetWindowDrawList()->AddRectFilled(cell->low, ImVec2(cell->high.x, cell->high.y - 1),
                                                with_alpha(context.theme.canvas, 0.5F));
  }
}

void draw_row(Context& context, Grid& grid, const ConnectionRow& row) {
  const bool hovered = grid.row(row.connection.ref, row.connection.label);
  if (hovered && tip_due(context)) tooltip(context, row.connection.tip);
  scope::Id id(static_cast<int>(row.connection.ref.id));
  const Theme& theme = context.theme;
  const ImU32 strong = row.closed ? theme.text_faint : theme.text;
  const ImU32 quiet = row.closed ? theme.text_faint : theme.text_dim;
  if (const auto cell = grid.cell(kName)) {
    chip_at(context, grid.path("/chip"), ImVec2(cell->low.x, cell->low.y + chip_top(context, grid)),
            row.connection, cell->width());
    const float used = chip_width(context, row.connection, cell->width()) + context.px(8);
    if (used + context.px(22) < cell->width()) {
      const Rect rest{ImVec2(cell->low.x + used, cell->low.y), cell->high};
      put_in(context, rest, Face::Small, theme.text_faint, row.kind);
      context.registry.add(grid.path("/kind"), rest.low, rest.high, false, true, true, row.kind);
    }
  }
  draw_side(context, grid, kFrom, "/from", row.from);
  draw_side(context, grid, kTo, "/to", row.to);
  if (row.closed && !hovered && !context.view.selected(row.connection.ref))
    fade(context, grid, {kName, kFrom, kTo});
  grid.text(kThere, Face::Mono, strong, row.there);
  grid.text(kBack, Face::Mono, strong, row.back);
  grid.text(kBytes, Face::Mono, strong, row.bytes);
  if (const auto cell = grid.cell(kTrend)) {
    spark(context,
          {ImVec2(cell->low.x, cell->low.y + context.px(7)),
           ImVec2(cell->high.x, cell->high.y - context.px(7))},
          row.spark);
  }
  grid.text(kMessages, Face::Mono, quiet, row.messages);
  grid.text(kUnder, Face::Mono, strong, row.under);
  draw_chips(context, grid, kWaiting, "/waiting", row.waiting);
  draw_state(context, grid, kState, row.state);
}

// Between two parts that stand below each other.
float gap(const Context& context) {
  return context.px(metric::kGap) + ImGui::GetStyle().ItemSpacing.y;
}

float height_of(const Context& context, std::size_t rows) {
  return context.px(metric::kRow) * static_cast<float>(rows + 1) + context.px(8);
}

// The user's share of the room; and what the plot leaves when it gives way.
float rows_height(const Context& context, const present::ConnectionListVm& vm, float room,
                  float share) {
  const float full = height_of(context, vm.rows.size());
  const float rows = std::min(full, room * share);
  float left = room - rows - context.px(kSplitter);
  if (!vm.listeners.empty()) left -= context.px(kHeading) + height_of(context, vm.listeners.size());
  return left < gap(context) + context.px(kLeastPlot) ? std::min(full, rows + std::max(0.0F, left))
                                                      : rows;
}

void draw_rows(Context& context, Memory& memory, const present::ConnectionListVm& vm, ImVec2 room) {
  const float height = rows_height(context, vm, room.y, memory.connection_share);
  {
    Grid grid(context, "connections", kColumns, present::Screen::Connections, vm.sort,
              ImVec2(room.x, height));
    if (grid) {
      ImGuiListClipper clipper;
      clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
      while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
          draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
      }
    }
  }
  stack_splitter(context, "connections/splitter", room.x, room.y, memory.connection_share);
}

void draw_listener(Context& context, Grid& grid, const ListenerRow& row) {
  const bool hovered = grid.row(row.listener.ref, row.listener.label);
  if (hovered && tip_due(context)) tooltip(context, row.listener.tip);
  scope::Id id(static_cast<int>(row.listener.ref.id));
  const Theme& theme = context.theme;
  const ImU32 strong = row.closed ? theme.text_faint : theme.text;
  const auto one = [&](std::size_t column, const char* name, const present::Chip& chip) {
    if (!chip) return;
    if (const auto cell = grid.cell(column))
      chip_at(context, grid.path(name), ImVec2(cell->low.x, cell->low.y + chip_top(context, grid)),
              chip, cell->width());
  };
  one(kListener, "/chip", row.listener);
  grid.text(kAddress, Face::Mono, strong, row.address);
  one(kProcess, "/process", row.process);
  if (row.closed && !hovered && !context.view.selected(row.listener.ref))
    fade(context, grid, {kListener, kProcess});
  grid.text(kAccepted, Face::Mono, strong, row.accepted);
  grid.text(kRefused, Face::Mono, theme.tone(Tone::Warning), row.refused);
  draw_state(context, grid, kOpen, row.state);
}

void draw_listeners(Context& context, const present::ConnectionListVm& vm, float height) {
  heading(context, "Listeners");
  Grid grid(context, "connections/listeners", kListenerColumns, present::Screen::Connections, {},
            ImVec2(ImGui::GetContentRegionAvail().x, height));
  if (!grid) return;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(vm.listeners.size()), grid.row_height());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_listener(context, grid, vm.listeners[static_cast<std::size_t>(i)]);
  }
}

void draw_bytes(Context& context, const present::Plot& bytes) {
  const ImVec2 room = ImGui::GetContentRegionAvail();
  Card card(context, "connections/bytes_card", room.x);
  plot(context, "connections/bytes", bytes,
       ImVec2(card.inner_width(), room.y - context.px(2 + 2 * metric::kCardPad)));
}

// The plot gives way where it would be too low to be read; the listeners then have the room.
void draw_below(Context& context, const present::ConnectionListVm& vm) {
  const float plot_room = gap(context) + context.px(kLeastPlot);
  if (!vm.listeners.empty()) {
    const float room = ImGui::GetContentRegionAvail().y - context.px(kHeading);
    const float some = context.px(2 * metric::kRow);
    const float full = height_of(context, vm.listeners.size());
    const float beside_plot = room - plot_room;
    const float height = beside_plot >= std::min(full, some) ? beside_plot : room;
    draw_listeners(context, vm, std::max(some, std::min(full, height)));
  }
  if (vm.empty) {
    empty_state(context, "connections/empty", vm.empty, icon::kExchange);
  } else if (ImGui::GetContentRegionAvail().y >= plot_room) {
    if (!vm.listeners.empty()) space(context, metric::kGap);
    draw_bytes(context, vm.bytes);
  }
}

// A listener may wait for the first connection: then the empty state stands under it.
void draw_table(Context& context, Memory& memory, const present::ConnectionListVm& vm) {
  if (!vm.empty) draw_rows(context, memory, vm, ImGui::GetContentRegionAvail());
  draw_below(context, vm);
}

}  // namespace

void draw_connections(Context& context, Memory& memory, const present::ConnectionListVm& vm,
                      const present::MessagesVm& messages) {
  using present::ConnectionsView;
  const int chosen = screen_head(context, present::Screen::Connections, "Connections", vm.summary,
                                 vm.filter, {"Table", "Messages"}, static_cast<int>(vm.view));
  if (chosen >= 0) context.send(present::SetConnectionsView{static_cast<ConnectionsView>(chosen)});
  if (vm.view == ConnectionsView::Messages)
    draw_messages(context, memory, messages, present::Screen::Connections);
  else
    draw_table(context, memory, vm);
}

}  // namespace inspector::ui
