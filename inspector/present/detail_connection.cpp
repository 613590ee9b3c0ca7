#include "present/connection_curves.hpp"
#include "present/connection_words.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"

namespace inspector::present {
namespace {

analysis::Text state_of(const Look& look, const analysis::Link& link) {
  const auto say = [&](const std::vector<model::ThreadKey>& threads) {
    std::vector<analysis::Text> all;
    for (const model::ThreadKey key : threads) all.push_back(look.names.say(key));
    return analysis::join_texts(all, 4);
  };
  if (link.state == analysis::LinkState::Closed) return "Closed at both ends.";
  if (!link.senders.empty())
    return say(link.senders) << (link.senders.size() > 1
                                     ? " cannot send: nobody reads."
                                     : " cannot send: the other end does not read.");
  if (link.state == analysis::LinkState::OtherEndGone)
    return "The other end is gone: what was sent can be read, then comes the end of the stream.";
  if (!link.receivers.empty())
    return say(link.receivers) << (link.receivers.size() > 1 ? " wait for a message."
                                                             : " waits for a message.");
  const double rate = link.there.messages_per_s + link.back.messages_per_s;
  return rate > 0 ? "Open; " + list_rate_text(rate) + "." : "Open, and nothing moves.";
}

void add_way(DetailVm& vm, const analysis::Way& way, const std::string& direction) {
  if (way.messages == 0) return;
  vm.facts.push_back({direction, count_text(way.messages), "messages"});
  if (way.bytes > 0) vm.facts.push_back({"bytes " + direction, bytes_text(way.bytes)});
  if (way.messages_per_s > 0)
    vm.facts.push_back({direction + " now", list_rate_text(way.messages_per_s)});
  if (way.under_way.value_or(0) > 0)
    vm.facts.push_back({"under way " + direction, count_text(*way.under_way)});
  if (way.sojourn)
    vm.facts.push_back({"on its way " + direction, duration_text(way.sojourn->median_ns)});
}

void add_side(const Look& look, const analysis::Link& link, bool first, DetailVm& vm) {
  const ConnectionSide side = side_of(look, link, first);
  const char* const label = first ? "from" : "to";
  if (!side.processes.empty())
    add_relation(vm, label, side.processes);
  else
    vm.provenance.push_back({label, side.words, false});
}

}  // namespace

void describe_connection(const Look& look, const model::Object& end, DetailVm& vm) {
  const auto link = analysis::link_of(look.model, end.id, look.stretch());
  if (!link) return;
  vm.state = look.sentence(state_of(look, *link));
  add_way(vm, link->there, "there");
  add_way(vm, link->back, "back");
  if (link->wrong_keys > 0)
    vm.facts.push_back({"wrong key", count_text(link->wrong_keys), "times", Tone::Warning});
  add_side(look, *link, true, vm);
  add_side(look, *link, false, vm);
  const model::ObjectId other = end.id == link->first ? link->second : link->first;
  add_relation(vm, "other end", {look.chip_object(other)});
  const model::ConnectionEnd& row = *look.model.connections().find(end.id);
  add_relation(vm, "accepted by", {look.chip_object(row.listener)});
  add_relation(vm, "waits for a message", look.chips(link->receivers));
  add_relation(vm, "waits for room", look.chips(link->senders));
  if (!row.local.empty()) vm.provenance.push_back({"here", row.local});
  if (!row.remote.empty()) vm.provenance.push_back({"there", row.remote});
  vm.plots.push_back(bytes_plot(look, {*link}, "detail/bytes"));
}

void describe_listener(const Look& look, const model::Object& object, DetailVm& vm) {
  std::vector<Chip> let_in;
  for (const auto& [id, end] : look.model.connections().rows()) {
    if (end.listener == object.id) let_in.push_back(look.chip_object(id));
  }
  for (const analysis::ListenerLook& listener : analysis::listeners(look.model)) {
    if (listener.listener != object.id) continue;
    vm.state = look.sentence(!listener.is_open            ? "Closed."
                             : listener.acceptors.empty() ? "Open; nobody is in accept()."
                                                          : "Waits for a client.");
    vm.facts.push_back({"accepted", count_text(listener.accepted)});
    if (listener.refused > 0)
      vm.facts.push_back({"turned away", count_text(listener.refused), "", Tone::Warning});
    add_relation(vm, "waits in accept()", look.chips(listener.acceptors));
  }
  add_relation(vm, "let in", std::move(let_in));
}

}  // namespace inspector::present
