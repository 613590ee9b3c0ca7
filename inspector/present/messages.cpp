#include "present/messages.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/queue_curves.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace inspector::present {
namespace {

using model::Message;

constexpr std::size_t kWaitingRows = 128;
constexpr std::size_t kArrows = 120;  // more would be a carpet
constexpr double kBeforeTheFirstGet = 8;

// A recording may name what it never declared.
bool is_shown(const Look& look, model::ObjectId id) {
  const model::Object* object = look.model.objects().find(id);
  return object != nullptr && object->merged_into == 0;
}

// The selected queue, else the fullest of those that have messages to show.
const model::Queue* chosen(const Look& look) {
  for (const EntityRef ref : look.view.selection) {
    if (ref.kind != EntityKind::Queue && ref.kind != EntityKind::Message) continue;
    const model::ObjectId id =
        ref.kind == EntityKind::Message ? message_of(ref).queue : look.subject(ref).object;
    const auto* queue = look.model.queues().find(id);
    if (queue != nullptr && is_shown(look, id)) return queue;
  }
  const model::Queue* best = nullptr;
  const auto weight = [](const model::Queue& queue) {
    return std::pair(queue.trace.recent().total() > 0 || !queue.trace.waiting(queue.gets).empty(),
                     queue.depth());
  };
  for (const auto& [id, queue] : look.model.queues().rows()) {
    if (!is_shown(look, id)) continue;
    if (best == nullptr || weight(queue) > weight(*best)) best = &queue;
  }
  return best;
}

// Newest first: those that wait, then those that were taken.
std::vector<Message> collect(const model::Queue& queue) {
  std::vector<Message> all = queue.trace.waiting(queue.gets);
  if (all.size() > kWaitingRows) all.resize(kWaitingRows);  // the oldest: they are next
  std::reverse(all.begin(), all.end());
  const auto& taken = queue.trace.recent().rows();
  all.insert(all.end(), taken.rbegin(), taken.rend());
  return all;
}

bool is_waiting(const Message& message) { return message.got.at_ns == 0; }

MessageRow make_row(const Look& look, const model::Queue& queue, const Message& message) {
  const auto when = [&](std::uint64_t ns) {
    return moment_text(static_cast<Moment>(ns), look.facts.wall_at_zero, look.begin());
  };
  MessageRow row;
  row.ref = message_ref({queue.object, message.number});
  row.name = count_text(message.number);
  row.waiting = is_waiting(message);
  row.put_at = when(message.put.at_ns);
  row.from = look.chip(message.put.thread);
  row.got_at = row.waiting ? "in the queue" : when(message.got.at_ns);
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
TimeRange span_of(const Look& look, const std::vector<Message>& drawn) {
  // Moments outside of the session are a lie, and their differences need not fit.
  const auto moment = [&](std::uint64_t ns) {
    return static_cast<Moment>(std::max(look.model.start_ns(), std::min(ns, look.model.now_ns())));
  };
  Moment begin = moment(drawn.front().put.at_ns);
  Moment end = begin;
  Moment first_get = 0;
  for (const Message& message : drawn) {
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

MessageArrow make_arrow(const Look& look, const Message& message, const MessageRow& row,
                        TimeRange window) {
  MessageArrow arrow;
  arrow.ref = row.ref;
  arrow.waiting = row.waiting;
  arrow.from = fraction_of(static_cast<Moment>(message.put.at_ns), window);
  if (!arrow.waiting) arrow.to = fraction_of(static_cast<Moment>(message.got.at_ns), window);
  arrow.hue = look.hue(message.put.thread.process);
  arrow.putter = Look::ref(message.put.thread.process);
  if (!arrow.waiting) arrow.getter = Look::ref(message.got.thread.process);
  arrow.tip = tip_of("item " + row.name + ", " + row.size,
                     "put by " + row.from.label + (row.waiting ? "" : ", taken by " + row.to.label),
                     (row.waiting ? "in the queue for " : "stayed ") + row.stayed);
  return arrow;
}

// Of the newest ones, the oldest first: the newest are drawn on top.
void draw(const Look& look, std::vector<Message> messages, MessagesVm& vm) {
  if (messages.size() > kArrows) messages.resize(kArrows);
  vm.window = span_of(look, messages);
  vm.x_ticks = time_ticks(vm.window, look.begin());
  Lanes from(look);
  Lanes to(look);
  for (const Message& message : messages) {
    from.add(message.put.thread.process);
    if (!is_waiting(message)) to.add(message.got.thread.process);
  }
  vm.producers = from.sorted();
  vm.consumers = to.sorted();
  for (std::size_t row = messages.size(); row-- > 0;) {
    const Message& message = messages[row];
    MessageArrow arrow = make_arrow(look, message, vm.rows[row], vm.window);
    arrow.from_lane = from.of(message.put.thread.process);
    if (!arrow.waiting) arrow.to_lane = to.of(message.got.thread.process);
    vm.arrows.push_back(std::move(arrow));
  }
}

std::string note_of(const Look& look, const model::Queue& queue) {
  const auto flows = analysis::flows(look.model, look.stretch());
  std::string note;
  if (const auto flow = flows.find(queue.object); flow != flows.end() && flow->second.sojourn)
    note = "half stayed up to " + latency_text(flow->second) + ", 1 % longer than " +
           latency_p99_text(flow->second);
  if (queue.trace.stride() > 1) {
    if (!note.empty()) note += " · ";
    note += "one item of " + count_text(queue.trace.stride()) + " is followed";
  }
  return note;
}

}  // namespace

MessagesVm build_messages(const Look& look) {
  MessagesVm vm;
  const model::Queue* queue = chosen(look);
  if (queue == nullptr) {
    vm.empty = {"No queues", "The program has not made a queue yet.", ""};
    return vm;
  }
  for (const auto& [id, row] : look.model.queues().rows()) {
    if (is_shown(look, id)) vm.channels.push_back(look.chip_object(id));
  }
  vm.shown = look.chip_object(queue->object);
  vm.note = note_of(look, *queue);
  std::vector<Message> messages = collect(*queue);
  if (messages.empty()) {
    vm.empty = queue->puts == 0
                   ? EmptyState{"No messages", "Nothing was put into " + vm.shown.label + " yet."}
                   : EmptyState{"No message was followed",
                                "Single items are recorded at level 2 and above; at level 1 only "
                                "how many there are.",
                                "mp-inspector record --level 2 -- program"};
    return vm;
  }
  const std::string filter = look.view.filter(Screen::Queues);
  std::erase_if(messages, [&](const Message& message) {
    MessageRow row = make_row(look, *queue, message);
    if (!matches_row(row, filter)) return true;
    vm.rows.push_back(std::move(row));
    return false;
  });
  if (messages.empty()) {
    vm.empty = {"Nothing matches",
                "No message of " + vm.shown.label + " has “" + filter +
                    "” as its number or in the names of who handled it.",
                ""};
    return vm;
  }
  draw(look, std::move(messages), vm);
  return vm;
}

}  // namespace inspector::present
