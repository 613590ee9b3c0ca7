#include "present/connection_list.hpp"

#include "analysis/connections.hpp"
#include "present/builders.hpp"
#include "present/connection_curves.hpp"
#include "present/connection_words.hpp"
#include "present/format.hpp"

#include <algorithm>
#include <tuple>

namespace inspector::present {
namespace {

using analysis::Link;
using analysis::LinkState;

constexpr std::size_t kPlotted = 3;

struct Item {
  ConnectionRow row;
  Link link;
};

double bytes_per_s(const Link& link) { return link.there.bytes_per_s + link.back.bytes_per_s; }
std::uint64_t messages(const Link& link) { return link.there.messages + link.back.messages; }
std::uint64_t under_way(const Link& link) {
  return link.there.under_way.value_or(0) + link.back.under_way.value_or(0);
}

Item make_item(const Look& look, Link link) {
  Item item;
  ConnectionRow& row = item.row;
  row.connection = look.chip_object(link.first);
  row.kind = analysis::link_kind_word(link.kind);
  row.from = side_of(look, link, true);
  row.to = side_of(look, link, false);
  row.closed = link.state == LinkState::Closed;
  if (!row.closed) row.there = list_rate_text(link.there.messages_per_s);
  if (!row.closed && link.back.messages > 0) row.back = list_rate_text(link.back.messages_per_s);
  row.bytes = byte_rate_text(bytes_per_s(link));
  row.spark = bytes_spark(look, link);
  row.messages = count_text(messages(link));
  if (link.there.under_way || link.back.under_way) row.under = count_text(under_way(link));
  for (const auto* waiting : {&link.receivers, &link.senders}) {
    for (Chip& chip : look.chips(*waiting)) row.waiting.push_back(std::move(chip));
  }
  row.state = link_badge(link);
  item.link = std::move(link);
  return item;
}

std::string side_text(const ConnectionSide& side) {
  std::string text = side.words;
  for (const Chip& chip : side.processes) text += " " + chip.label;
  return text;
}

// What somebody should look at first; what is closed comes last.
int badness(const Link& link) {
  if (!link.senders.empty() || link.wrong_keys > 0) return 3;
  return link.state == LinkState::OtherEndGone ? 2 : link.state == LinkState::Open ? 1 : 0;
}

int compare(const Item& a, const Item& b, ConnectionColumn column) {
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  const auto natural = [](const std::string& x, const std::string& y) {
    return natural_less(x, y) ? -1 : natural_less(y, x) ? 1 : 0;
  };
  switch (column) {
    case ConnectionColumn::Name:
      return natural(a.row.connection.label, b.row.connection.label);
    case ConnectionColumn::From:
      return natural(side_text(a.row.from), side_text(b.row.from));
    case ConnectionColumn::To:
      return natural(side_text(a.row.to), side_text(b.row.to));
    case ConnectionColumn::There:
      return three_way(a.link.there.messages_per_s, b.link.there.messages_per_s);
    case ConnectionColumn::Back:
      return three_way(a.link.back.messages_per_s, b.link.back.messages_per_s);
    case ConnectionColumn::Bytes:
      return three_way(bytes_per_s(a.link), bytes_per_s(b.link));
    case ConnectionColumn::Messages:
      return three_way(messages(a.link), messages(b.link));
    case ConnectionColumn::Under:
      return three_way(under_way(a.link), under_way(b.link));
    case ConnectionColumn::Waiting:
      return three_way(a.row.waiting.size(), b.row.waiting.size());
    case ConnectionColumn::State:
      return three_way(badness(a.link), badness(b.link));
  }
  return 0;
}

void sort_items(std::vector<Item>& items, Sort sort) {
  std::stable_sort(items.begin(), items.end(), [sort](const Item& a, const Item& b) {
    // Their own order: worst first, then the busiest.
    if (sort.column < 0)
      return std::tuple(badness(a.link), bytes_per_s(a.link), messages(a.link)) >
             std::tuple(badness(b.link), bytes_per_s(b.link), messages(b.link));
    const int order = compare(a, b, static_cast<ConnectionColumn>(sort.column));
    return sort.descending ? order > 0 : order < 0;
  });
}

ListenerRow make_listener(const Look& look, const analysis::ListenerLook& listener) {
  ListenerRow row;
  row.listener = look.chip_object(listener.listener);
  row.process = look.chip(listener.owner);
  row.address = look.model.objects().find(listener.listener)->name;
  row.accepted = count_text(listener.accepted);
  if (listener.refused > 0) row.refused = count_text(listener.refused);
  row.closed = !listener.is_open;
  row.state = row.closed                   ? Badge{"closed", Tone::Idle}
              : listener.acceptors.empty() ? Badge{"listening", Tone::Info}
                                           : Badge{"accepting", Tone::Ok};
  return row;
}

std::string summary_of(const Look& look, const std::vector<Link>& links) {
  std::size_t open = 0;
  double bytes = 0;
  for (const Link& link : links) {
    open += link.state == LinkState::Closed ? 0 : 1;
    bytes += bytes_per_s(link);
  }
  std::string summary = plural(links.size(), "connection", "connections");
  if (open < links.size()) summary += " · " + count_text(links.size() - open) + " closed";
  if (const std::string rate = byte_rate_text(bytes); !rate.empty()) summary += " · " + rate;
  std::uint64_t turned_away = 0;
  for (const auto& [puid, count] : look.model.connections().turned_away()) turned_away += count;
  if (turned_away > 0)
    summary += " · " + plural(turned_away, "client turned away", "clients turned away");
  return summary;
}

// The selected ones, or those that stand first in the list.
std::vector<Link> plotted(const Look& look, const std::vector<Item>& items) {
  std::vector<Link> shown;
  for (const EntityRef ref : look.view.selection) {
    if (ref.kind != EntityKind::Pipe || shown.size() >= kPlotted) continue;
    const auto link = analysis::link_of(look.model, look.subject(ref).object, look.stretch());
    if (link) shown.push_back(*link);
  }
  if (!shown.empty()) return shown;
  for (std::size_t i = 0; i < std::min(items.size(), kPlotted); ++i)
    shown.push_back(items[i].link);
  return shown;
}

}  // namespace

ConnectionListVm build_connection_list(const Look& look) {
  const ViewState& view = look.view;
  ConnectionListVm vm;
  vm.view = view.connections_view;
  vm.filter = view.filter(Screen::Connections);
  vm.sort = view.sort(Screen::Connections);
  std::vector<Link> links = analysis::links(look.model, look.stretch());
  for (const auto& listener : analysis::listeners(look.model))
    vm.listeners.push_back(make_listener(look, listener));
  if (links.empty() && vm.listeners.empty()) {
    vm.empty = {"No connections",
                "The program has made no Pipe, Listener or Client yet. Queues have their own "
                "screen.",
                ""};
    return vm;
  }
  vm.summary = summary_of(look, links);
  std::vector<Item> items;
  for (Link& link : links) {
    Item item = make_item(look, std::move(link));
    const ConnectionRow& row = item.row;
    if (matches(row.connection.label + " " + row.kind + " " + side_text(row.from) + " " +
                    side_text(row.to) + " " + row.state.text,
                vm.filter))
      items.push_back(std::move(item));
  }
  sort_items(items, vm.sort);
  vm.bytes = bytes_plot(look, plotted(look, items), "connections/bytes");
  for (Item& item : items) vm.rows.push_back(std::move(item.row));
  if (vm.rows.empty() && !vm.filter.empty())
    vm.empty = {"Nothing matches",
                "No connection has “" + vm.filter + "” in its name, kind, ends or state.", ""};
  return vm;
}

}  // namespace inspector::present
