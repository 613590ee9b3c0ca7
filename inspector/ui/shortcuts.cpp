#include "ui/shortcuts.hpp"

#include "ui/keys.hpp"
#include "ui/memory.hpp"

#include <algorithm>
#include <vector>

namespace inspector::ui {
namespace {

using present::Screen;
using present::StepUnit;

std::vector<present::EntityRef> rows_of(const present::Vms& vms, Screen screen) {
  std::vector<present::EntityRef> rows;
  if (screen == Screen::Processes) {
    for (const auto& row : vms.processes.rows) rows.push_back(row.ref);
  } else if (screen == Screen::Queues) {
    for (const auto& row : vms.queues.rows) rows.push_back(row.queue.ref);
  } else if (screen == Screen::Locks) {
    for (const auto& row : vms.locks.rows) rows.push_back(row.lock.ref);
  } else if (screen == Screen::Resources) {
    for (const auto& row : vms.resources.rows) rows.push_back(row.block.ref);
  } else if (screen == Screen::Connections) {
    for (const auto& row : vms.connections.rows) rows.push_back(row.connection.ref);
    for (const auto& row : vms.connections.listeners) rows.push_back(row.listener.ref);
  }
  return rows;
}

void move_selection(Context& context, const present::Vms& vms, int by) {
  const auto rows = rows_of(vms, context.view.screen);
  if (rows.empty()) return;
  const auto at = std::find(rows.begin(), rows.end(), context.view.focus());
  const auto last = static_cast<std::ptrdiff_t>(rows.size()) - 1;
  const std::ptrdiff_t next = at == rows.end()
                                  ? (by > 0 ? 0 : last)
                                  : std::clamp<std::ptrdiff_t>(at - rows.begin() + by, 0, last);
  context.send(present::Select{rows[static_cast<std::size_t>(next)]});
}

void pause_or_play(Context& context, const present::TimeStripVm& strip) {
  if (strip.playing) {
    if (strip.can_pause) context.send(present::Pause{});
  } else if (strip.can_seek) {
    context.send(present::Play{});
  }
}

void zoom_to_range(Context& context) {
  const bool framed = context.view.range && context.view.window == context.view.range;
  if (framed || !context.view.range)
    context.send(present::SetWindow{});
  else
    context.send(present::SetWindow{context.view.range});
}

void next_view(Context& context) {
  using present::ConnectionsView;
  using present::LocksView;
  using present::QueuesView;
  const present::ViewState& view = context.view;
  if (view.screen == Screen::Queues) {
    constexpr QueuesView kNext[] = {QueuesView::Flow, QueuesView::Messages, QueuesView::Table};
    return context.send(present::SetQueuesView{kNext[static_cast<std::size_t>(view.queues_view)]});
  }
  if (view.screen == Screen::Connections) {
    const bool table = view.connections_view == ConnectionsView::Table;
    return context.send(
        present::SetConnectionsView{table ? ConnectionsView::Messages : ConnectionsView::Table});
  }
  const bool graph = view.locks_view == LocksView::Graph;
  context.send(present::SetLocksView{graph ? LocksView::Table : LocksView::Graph});
  context.send(present::GoTo{Screen::Locks});
}

void handle_character(Context& context, Memory& memory, const present::Vms& vms, ImWchar c) {
  const present::TimeStripVm& strip = vms.time_strip;
  switch (c) {
    case '1':
      return context.send(present::GoTo{Screen::Overview});
    case '2':
      return context.send(present::GoTo{Screen::Processes});
    case '3':
      return context.send(present::GoTo{Screen::Queues});
    case '4':
      return context.send(present::GoTo{Screen::Locks});
    case '6':
      return context.send(present::GoTo{Screen::Resources});
    case '7':
      return context.send(present::GoTo{Screen::Connections});
    case ' ':
      return pause_or_play(context, strip);
    case ',':
    case '.':
      if (strip.can_seek) context.send(present::Step{StepUnit::Event, c == '.'});
      return;
    case '[':
    case ']':
      if (strip.can_seek) context.send(present::Step{StepUnit::Alarm, c == ']'});
      return;
    case 'd':
    case 'D':
      return context.send(present::SetDetailOpen{!context.view.detail_open});
    case 'f':
    case 'F':
      return zoom_to_range(context);
    case 'g':
    case 'G':
      return next_view(context);
    case '?':
      memory.help_open = true;
      return;
    default:
      return;
  }
}

void handle_named(Context& context, Memory& memory, const present::Vms& vms) {
  const ImGuiIO& io = ImGui::GetIO();
  if (key::pressed(ImGuiKey_UpArrow)) move_selection(context, vms, -1);
  if (key::pressed(ImGuiKey_DownArrow)) move_selection(context, vms, 1);
  if (io.KeyAlt && key::pressed(ImGuiKey_LeftArrow)) context.send(present::SelectionBack{});
  if (io.KeyAlt && key::pressed(ImGuiKey_RightArrow)) context.send(present::SelectionForward{});
  if (key::pressed(ImGuiKey_Escape)) {
    if (memory.help_open)
      memory.help_open = false;
    else
      context.send(present::ClearOne{});
  }
  if (key::pressed(ImGuiKey_End) && vms.time_strip.open) context.send(present::BackToLive{});
}

}  // namespace

void handle_keys(Context& context, Memory& memory, const present::Vms& vms) {
  const ImGuiIO& io = ImGui::GetIO();
  if (key::pressed_index(key::kF12)) context.send(present::TakePicture{});
  if (io.KeyCtrl && key::pressed_index(key::kP)) {
    memory.palette_open = !memory.palette_open;
    memory.palette_focus = memory.palette_open;
    return;
  }
  if (io.KeyCtrl && key::pressed_index(key::kO))
    return context.send(present::GoTo{Screen::Sessions});
  if (io.WantTextInput || memory.palette_open || memory.question || io.KeyCtrl) return;
  for (const ImWchar c : io.InputQueueCharacters) handle_character(context, memory, vms, c);
  handle_named(context, memory, vms);
}

}  // namespace inspector::ui
