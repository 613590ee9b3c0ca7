#include "present/view_state.hpp"

#include <algorithm>
#include <utility>

namespace inspector::present {
namespace {

constexpr std::size_t kHistoryLimit = 200;

Screen home_of(EntityKind kind, Screen otherwise) {
  switch (kind) {
    case EntityKind::Process:
    case EntityKind::Thread:
      return Screen::Processes;
    case EntityKind::Queue:
    case EntityKind::Message:
      return otherwise == Screen::Connections ? Screen::Connections : Screen::Queues;
    case EntityKind::Pipe:
      return Screen::Connections;
    case EntityKind::Lock:
      return Screen::Locks;
    case EntityKind::Block:
      return Screen::Resources;
    case EntityKind::Alarm:
      return Screen::Overview;
    case EntityKind::Object:
    case EntityKind::None:
      break;
  }
  return otherwise;
}

void choose(ViewState& view, std::vector<EntityRef> selection) {
  if (selection == view.selection) return;
  view.history.resize(std::min(view.history_at, view.history.size()));
  if (view.history.size() == kHistoryLimit) view.history.erase(view.history.begin());
  view.history.push_back(view.selection);
  view.history_at = view.history.size();
  view.selection = std::move(selection);
}

// history[0, at) lies behind, [at, end) ahead; moving swaps the present selection with the one
// moved to.
void travel(ViewState& view, bool forward) {
  if (forward ? view.history_at >= view.history.size() : view.history_at == 0) return;
  const std::size_t slot = forward ? view.history_at++ : --view.history_at;
  std::swap(view.history[slot], view.selection);
}

void clear_one(ViewState& view) {
  if (view.range) {
    view.range.reset();
  } else if (!view.selection.empty()) {
    choose(view, {});
  } else {
    view.filters.erase(view.screen);
  }
}

struct Apply {
  ViewState& view;
  Moment now;

  bool operator()(const GoTo& c) {
    view.screen = c.screen;
    return true;
  }
  bool operator()(const Select& c) {
    std::vector<EntityRef> next = c.add ? view.selection : std::vector<EntityRef>{};
    const auto old = std::find(next.begin(), next.end(), c.ref);
    if (old != next.end())
      next.erase(old);
    else if (c.ref)
      next.push_back(c.ref);
    choose(view, std::move(next));
    return true;
  }
  bool operator()(const Open& c) {
    choose(view, {c.ref});
    view.screen = home_of(c.ref.kind, view.screen);
    return true;
  }
  bool operator()(const ClearOne&) {
    clear_one(view);
    return true;
  }
  bool operator()(const SelectionBack&) {
    travel(view, false);
    return true;
  }
  bool operator()(const SelectionForward&) {
    travel(view, true);
    return true;
  }
  bool operator()(const SetFilter& c) {
    if (c.text.empty())
      view.filters.erase(c.screen);
    else
      view.filters[c.screen] = c.text;
    return true;
  }
  bool operator()(const SetSort& c) {
    view.sorts[c.screen] = {c.column, c.descending};
    return true;
  }
  bool operator()(const SetExpanded& c) {
    if (c.expanded)
      view.collapsed.erase(c.ref);
    else
      view.collapsed.insert(c.ref);
    return true;
  }
  bool operator()(const SetQueuesView& c) {
    view.queues_view = c.view;
    return true;
  }
  bool operator()(const SetConnectionsView& c) {
    view.connections_view = c.view;
    return true;
  }
  bool operator()(const SetLocksView& c) {
    view.locks_view = c.view;
    return true;
  }
  bool operator()(const SetDetailOpen& c) {
    view.detail_open = c.open;
    return true;
  }
  bool operator()(const SetTheme& c) {
    view.theme = c.theme;
    return true;
  }
  bool operator()(const SetSearch& c) {
    view.search = c.text;
    return true;
  }
  bool operator()(const SetRange& c) {
    view.range = c.range;
    return true;
  }
  bool operator()(const SetWindow& c) {
    view.window = c.window;
    return true;
  }
  bool operator()(const SetProbe& c) {
    view.probe = c.probe;
    return true;
  }
  bool operator()(const SetSpeed& c) {
    view.speed = c.speed;
    return true;
  }
  bool operator()(const SetLoop& c) {
    view.loop = c.on;
    return true;
  }

  // The source has to follow the cursor: these change the view and go on to the session.
  bool operator()(const Pause&) {
    if (view.mode == Mode::Live) view.cursor = now;
    view.mode = Mode::Paused;
    return false;
  }
  bool operator()(const Play&) {
    view.mode = Mode::Playing;
    return false;
  }
  bool operator()(const Seek& c) {
    view.mode = Mode::Paused;
    view.cursor = c.to;
    return false;
  }
  bool operator()(const BackToLive&) {
    view.mode = Mode::Live;
    return false;
  }

  template <typename Other>
  bool operator()(const Other&) {
    return false;
  }
};

}  // namespace

bool ViewState::selected(EntityRef ref) const {
  return std::find(selection.begin(), selection.end(), ref) != selection.end();
}

std::string ViewState::filter(Screen which) const {
  const auto found = filters.find(which);
  return found == filters.end() ? std::string() : found->second;
}

Sort ViewState::sort(Screen which) const {
  const auto found = sorts.find(which);
  return found == sorts.end() ? Sort{} : found->second;
}

bool apply(const Command& command, ViewState& view, Moment now) {
  return std::visit(Apply{view, now}, command);
}

}  // namespace inspector::present
