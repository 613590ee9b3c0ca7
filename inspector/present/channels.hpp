// Channels: what messages go through. A queue is a way in one direction, a connection in both.
#pragma once

#include "present/look.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace inspector::present {

struct ChannelWay {
  model::ObjectId from = 0;  // the queue, or the end that sends
  const model::MessageTrace* trace = nullptr;
  std::uint64_t taken = 0;  // number of the newest message that arrived
  bool upward = false;      // from the second end of a connection to the first
};

struct Channel {
  model::ObjectId id = 0;  // the queue, or the first end
  bool is_connection = false;
  std::uint64_t messages = 0;    // so far
  std::vector<ChannelWay> ways;  // none: its messages cannot be followed
};

// All of the screen in view: its queues, or its connections.
std::vector<Channel> channels(const Look&);
// The one that an entity belongs to: a queue, an end, or a message of it.
std::optional<Channel> channel_of(const Look&, EntityRef);

// One of those that are remembered; empty when it is not.
std::optional<model::Message> find_message(const ChannelWay& way, std::uint64_t number);

}  // namespace inspector::present
