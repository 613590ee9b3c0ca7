#include "present/detail_blocks.hpp"
#include "present/format.hpp"
#include "present/messages.hpp"

#include <algorithm>
#include <optional>

namespace inspector::present {
namespace {

std::optional<model::Message> find_message(const model::Queue& queue, std::uint64_t number) {
  const auto is_it = [number](const model::Message& message) { return message.number == number; };
  const auto& taken = queue.trace.recent().rows();
  if (const auto at = std::find_if(taken.begin(), taken.end(), is_it); at != taken.end())
    return *at;
  const auto waiting = queue.trace.waiting(queue.gets);
  const auto at = std::find_if(waiting.begin(), waiting.end(), is_it);
  return at == waiting.end() ? std::nullopt : std::optional(*at);
}

}  // namespace

void describe_message(const Look& look, EntityRef message, DetailVm& vm) {
  const auto [object, number] = message_of(message);
  const model::Queue* queue = look.model.queues().find(object);
  const auto found = queue == nullptr ? std::nullopt : find_message(*queue, number);
  if (!found) {
    vm.empty = {"Not there",
                "This message is not among the newest ones of its queue at this moment. Go to the "
                "moment when it was put or taken.",
                ""};
    return;
  }
  const bool waits = found->got.at_ns == 0;
  const Chip from = look.chip(found->put.thread);
  const std::string stayed =
      duration_text(waits ? look.age(found->put.at_ns) : found->sojourn_ns());
  vm.title = {message, "item " + count_text(number), waits ? Tone::Waiting : Tone::Neutral, {}};
  vm.kind = "Message";
  vm.tone = vm.title.tone;
  analysis::Text state("Put into ");
  state << look.names.say_object(object) << " by " << look.names.say(found->put.thread);
  if (waits)
    state << "; has been in it for " + stayed + ".";
  else
    state << ", taken by " << look.names.say(found->got.thread) << " after " + stayed + ".";
  vm.state = look.sentence(state);
  vm.facts.push_back({"stayed", stayed});
  vm.facts.push_back({"size", bytes_text(found->bytes)});
  if (waits && number > queue->gets)
    vm.facts.push_back({"before it", count_text(number - queue->gets - 1), "items"});
  add_relation(vm, "queue", {look.chip_object(object)});
  add_relation(vm, "put by", {from});
  if (!waits) add_relation(vm, "taken by", {look.chip(found->got.thread)});
  const auto at = [&](const char* label, const model::Handling& handling) {
    const auto moment = static_cast<Moment>(handling.at_ns);
    vm.provenance.push_back(
        {label, moment_text(moment, look.facts.wall_at_zero, look.begin()), false});
  };
  at("put at", found->put);
  if (!waits) at("taken at", found->got);
  if (!look.facts.can_seek) return;
  vm.actions.push_back({"put", "Go to the put", Seek{static_cast<Moment>(found->put.at_ns)}});
  if (!waits)
    vm.actions.push_back({"get", "Go to the get", Seek{static_cast<Moment>(found->got.at_ns)}});
}

}  // namespace inspector::present
