// ViewState: everything the user has chosen. With the model it determines what each panel shows.
#pragma once

#include "present/command.hpp"
#include "present/entity.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace inspector::present {

enum class Mode : std::uint8_t {
  Live,     // the cursor is pinned to the newest event
  Paused,   // the cursor stands still; recording goes on
  Playing,  // the cursor moves at `speed`
};

struct Sort {
  int column = -1;  // an enumerator of the list's Column type; -1: the list's own order
  bool descending = true;
  bool operator==(const Sort&) const = default;
};

struct ViewState {
  Screen screen = Screen::Sessions;
  std::vector<EntityRef>
      selection{};  // in the order of the clicks; the last one fills the detail panel

  Mode mode = Mode::Live;
  Moment cursor = 0;  // meaningful unless Live
  double speed = 1.0;
  bool loop = false;
  std::optional<TimeRange> range{};   // chosen by dragging; statistics obey it
  std::optional<TimeRange> window{};  // what plots and the strip show; empty: they choose

  std::map<Screen, std::string> filters{};
  std::map<Screen, Sort> sorts{};
  std::set<EntityRef> collapsed{};  // tree rows whose children are hidden
  QueuesView queues_view = QueuesView::Table;
  ConnectionsView connections_view = ConnectionsView::Table;
  LocksView locks_view = LocksView::Table;
  std::string search{};          // what stands in the command palette
  std::optional<Probe> probe{};  // the mouse over a plot or the strip

  std::vector<std::vector<EntityRef>> history{};  // for Alt+Left and Alt+Right
  std::size_t history_at = 0;                     // selections up to here lie behind

  bool detail_open = true;
  Theme theme = Theme::Dark;

  EntityRef focus() const { return selection.empty() ? EntityRef{} : selection.back(); }
  bool selected(EntityRef ref) const;
  std::string filter(Screen which) const;
  Sort sort(Screen which) const;
};

// Carries out what concerns the view alone. False: the command is for somebody else (the session, a
// process, a recording); such commands may still have changed the view. `now` is the newest moment:
// Pause stays there.
bool apply(const Command& command, ViewState& view, Moment now);

}  // namespace inspector::present
