// The messages of one queue or connection: who put which item when, who took it, and how long it
// stayed; who sent which message, and who received it.
#pragma once

#include "model/ids.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

// A message as an entity: an item of a queue, or what an end of a connection has sent.
struct MessageId {
  model::ObjectId channel = 0;  // the queue, or the end that sent it
  std::uint64_t number = 0;
};
constexpr EntityRef message_ref(MessageId id) {
  return {EntityKind::Message, (std::uint64_t{id.channel} << 40) | (id.number & 0xff'ffff'ffff)};
}
constexpr MessageId message_of(EntityRef ref) {
  return {static_cast<model::ObjectId>(ref.id >> 40), ref.id & 0xff'ffff'ffff};
}

struct MessageRow {
  EntityRef ref{};
  std::string name;    // "8 812"
  std::string put_at;  // "+12.250 s"
  Chip from{};
  std::string got_at{};  // "in the queue" when nobody has taken it
  Chip to{};
  std::string stayed{};
  std::string size{};
  bool waiting = false;
};

struct MessageArrow {
  EntityRef ref{};  // of the message
  float from = 0;   // fractions of the window
  float to = 1;     // 1 and `waiting`: still in the queue
  std::size_t from_lane = 0;
  std::size_t to_lane = 0;
  float hue = 0;  // identity colour of who put it
  EntityRef putter{};
  EntityRef getter{};
  Tip tip{};
  bool waiting = false;
  bool upward = false;  // from a lane below to a lane above: an answer
};

struct MessagesVm {
  std::vector<Chip> channels{};  // queues or connections to choose from; `shown` is one of them
  Chip shown{};
  std::string note{};  // "p50 12 ms · p99 80 ms", "every 4th item"
  TimeRange window{};
  std::vector<Tick> x_ticks{};
  std::vector<Chip> producers{};  // lanes above; of a connection, its first end
  std::vector<Chip> consumers{};  // lanes below
  std::string between{};          // "in the queue", "under way"
  std::vector<MessageArrow> arrows{};
  std::vector<MessageRow> rows{};  // newest first
  EmptyState empty{};
};

MessagesVm build_messages(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
