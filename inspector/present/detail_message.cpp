#include "present/channels.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"
#include "present/messages.hpp"

#include <algorithm>
#include <optional>

namespace inspector::present {
namespace {

struct Found {
  Channel channel;
  ChannelWay way;
  model::Message message;
};

std::optional<Found> find(const Look& look, EntityRef ref) {
  const auto [from, number] = message_of(ref);
  const auto channel = channel_of(look, ref);
  if (!channel) return std::nullopt;
  for (const ChannelWay& way : channel->ways) {
    if (way.from != from) continue;
    if (const auto message = find_message(way, number)) return Found{*channel, way, *message};
  }
  return std::nullopt;
}

analysis::Text state_of(const Look& look, const Found& found, const std::string& stayed) {
  const model::Message& message = found.message;
  const bool waits = message.got.at_ns == 0;
  analysis::Text text(found.channel.is_connection ? "Sent on " : "Put into ");
  text << look.names.say_object(found.way.from) << " by " << look.names.say(message.put.thread);
  if (waits)
    return text << (found.channel.is_connection ? "; under way for " : "; has been in it for ") +
                       stayed + ".";
  return text << (found.channel.is_connection ? ", received by " : ", taken by ")
              << look.names.say(message.got.thread) << " after " + stayed + ".";
}

}  // namespace

void describe_message(const Look& look, EntityRef ref, DetailVm& vm) {
  const auto found = find(look, ref);
  if (!found) {
    vm.empty = {"Not there",
                "This message is not among the newest ones at this moment. Go to the moment when "
                "it was put or taken.",
                ""};
    return;
  }
  const model::Message& message = found->message;
  const bool is_sent = found->channel.is_connection;
  const std::uint64_t number = message.number;
  const bool waits = message.got.at_ns == 0;
  const Chip from = look.chip(message.put.thread);
  const std::string stayed =
      duration_text(waits ? look.age(message.put.at_ns) : message.sojourn_ns());
  vm.title = {ref,
              (is_sent ? "message " : "item ") + count_text(number),
              waits ? Tone::Waiting : Tone::Neutral,
              {}};
  vm.kind = "Message";
  vm.tone = vm.title.tone;
  vm.state = look.sentence(state_of(look, *found, stayed));
  vm.facts.push_back({is_sent ? "under way" : "stayed", stayed});
  vm.facts.push_back({"size", bytes_text(message.bytes)});
  if (waits && number > found->way.taken)
    vm.facts.push_back(
        {"before it", count_text(number - found->way.taken - 1), is_sent ? "messages" : "items"});
  add_relation(vm, is_sent ? "connection" : "queue", {look.chip_object(found->channel.id)});
  add_relation(vm, is_sent ? "sent by" : "put by", {from});
  if (!waits)
    add_relation(vm, is_sent ? "received by" : "taken by", {look.chip(message.got.thread)});
  const auto at = [&](const char* label, const model::Handling& handling) {
    const auto moment = static_cast<Moment>(handling.at_ns);
    vm.provenance.push_back(
        {label, moment_text(moment, look.facts.wall_at_zero, look.begin()), false});
  };
  at(is_sent ? "sent at" : "put at", message.put);
  if (!waits) at(is_sent ? "received at" : "taken at", message.got);
  if (!look.facts.can_seek) return;
  vm.actions.push_back({"put", is_sent ? "Go to the send" : "Go to the put",
                        Seek{static_cast<Moment>(message.put.at_ns)}});
  if (!waits)
    vm.actions.push_back({"get", is_sent ? "Go to the receipt" : "Go to the get",
                          Seek{static_cast<Moment>(message.got.at_ns)}});
}

}  // namespace inspector::present
