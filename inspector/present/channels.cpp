#include "present/channels.hpp"

#include "analysis/connections.hpp"
#include "present/messages.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

Channel of_queue(const model::Queue& queue) {
  return {queue.object, false, queue.puts, {{queue.object, &queue.trace, queue.gets, false}}};
}

Channel of_link(const Look& look, const analysis::Link& link) {
  Channel channel{link.first, true, link.there.messages + link.back.messages, {}};
  const auto& ends = look.model.connections();
  const model::ConnectionEnd* first = ends.find(link.first);
  const model::ConnectionEnd* second = ends.find(link.second);
  if (second == nullptr || first->shared || second->shared) return channel;
  channel.ways = {{link.first, &first->trace, second->received, false},
                  {link.second, &second->trace, first->received, true}};
  return channel;
}

// A recording may name what it never declared.
bool is_shown(const Look& look, model::ObjectId id) {
  const model::Object* object = look.model.objects().find(id);
  return object != nullptr && object->merged_into == 0;
}

}  // namespace

std::vector<Channel> channels(const Look& look) {
  std::vector<Channel> all;
  if (look.view.screen == Screen::Connections) {
    for (const analysis::Link& link : analysis::links(look.model, look.stretch()))
      all.push_back(of_link(look, link));
    return all;
  }
  for (const auto& [id, queue] : look.model.queues().rows()) {
    if (is_shown(look, id)) all.push_back(of_queue(queue));
  }
  return all;
}

std::optional<Channel> channel_of(const Look& look, EntityRef ref) {
  const model::ObjectId id =
      ref.kind == EntityKind::Message ? message_of(ref).channel : look.subject(ref).object;
  if (id == 0 || !is_shown(look, id)) return std::nullopt;
  if (const model::Queue* queue = look.model.queues().find(id)) return of_queue(*queue);
  const auto link = analysis::link_of(look.model, id, look.stretch());
  return link ? std::optional(of_link(look, *link)) : std::nullopt;
}

std::optional<model::Message> find_message(const ChannelWay& way, std::uint64_t number) {
  const auto is_it = [number](const model::Message& message) { return message.number == number; };
  const auto& arrived = way.trace->recent().rows();
  if (const auto at = std::find_if(arrived.begin(), arrived.end(), is_it); at != arrived.end())
    return *at;
  const auto waiting = way.trace->waiting(way.taken);
  const auto at = std::find_if(waiting.begin(), waiting.end(), is_it);
  return at == waiting.end() ? std::nullopt : std::optional(*at);
}

}  // namespace inspector::present
