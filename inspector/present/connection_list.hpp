// Connections: who talks to whom, how much, and who waits for a word; and the listeners that let
// them in.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

enum class ConnectionColumn : std::uint8_t {
  Name,
  From,
  To,
  There,
  Back,
  Bytes,
  Messages,
  Under,
  Waiting,
  State
};

// One end of a connection: the processes that use it, or in words what is known of it.
struct ConnectionSide {
  std::vector<Chip> processes{};
  std::string words{};  // "pid 812, not watched", "10.0.0.7:4000"; instead of processes
};

struct ConnectionRow {
  Chip connection;     // its first end
  std::string kind{};  // "pipe", "unix", "inet"
  ConnectionSide from{};
  ConnectionSide to{};
  std::string there{};          // "1 204 /s", messages from `from` to `to`
  std::string back{};           // "" when it goes one way only
  std::string bytes{};          // "4.1 MB/s", both ways
  Spark spark{};                // of the bytes
  std::string messages{};       // "12 004" so far, both ways
  std::string under{};          // "3", sent and not received yet; "" where nobody can tell
  std::vector<Chip> waiting{};  // who waits for a message, or for room
  Badge state{};                // "open", "other end gone", "closed"
  bool closed = false;
};

struct ListenerRow {
  Chip listener;
  Chip process{};
  std::string address{};   // "127.0.0.1:6000"
  std::string accepted{};  // "12"
  std::string refused{};   // "3", wrong keys among them; "" when none
  Badge state{};           // "listening", "accepting" while somebody waits in accept(), "closed"
  bool closed = false;
};

struct ConnectionListVm {
  std::string summary;
  ConnectionsView view = ConnectionsView::Table;
  std::string filter;
  Sort sort{};
  std::vector<ConnectionRow> rows;
  std::vector<ListenerRow> listeners{};  // not sorted by the user, and not filtered
  Plot bytes{};  // of the selected connections, or of the busiest: there and back
  EmptyState empty{};
};

ConnectionListVm build_connection_list(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
