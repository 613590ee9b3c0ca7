// Connections: which two ends make one, who is at each, and how much goes each way.
#pragma once

#include "analysis/flow.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inspector::analysis {

enum class LinkKind : std::uint8_t { Pipe, Unix, Inet };
enum class LinkState : std::uint8_t {
  Open,
  OtherEndGone,  // one side is left; what was sent can still be read
  Closed,
};

// What goes from one end to the other.
struct Way {
  std::uint64_t messages = 0;  // so far
  std::uint64_t bytes = 0;
  double messages_per_s = 0;  // over a stretch of time
  double bytes_per_s = 0;
  std::optional<std::uint64_t> under_way;  // sent, and not received yet
  std::optional<Sojourn> sojourn;          // how long they were under way
};

// The ends in the order in which they are told: who connects before who accepts, who alone has sent
// anything before who listens, the first of a Pipe before the second.
struct Link {
  model::ObjectId first = 0;
  model::ObjectId second = 0;  // 0: not known, or in no program that is watched
  LinkKind kind = LinkKind::Pipe;
  LinkState state = LinkState::Open;
  std::vector<model::Puid> first_users;  // who has used it; else who could
  std::vector<model::Puid> second_users;
  Way there;  // from the first to the second
  Way back;
  std::vector<model::ThreadKey> receivers;  // who waits for a message
  std::vector<model::ThreadKey> senders;    // who waits for room
  std::uint64_t wrong_keys = 0;
};

// Of all connections, in the order of their ids, over `stretch`, which ends now or earlier.
std::vector<Link> links(const model::Model& model, const Stretch& stretch);
// The one that an end is part of; empty if that is no connection.
std::optional<Link> link_of(const model::Model& model, model::ObjectId end, const Stretch& stretch);

// "pipe", "unix", "inet"
std::string_view link_kind_word(LinkKind kind);
// "open", "send blocked", "other end gone", ...
std::string_view link_state_words(const Link& link);
// Of an end in no process that is watched: what the other end knows of it. "pid 812, not watched"
std::string stranger_words(const model::Model& model, const Names& names, const Link& link,
                           bool first);

struct ListenerLook {
  model::ObjectId listener = 0;
  model::Puid owner = 0;
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  bool is_open = true;
  std::vector<model::ThreadKey> acceptors;  // who waits for a client
};
std::vector<ListenerLook> listeners(const model::Model& model);

}  // namespace inspector::analysis
