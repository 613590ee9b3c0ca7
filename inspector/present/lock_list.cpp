#include "present/lock_list.hpp"

#include "analysis/contention.hpp"
#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/lock_lanes.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

using analysis::Contention;

struct Item {
  LockRow row;
  const Contention* numbers = nullptr;
  std::uint64_t held_ns = 0;
};

Badge lock_verdict(const Look& look, model::ObjectId id) {
  const analysis::Finding* trouble = look.trouble_of(analysis::Subject::of_object(id));
  if (trouble == nullptr) return {};
  if (trouble->rule == "deadlock") return {"in a deadlock", Tone::Alarm};
  if (trouble->rule == "owner-died" || trouble->rule == "worker-died") {
    const model::Lock* lock = look.model.locks().find(id);
    const bool refused = lock != nullptr && lock->state == model::LockState::OwnerDead;
    return refused ? Badge{"owner died", Tone::Alarm} : Badge{"recovered", Tone::Warning};
  }
  if (trouble->rule == "stall") return {"in a stall", Tone::Warning};
  return {"contended", Tone::Warning};
}

Item make_item(const Look& look, const Contention& numbers) {
  const model::Lock& lock = *look.model.locks().find(numbers.lock);
  const model::Object* object = look.model.objects().find(numbers.lock);
  Item item;
  item.numbers = &numbers;
  LockRow& row = item.row;
  row.lock = look.chip_object(numbers.lock);
  row.kind = wire::object_kind_name(object->kind);
  row.tone = row.lock.tone;
  if (lock.held() && lock.holder.process != 0) {
    row.holder = look.chip(lock.holder);
    item.held_ns = look.age(lock.since_ns);
    row.held_for = duration_text(item.held_ns);
  } else if (lock.state == model::LockState::OwnerDead) {
    row.held_for = duration_text(look.age(lock.since_ns));
  }
  row.waiters = look.chips(numbers.waiters);
  row.rate = numbers.acquisitions_per_s > 0 ? list_rate_text(numbers.acquisitions_per_s) : "";
  if (numbers.waits > 0) {
    row.wait_p50 = duration_text(numbers.wait_p50_ns);
    row.wait_p99 = duration_text(numbers.wait_p99_ns);
  }
  if (const std::uint64_t longest = analysis::longest_wait_ns(look.model, numbers); longest > 0)
    row.wait_max = duration_text(longest);
  row.busy = static_cast<float>(numbers.busy);
  row.busy_text = percent_text(numbers.busy);
  row.verdict = lock_verdict(look, numbers.lock);
  return item;
}

int compare(const Item& a, const Item& b, LockColumn column) {
  const auto three_way = [](auto x, auto y) { return x < y ? -1 : y < x ? 1 : 0; };
  const auto natural = [](const std::string& x, const std::string& y) {
    return natural_less(x, y) ? -1 : natural_less(y, x) ? 1 : 0;
  };
  switch (column) {
    case LockColumn::Name:
      return natural(a.row.lock.label, b.row.lock.label);
    case LockColumn::Kind:
      return natural(a.row.kind, b.row.kind);
    case LockColumn::Holder:
      return natural(a.row.holder.label, b.row.holder.label);
    case LockColumn::HeldFor:
      return three_way(a.held_ns, b.held_ns);
    case LockColumn::Waiters:
      return three_way(a.row.waiters.size(), b.row.waiters.size());
    case LockColumn::Rate:
      return three_way(a.numbers->acquisitions_per_s, b.numbers->acquisitions_per_s);
    case LockColumn::WaitP50:
      return three_way(a.numbers->wait_p50_ns, b.numbers->wait_p50_ns);
    case LockColumn::WaitP99:
      return three_way(a.numbers->wait_p99_ns, b.numbers->wait_p99_ns);
    case LockColumn::WaitMax:
      return three_way(a.numbers->wait_max_ns, b.numbers->wait_max_ns);
    case LockColumn::Busy:
      return three_way(a.numbers->busy, b.numbers->busy);
  }
  return 0;
}

// Worst first: trouble, then whoever makes others wait longest.
bool worse(const Item& a, const Item& b) {
  const auto rank = [](const Item& item) {
    return item.row.verdict.tone == Tone::Alarm ? 2 : item.row.verdict.text.empty() ? 0 : 1;
  };
  if (rank(a) != rank(b)) return rank(a) > rank(b);
  return a.numbers->pressure > b.numbers->pressure;
}

}  // namespace

LockListVm build_lock_list(const Look& look) {
  const model::Model& model = look.model;
  const ViewState& view = look.view;
  LockListVm vm;
  vm.filter = view.filter(Screen::Locks);
  vm.sort = view.sort(Screen::Locks);
  vm.view = view.locks_view;
  const auto contentions = analysis::contentions(model, look.stretch());
  if (contentions.empty()) {
    vm.empty = {"No locks", "The program has not used a lock yet.", ""};
    return vm;
  }
  std::vector<Item> items;
  std::size_t held = 0;
  std::size_t waited_for = 0;
  for (const auto& [id, numbers] : contentions) {
    if (model.locks().find(id)->held()) ++held;
    if (!numbers.waiters.empty()) ++waited_for;
    Item item = make_item(look, numbers);
    if (matches(item.row.lock.label + " " + item.row.kind + " " + item.row.holder.label + " " +
                    item.row.verdict.text,
                vm.filter)) {
      items.push_back(std::move(item));
    }
  }
  std::stable_sort(items.begin(), items.end(), [&vm](const Item& a, const Item& b) {
    if (vm.sort.column < 0) return worse(a, b);
    const int order = compare(a, b, static_cast<LockColumn>(vm.sort.column));
    return vm.sort.descending ? order > 0 : order < 0;
  });
  vm.summary = plural(contentions.size(), "lock", "locks") + " · " + count_text(held) + " held";
  if (waited_for > 0) vm.summary += " · " + count_text(waited_for) + " waited for";
  std::vector<model::ObjectId> order;
  for (Item& item : items) {
    order.push_back(item.numbers->lock);
    vm.rows.push_back(std::move(item.row));
  }
  vm.lanes = lock_lanes(look, order);
  if (vm.rows.empty())
    vm.empty = {"Nothing matches",
                "No lock has “" + vm.filter + "” in its name, holder or verdict.", ""};
  return vm;
}

}  // namespace inspector::present
