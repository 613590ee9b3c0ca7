#include "present/queue_list.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/queue_curves.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

using analysis::Flow;
using analysis::FlowVerdict;

constexpr std::size_t kCurves = 4;

struct Item {
  QueueRow row;
  const Flow* flow = nullptr;
};

QueueRow make_row(const Look& look, const Flow& flow) {
  QueueRow row;
  const model::Object* object = look.model.objects().find(flow.queue);
  row.queue = look.chip_object(flow.queue);
  row.kind = wire::object_kind_name(object->kind);
  row.depth = count_text(flow.depth);
  row.limit = flow.capacity == 0 ? "unbounded" : count_text(flow.capacity);
  row.fill = static_cast<float>(flow.fill());
  row.fill_tone = fill_tone(flow);
  row.spark = depth_spark(look, flow.queue);
  row.rate_in = list_rate_text(flow.in_per_s);
  row.rate_out = list_rate_text(flow.out_per_s);
  row.latency = latency_text(flow);
  row.latency_p99 = latency_p99_text(flow);
  row.blocked_producers = look.chips(flow.blocked_putters);
  row.blocked_consumers = look.chips(flow.blocked_getters);
  row.verdict = flow_badge(flow.verdict);
  if (const auto left = flow.full_in_ns()) row.verdict.text += ", full in " + duration_text(*left);
  row.closed = object->open_users() == 0 && !object->users.empty();
  return row;
}

std::uint64_t p99_ns(const Flow& flow) { return flow.sojourn ? flow.sojourn->p99_ns : 0; }

int compare(const Item& a, const Item& b, QueueColumn column) {
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  switch (column) {
    case QueueColumn::Name:
      return natural_less(a.row.queue.label, b.row.queue.label)   ? -1
             : natural_less(b.row.queue.label, a.row.queue.label) ? 1
                                                                  : 0;
    case QueueColumn::Depth:
      return three_way(a.flow->depth, b.flow->depth);
    case QueueColumn::In:
      return three_way(a.flow->in_per_s, b.flow->in_per_s);
    case QueueColumn::Out:
      return three_way(a.flow->out_per_s, b.flow->out_per_s);
    case QueueColumn::Latency:
      return three_way(a.flow->latency_ns().value_or(0), b.flow->latency_ns().value_or(0));
    case QueueColumn::LatencyP99:
      return three_way(p99_ns(*a.flow), p99_ns(*b.flow));
    case QueueColumn::Producers:
      return three_way(a.row.blocked_producers.size(), b.row.blocked_producers.size());
    case QueueColumn::Consumers:
      return three_way(a.row.blocked_consumers.size(), b.row.blocked_consumers.size());
    case QueueColumn::Verdict:
      return three_way(flow_badness(*a.flow), flow_badness(*b.flow));
  }
  return 0;
}

void sort_items(std::vector<Item>& items, Sort sort) {
  std::stable_sort(items.begin(), items.end(), [sort](const Item& a, const Item& b) {
    // Their own order: worst first.
    if (sort.column < 0) return flow_badness(*a.flow) > flow_badness(*b.flow);
    const int order = compare(a, b, static_cast<QueueColumn>(sort.column));
    return sort.descending ? order > 0 : order < 0;
  });
}

// The selected queues, or those that stand first in the list.
std::vector<model::ObjectId> shown_in_plots(const Look& look, const std::vector<Item>& items) {
  std::vector<model::ObjectId> shown;
  for (const EntityRef ref : look.view.selection) {
    const auto subject = look.subject(ref);
    if (ref.kind == EntityKind::Queue && look.model.queues().find(subject.object) != nullptr)
      shown.push_back(subject.object);
  }
  if (shown.empty()) {
    for (std::size_t i = 0; i < std::min<std::size_t>(items.size(), 3); ++i)
      shown.push_back(items[i].flow->queue);
  }
  if (shown.size() > kCurves) shown.resize(kCurves);
  return shown;
}

}  // namespace

QueueListVm build_queue_list(const Look& look) {
  const model::Model& model = look.model;
  const ViewState& view = look.view;
  QueueListVm vm;
  vm.filter = view.filter(Screen::Queues);
  vm.view = view.queues_view;
  vm.sort = view.sort(Screen::Queues);
  const auto flows = analysis::flows(model, look.stretch());
  if (flows.empty()) {
    vm.empty = {"No queues", "The program has not made a queue yet.", ""};
    return vm;
  }
  std::vector<Item> items;
  std::size_t slow = 0;
  for (const auto& [id, flow] : flows) {
    if (flow_badness(flow) >= flow_badness_of_trouble()) ++slow;
    Item item{make_row(look, flow), &flow};
    if (matches(item.row.queue.label + " " + item.row.kind + " " + item.row.verdict.text,
                vm.filter))
      items.push_back(std::move(item));
  }
  sort_items(items, vm.sort);
  vm.summary = plural(flows.size(), "queue", "queues");
  if (slow > 0) vm.summary += " · " + count_text(slow) + " in trouble";
  if (vm.view == QueuesView::Flow) vm.summary += " · numbers are items so far";
  for (Item& item : items) vm.rows.push_back(item.row);
  if (vm.rows.empty())
    vm.empty = {"Nothing matches", "No queue has “" + vm.filter + "” in its name or verdict.", ""};
  const auto shown = shown_in_plots(look, items);
  vm.depth = depth_plot(look, shown, "queues/depth");
  // Two curves each: of those that nobody chose, the first is enough.
  const bool is_chosen = !view.selection.empty();
  const std::size_t rated = is_chosen ? shown.size() : std::min<std::size_t>(shown.size(), 1);
  const std::vector<model::ObjectId> in_rates(shown.begin(),
                                              shown.begin() + static_cast<std::ptrdiff_t>(rated));
  vm.rates = rate_plot(look, in_rates, "queues/rates");
  return vm;
}

}  // namespace inspector::present
