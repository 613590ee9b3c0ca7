// Command: what the user asked for in a frame. Panels return commands; they carry out nothing
// themselves.
#pragma once

#include "present/entity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace inspector::present {

enum class Screen : std::uint8_t {
  Sessions,
  Overview,
  Processes,
  Queues,
  Locks,
  Resources,
  Connections
};
enum class QueuesView : std::uint8_t { Table, Flow, Messages };
enum class ConnectionsView : std::uint8_t { Table, Messages };
enum class LocksView : std::uint8_t { Table, Graph };
enum class Theme : std::uint8_t { Dark, Light };
enum class Ending : std::uint8_t { Terminate, Kill };
enum class StepUnit : std::uint8_t { Event, Alarm };

// -- The view ------------------------------------------------------------------------------------
struct GoTo {
  Screen screen = Screen::Overview;
};
struct Select {
  EntityRef ref;
  bool add = false;
};  // Ctrl adds, or takes away
struct Open {
  EntityRef ref;
};  // select it and go to the screen of its kind
struct ClearOne {};  // Esc: range, then selection, then filter
struct SelectionBack {};
struct SelectionForward {};
struct SetFilter {
  Screen screen = Screen::Overview;
  std::string text;
};
struct SetSort {
  Screen screen = Screen::Overview;
  int column = -1;
  bool descending = true;
};
struct SetExpanded {
  EntityRef ref;
  bool expanded = true;
};
struct SetQueuesView {
  QueuesView view = QueuesView::Table;
};
struct SetConnectionsView {
  ConnectionsView view = ConnectionsView::Table;
};
struct SetLocksView {
  LocksView view = LocksView::Table;
};
struct SetDetailOpen {
  bool open = true;
};
struct SetTheme {
  Theme theme = Theme::Dark;
};
struct SetSearch {
  std::string text;
};
struct SetRange {
  std::optional<TimeRange> range;
};
struct SetWindow {
  std::optional<TimeRange> window;
};  // empty: all of it, following
// The mouse is over a plot ("queues/depth") or the strip ("strip") at this fraction of its width,
// or left it.
struct Probe {
  std::string plot;
  float fraction = 0;
  bool operator==(const Probe&) const = default;
};
struct SetProbe {
  std::optional<Probe> probe;
};

// -- Time ----------------------------------------------------------------------------------------
struct Pause {};
struct Play {};  // from the cursor at the chosen speed
struct Seek {
  Moment to = 0;
};  // pauses the view, never the recording
struct BackToLive {};  // of a recording: to its end
struct SetSpeed {
  double speed = 1.0;
};
struct SetLoop {
  bool on = false;
};
struct Step {
  StepUnit unit = StepUnit::Event;
  bool forward = true;
};

// -- Alarms --------------------------------------------------------------------------------------
struct ShowEvidence {  // choose it, and go to the screen and the moment that show it best
  EntityRef alarm;
  bool at_its_time = false;  // soon after it began, also when it can still be seen now
};
struct Acknowledge {
  EntityRef alarm;
};

// -- The world -----------------------------------------------------------------------------------
struct Attach {
  std::uint64_t running = 0;
};  // an id of SessionsVm::running
struct OpenRecording {
  std::string path;
};  // empty: ask for one
struct OpenDemo {
  std::string id;
};
struct OpenRecoverable {
  std::string path;
};  // live files of dead processes
struct CloseSession {};
struct EndProcess {
  EntityRef process;
  Ending how = Ending::Terminate;
};
struct SetLevel {
  int level = 2;
};
struct StartRecording {};
struct StopRecording {};
struct DismissNotice {
  std::uint64_t id = 0;
};
struct TakePicture {};  // F12: the window as a PNG
struct Quit {};

using Command =
    std::variant<GoTo, Select, Open, ClearOne, SelectionBack, SelectionForward, SetFilter, SetSort,
                 SetExpanded, SetQueuesView, SetConnectionsView, SetLocksView, SetDetailOpen,
                 SetTheme, SetSearch, SetRange, SetWindow, SetProbe, Pause, Play, Seek, BackToLive,
                 SetSpeed, SetLoop, Step, ShowEvidence, Acknowledge, Attach, OpenRecording,
                 OpenDemo, OpenRecoverable, CloseSession, EndProcess, SetLevel, StartRecording,
                 StopRecording, DismissNotice, TakePicture, Quit>;
using Commands = std::vector<Command>;

}  // namespace inspector::present
