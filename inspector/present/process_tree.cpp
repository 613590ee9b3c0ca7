#include "present/process_tree.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/process_lanes.hpp"
#include "present/process_words.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace inspector::present {
namespace {

constexpr std::uint64_t kFreshNs = 3'000'000'000;
constexpr int kDeepest = 64;

// A row with what it is sorted by.
struct Item {
  ProcessRow row;
  const model::Process* process = nullptr;
  double cpu = 0;
  std::uint64_t rss = 0;
  std::uint64_t age_ns = 0;
  bool matches = true;
};

class TreeBuilder {
 public:
  explicit TreeBuilder(const Look& look)
      : look_(look),
        filter_(look.view.filter(Screen::Processes)),
        sort_(look.view.sort(Screen::Processes)) {}

  std::vector<ProcessRow> run() {
    for (const auto& [puid, process] : look_.model.processes().rows()) items_[puid] = make(process);
    std::vector<model::Puid> roots;
    for (const auto& [puid, item] : items_) {
      const model::Puid parent = item.process->parent;
      if (parent == 0 || parent == puid || !items_.contains(parent)) {
        roots.push_back(puid);
      } else {
        children_[parent].push_back(puid);
      }
    }
    order(roots);
    for (auto& [parent, siblings] : children_) order(siblings);
    for (std::size_t i = 0; i < roots.size(); ++i) emit(roots[i], 0, i + 1 == roots.size());
    return std::move(rows_);
  }

 private:
  Item make(const model::Process& process) const {
    const ProcessWords words = describe(look_, process);
    Item item;
    item.process = &process;
    item.cpu = words.cpu;
    item.rss = words.rss;
    item.age_ns = age_of(look_, process);
    ProcessRow& row = item.row;
    row.ref = Look::ref(process.puid);
    row.name = look_.names.process(process.puid);
    row.role = process.daemon                                ? "daemon"
               : process.method == wire::StartMethod::Helper ? "helper"
                                                             : "";
    row.pid = std::to_string(process.pid);
    row.tone = look_.tone(process);
    row.state = words.state;
    row.since = words.since;
    row.waiting_for = words.waiting_for;
    row.holds = words.holds;
    row.cpu = cpu_text(words.cpu);
    row.cpu_spark = cpu_spark(process);
    row.rss = words.rss == 0 ? "" : bytes_text(words.rss);
    row.rss_spark = rss_spark(process);
    row.threads =
        process.usage.threads == 0 || process.dead() ? "" : std::to_string(process.usage.threads);
    row.method = wire::start_method_name(process.method);
    row.age = process.born_ns == 0 ? "" : duration_text(item.age_ns);
    row.exit = words.exit;
    row.exit_tone = words.exit_tone;
    row.dead = process.dead();
    row.fresh =
        look_.age(process.born_ns) < kFreshNs && look_.watched_ns() > kFreshNs && !process.dead();
    row.tip = look_.chip(process.puid).tip;
    if (!words.cause.empty()) row.tip.state = words.cause;
    if (process.start_latency_ns != 0) row.tip.numbers.push_back(start_text(process));
    if (!process.command_line.empty()) row.tip.numbers.push_back(process.command_line);
    item.matches = matches(
        row.name + " " + row.pid + " " + row.state + " " + row.exit + " " + row.waiting_for.label,
        filter_);
    return item;
  }

  void order(std::vector<model::Puid>& siblings) const {
    const auto less = [&](model::Puid x, model::Puid y) {
      const Item& a = items_.at(x);
      const Item& b = items_.at(y);
      const int by_column = compare(a, b);
      if (by_column != 0) return sort_.descending ? by_column > 0 : by_column < 0;
      return a.process->serial < b.process->serial;
    };
    std::sort(siblings.begin(), siblings.end(), less);
  }

  template <class T>
  static int three_way(const T& a, const T& b) {
    return a < b ? -1 : b < a ? 1 : 0;
  }
  static int natural(const std::string& a, const std::string& b) {
    return natural_less(a, b) ? -1 : natural_less(b, a) ? 1 : 0;
  }

  [[nodiscard]] int compare(const Item& a, const Item& b) const {
    if (sort_.column < 0) return 0;
    switch (static_cast<ProcessColumn>(sort_.column)) {
      case ProcessColumn::Name:
        return natural(a.row.name, b.row.name);
      case ProcessColumn::Pid:
        return three_way(a.process->pid, b.process->pid);
      case ProcessColumn::State:
        return three_way(badness(a.row.tone), badness(b.row.tone));
      case ProcessColumn::WaitingFor:
        return natural(a.row.waiting_for.label, b.row.waiting_for.label);
      case ProcessColumn::Holds:
        return three_way(a.row.holds.size(), b.row.holds.size());
      case ProcessColumn::Cpu:
        return three_way(a.cpu, b.cpu);
      case ProcessColumn::Memory:
        return three_way(a.rss, b.rss);
      case ProcessColumn::Threads:
        return three_way(a.process->usage.threads, b.process->usage.threads);
      case ProcessColumn::Start:
        return three_way(a.process->born_ns, b.process->born_ns);
      case ProcessColumn::Exit:
        return three_way(badness(a.row.exit_tone), badness(b.row.exit_tone));
      case ProcessColumn::Age:
        return three_way(a.age_ns, b.age_ns);
    }
    return 0;
  }

  // Writes the row and what is below it; false when neither matches the filter.
  bool emit(model::Puid puid, int depth, bool last) {
    Item& item = items_.at(puid);
    const std::size_t at = rows_.size();
    const auto found = children_.find(puid);
    const bool has_children = found != children_.end() && depth < kDeepest;
    rows_.push_back(item.row);
    rows_[at].depth = depth;
    rows_[at].last_sibling = last;
    rows_[at].has_children = has_children;
    // A filter looks below what is collapsed too: else it would hide what it found.
    rows_[at].expanded = !filter_.empty() || !look_.view.collapsed.contains(item.row.ref);
    bool below = false;
    if (has_children && rows_[at].expanded) {
      const auto& children = found->second;
      for (std::size_t i = 0; i < children.size(); ++i)
        below = emit(children[i], depth + 1, i + 1 == children.size()) || below;
    }
    rows_[at].faded = !item.matches;
    if (!item.matches && !below) {
      rows_.resize(at);
      return false;
    }
    return true;
  }

  const Look& look_;
  std::string filter_;
  Sort sort_;
  std::map<model::Puid, Item> items_;
  std::map<model::Puid, std::vector<model::Puid>> children_;
  std::vector<ProcessRow> rows_;
};

std::string summarize(const Look& look) {
  std::size_t waiting = 0;
  std::size_t dead = 0;
  for (const auto& [puid, process] : look.model.processes().rows()) {
    const Tone tone = look.tone(process);
    if (tone == Tone::Waiting || tone == Tone::Blocked) ++waiting;
    if (process.dead()) ++dead;
  }
  std::string text = plural(look.model.processes().rows().size(), "process", "processes");
  if (waiting > 0) text += " · " + count_text(waiting) + " blocked";
  if (dead > 0) text += " · " + count_text(dead) + " ended";
  return text;
}

}  // namespace

ProcessTreeVm build_process_tree(const Look& look) {
  const model::Model& model = look.model;
  const ViewState& view = look.view;
  ProcessTreeVm vm;
  vm.filter = view.filter(Screen::Processes);
  vm.sort = view.sort(Screen::Processes);
  if (model.processes().rows().empty()) {
    vm.empty = {"No processes yet",
                "They appear here as soon as a program that uses libmp reports.",
                "MP_INSPECT=1 ./your_program"};
    return vm;
  }
  vm.summary = summarize(look);
  vm.rows = TreeBuilder(look).run();
  std::vector<model::Puid> order;
  for (const ProcessRow& row : vm.rows) {
    if (!row.faded) order.push_back(row.ref.id);
  }
  vm.lanes = process_lanes(look, order);
  if (vm.rows.empty())
    vm.empty = {"Nothing matches",
                "No process has " + analysis::list_text({"“" + vm.filter + "”"}) +
                    " in its name, pid or state.",
                ""};
  return vm;
}

}  // namespace inspector::present
