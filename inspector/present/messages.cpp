#include "present/messages.hpp"

#include "present/builders.hpp"
#include "present/channels.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace inspector::present {
namespace {

using model::Message;

constexpr std::size_t kWaitingRows = 128;
constexpr std::size_t kArrows = 120;  // more would be a carpet
constexpr double kBeforeTheFirstGet = 8;

struct Item {
  Message message;
  model::ObjectId from = 0;  // as in ChannelWay
  bool upward = false;
};

// How the messages of a queue are spoken of, and those of a connection.
struct Words {
  const char* item;
  const char* put;
  const char* taken;
  const char* between;
  const char* after;  // and then how long
};
constexpr Words kOfQueues = {"item", "put", "taken", "in the queue", "stayed "};
constexpr Words kOfConnections = {"message", "sent", "received", "under way", "after "};
const Words& words_of(const Channel& channel) {
  return channel.is_connection ? kOfConnections : kOfQueues;
}

bool has_messages(const ChannelWay& way) {
  return way.trace->recent().total() > 0 || !way.trace->waiting(way.taken).empty();
}

// The selected one, else the fullest of those that have messages to show.
const Channel* chosen(const Look& look, const std::vector<Channel>& all) {
  for (const EntityRef ref : look.view.selection) {
    const auto selected = channel_of(look, ref);
    const auto at = std::find_if(all.begin(), all.end(), [&](const Channel& channel) {
      return selected && channel.id == selected->id;
    });
    if (at != all.end()) return &*at;
  }
  const auto weight = [](const Channel& channel) {
    const bool any = std::any_of(channel.ways.begin(), channel.ways.end(), has_messages);
    return std::pair(any, channel.messages);
  };
  const auto best =
      std::max_element(all.begin(), all.end(),
                       [&](const Channel& a, const Channel& b) { return weight(a) < weight(b); });
  return best == all.end() ? nullptr : &*best;
}

bool is_waiting(const Message& message) { return message.got.at_ns == 0; }

std::uint64_t last_ns(const Message& message) {
  return std::max(message.put.at_ns, message.got.at_ns);
}

// Newest first: those that wait, then those that were taken.
std::vector<Item> collect(const Channel& channel) {
  std::vector<Item> waiting;
  std::vector<Item> arrived;
  for (const ChannelWay& way : channel.ways) {
    std::vector<Message> all = way.trace->waiting(way.taken);
    if (all.size() > kWaitingRows) all.resize(kWaitingRows);  // the oldest: they are next
    for (auto at = all.rbegin(); at != all.rend(); ++at)
      waiting.push_back({*at, way.from, way.upward});
    const auto& rows = way.trace->recent().rows();
    for (auto at = rows.rbegin(); at != rows.rend(); ++at)
      arrived.push_back({*at, way.from, way.upward});
  }
  if (channel.ways.size() > 1) {
    const auto newest_first = [](const Item& a, const Item& b) {
      return last_ns(a.message) > last_ns(b.message);
    };
    std::sort(waiting.begin(), waiting.end(), newest_first);
    std::sort(arrived.begin(), arrived.end(), newest_first);
  }
  waiting.insert(waiting.end(), arrived.begin(), arrived.end());
  return waiting;
}

MessageRow make_row(const Look& look, const Words& words, const Item& item) {
  const auto when = [&](std::uint64_t ns) {
    return moment_text(static_cast<Moment>(ns), look.facts.wall_at_zero, look.begin());
  };
  const Message& message = item.message;
  MessageRow row;
  row.ref = message_ref({item.from, message.number});
  row.name = count_text(message.number);
  row.waiting = is_waiting(message);
  row.put_at = when(message.put.at_ns);
  row.from = look.chip(message.put.thread);
  row.got_at = row.waiting ? words.between : when(message.got.at_ns);
  if (!row.waiting) row.to = look.chip(message.got.thread);
  row.stayed = duration_text(row.waiting ? look.age(message.put.at_ns) : message.sojourn_ns());
  row.size = bytes_text(message.bytes);
  return row;
}

// A number finds messages by theirs, words find them by who handled them.
bool matches_row(const MessageRow& row, std::string_view filter) {
  const bool is_number = filter.find_first_not_of("0123456789 ") == std::string_view::npos;
  if (is_number)
    return matches(row.name + " " + std::to_string(message_of(row.ref).number), filter);
  return matches(row.from.label + " " + (row.waiting ? row.got_at : row.to.label), filter);
}

// From the first put to the last news; but one item that lay there for an hour does not make a dot
// of all others.
TimeRange span_of(const Look& look, const std::vector<Item>& drawn) {
  // Moments outside of the session are a lie, and their differences need not fit.
  const auto moment = [&](std::uint64_t ns) {
    return static_cast<Moment>(std::max(look.model.start_ns(), std::min(ns, look.model.now_ns())));
  };
  Moment begin = moment(drawn.front().message.put.at_ns);
  Moment end = begin;
  Moment first_get = 0;
  for (const auto& [message, from, upward] : drawn) {
    const Moment put = moment(message.put.at_ns);
    begin = std::min(begin, put);
    end = std::max(end, put);
    if (is_waiting(message)) continue;
    const Moment got = moment(message.got.at_ns);
    end = std::max(end, got);
    first_get = first_get == 0 ? got : std::min(first_get, got);
  }
  if (first_get != 0 && first_get < end) {
    const double most = kBeforeTheFirstGet * static_cast<double>(end - first_get);
    begin = std::max(begin, end - static_cast<Moment>(most));
  }
  const Moment margin = std::max<Moment>((end - begin) / 40, 1000);
  return {begin - margin, end + margin};
}

// A lane for each process, in the order of their names.
class Lanes {
 public:
  explicit Lanes(const Look& look) : look_(look) {}
  void add(model::Puid puid) { chips_.try_emplace(puid, look_.chip(puid)); }
  // No more can be added after this.
  std::vector<Chip> sorted() {
    std::vector<model::Puid> order;
    for (const auto& [puid, chip] : chips_) order.push_back(puid);
    std::stable_sort(order.begin(), order.end(), [this](model::Puid a, model::Puid b) {
      return natural_less(chips_.at(a).label, chips_.at(b).label);
    });
    std::vector<Chip> all;
    for (const model::Puid puid : order) {
      numbers_[puid] = all.size();
      all.push_back(chips_.at(puid));
    }
    return all;
  }
  [[nodiscard]] std::size_t of(model::Puid puid) const { return numbers_.at(puid); }

 private:
  const Look& look_;
  std::map<model::Puid, Chip> chips_;
  std::map<model::Puid, std::size_t> numbers_;
};

MessageArrow make_arrow(const Look& look, const Words& words, const Item& item,
                        const MessageRow& row, TimeRange window) {
  const Message& message = item.message;
  MessageArrow arrow;
  arrow.ref = row.ref;
  arrow.waiting = row.waiting;
  arrow.upward = item.upward;
  arrow.from = fraction_of(static_cast<Moment>(message.put.at_ns), window);
  if (!arrow.waiting) arrow.to = fraction_of(static_cast<Moment>(message.got.at_ns), window);
  arrow.hue = look.hue(message.put.thread.process);
  arrow.putter = Look::ref(message.put.thread.process);
  if (!arrow.waiting) arrow.getter = Look::ref(message.got.thread.process);
  const std::string by = std::string(words.put) + " by " + row.from.label;
  arrow.tip = tip_of(
      std::string(words.item) + " " + row.name + ", " + row.size,
      row.waiting ? by : by + ", " + words.taken + " by " + row.to.label,
      row.waiting ? std::string(words.between) + " for " + row.stayed : words.after + row.stayed);
  return arrow;
}

// Of the newest ones, the oldest first: the newest are drawn on top.
void draw(const Look& look, const Words& words, std::vector<Item> items, MessagesVm& vm) {
  if (items.size() > kArrows) items.resize(kArrows);
  vm.window = span_of(look, items);
  vm.x_ticks = time_ticks(vm.window, look.begin());
  Lanes above(look);
  Lanes below(look);
  for (const auto& [message, from, upward] : items) {
    (upward ? below : above).add(message.put.thread.process);
    if (!is_waiting(message)) (upward ? above : below).add(message.got.thread.process);
  }
  vm.producers = above.sorted();
  vm.consumers = below.sorted();
  for (std::size_t row = items.size(); row-- > 0;) {
    const Item& item = items[row];
    MessageArrow arrow = make_arrow(look, words, item, vm.rows[row], vm.window);
    const model::Puid sender = item.message.put.thread.process;
    arrow.from_lane = item.upward ? below.of(sender) : above.of(sender);
    if (!arrow.waiting) {
      const model::Puid receiver = item.message.got.thread.process;
      arrow.to_lane = item.upward ? above.of(receiver) : below.of(receiver);
    }
    vm.arrows.push_back(std::move(arrow));
  }
}

void add_note(std::string& note, const std::string& more) {
  if (more.empty()) return;
  if (!note.empty()) note += " · ";
  note += more;
}

std::string note_of(const Look& look, const Channel& channel) {
  std::string note;
  for (const ChannelWay& way : channel.ways) {
    const std::string prefix =
        channel.is_connection ? (way.upward ? "back: " : "there: ") : std::string();
    if (const auto sojourn = analysis::sojourn_of(*way.trace, look.stretch()))
      add_note(note, prefix + "half stayed up to " + duration_text(sojourn->median_ns) +
                         ", 1 % longer than " + duration_text(sojourn->p99_ns));
    if (way.trace->stride() > 1)
      add_note(note, prefix + "one of " + count_text(way.trace->stride()) + " is followed");
  }
  return note;
}

EmptyState nothing_there(const Look& look) {
  return look.view.screen == Screen::Connections
             ? EmptyState{"No connections", "The program has not made a connection yet."}
             : EmptyState{"No queues", "The program has not made a queue yet."};
}

EmptyState nothing_followed(const Look& look, const Channel& channel, const std::string& name) {
  if (channel.messages == 0) return {"No messages", "Nothing went through " + name + " yet."};
  const model::ConnectionEnd* end = look.model.connections().find(channel.id);
  if (channel.ways.empty() && end != nullptr && end->other == 0)
    return {"No message can be followed",
            "The other end of " + name + " is in no process that is watched here."};
  if (channel.ways.empty())
    return {"No message can be followed",
            "Several processes use one end of " + name +
                " at a time: nobody can tell whose message is whose."};
  return {"No message was followed",
          "Single messages are recorded at level 2 and above; at level 1 only how many there are.",
          "mp-inspector record --level 2 -- program"};
}

}  // namespace

MessagesVm build_messages(const Look& look) {
  MessagesVm vm;
  const std::vector<Channel> all = channels(look);
  const Channel* channel = chosen(look, all);
  if (channel == nullptr) {
    vm.empty = nothing_there(look);
    return vm;
  }
  const Words& words = words_of(*channel);
  for (const Channel& one : all) vm.channels.push_back(look.chip_object(one.id));
  vm.shown = look.chip_object(channel->id);
  vm.between = words.between;
  vm.note = note_of(look, *channel);
  std::vector<Item> items = collect(*channel);
  if (items.empty()) {
    vm.empty = nothing_followed(look, *channel, vm.shown.label);
    return vm;
  }
  const bool of_connections = look.view.screen == Screen::Connections;
  const std::string filter =
      look.view.filter(of_connections ? Screen::Connections : Screen::Queues);
  std::erase_if(items, [&](const Item& item) {
    MessageRow row = make_row(look, words, item);
    if (!matches_row(row, filter)) return true;
    vm.rows.push_back(std::move(row));
    return false;
  });
  if (items.empty()) {
    vm.empty = {"Nothing matches",
                "No message of " + vm.shown.label + " has “" + filter +
                    "” as its number or in the names of who handled it.",
                ""};
    return vm;
  }
  draw(look, words, std::move(items), vm);
  return vm;
}

}  // namespace inspector::present
