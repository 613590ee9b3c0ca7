#include "present/flow_graph.hpp"

#include "present/builders.hpp"
#include "present/format.hpp"
#include "present/queue_curves.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace inspector::present {
namespace {

using analysis::Flow;
using model::ObjectId;
using model::Puid;

constexpr std::size_t kAlikeBeforeFolding = 5;

// What one process does with the queues, or all of a crowd.
struct Traffic {
  std::uint64_t items = 0;
  std::uint64_t blocked_ns = 0;  // the longest of those that wait now
};
struct Trader {
  std::vector<Puid> processes;
  std::map<ObjectId, Traffic> puts;
  std::map<ObjectId, Traffic> gets;
};

class FlowBuilder {
 public:
  FlowBuilder(const Look& look, FlowGraphVm& vm)
      : look_(look), vm_(vm), flows_(analysis::flows(look.model, look.stretch())) {}

  void run() {
    for (const auto& [id, flow] : flows_) {
      if (shown(id)) collect(flow);
    }
    for (const Trader& trader : folded()) add_trader(trader);
    for (const auto& [id, flow] : flows_) {
      if (shown(id)) queue_node(flow);
    }
    for (std::size_t i = 0; i < drawn_.size(); ++i) add_edges(static_cast<int>(i), drawn_[i]);
    mark_feedback();
  }

 private:
  // Those that the filter leaves, and that anybody used.
  [[nodiscard]] bool shown(ObjectId id) const {
    const Flow& flow = flows_.at(id);
    const std::string label = look_.chip_object(id).label;
    return !(flow.producers.empty() && flow.consumers.empty()) &&
           matches(label, look_.view.filter(Screen::Queues));
  }

  void collect(const Flow& flow) {
    const auto& users = look_.model.objects().find(flow.queue)->users;
    const auto count = [&](Puid puid, bool puts) {
      const auto user = users.find(puid);
      if (user == users.end()) return std::uint64_t{0};
      return puts ? user->second.counters.in : user->second.counters.out;
    };
    const auto longest = [&](const std::vector<model::ThreadKey>& threads, Puid puid) {
      std::uint64_t ns = 0;
      for (const model::ThreadKey key : threads) {
        if (key.process == puid)
          ns = std::max(ns, look_.age(look_.model.threads().find(key)->since_ns));
      }
      return ns;
    };
    for (const Puid puid : flow.producers)
      trader(puid).puts[flow.queue] = {count(puid, true), longest(flow.blocked_putters, puid)};
    for (const Puid puid : flow.consumers)
      trader(puid).gets[flow.queue] = {count(puid, false), longest(flow.blocked_getters, puid)};
  }

  Trader& trader(Puid puid) {
    Trader& found = traders_[look_.model.processes().find(puid)->serial];
    if (found.processes.empty()) found.processes.push_back(puid);
    return found;
  }

  // Many who do the same, and are all alive or all dead, become one.
  [[nodiscard]] std::vector<Trader> folded() const {
    using Kind = std::tuple<std::vector<ObjectId>, std::vector<ObjectId>, bool>;
    std::map<Kind, std::vector<std::uint64_t>> alike;
    for (const auto& [serial, trader] : traders_) {
      const model::Process* process = look_.model.processes().find(trader.processes.front());
      alike[{keys(trader.puts), keys(trader.gets), process->dead()}].push_back(serial);
    }
    std::map<std::uint64_t, Trader> all;
    for (const auto& [kind, serials] : alike) {
      const bool fold = serials.size() >= kAlikeBeforeFolding;
      for (const std::uint64_t serial : serials)
        merge(all[fold ? serials.front() : serial], traders_.at(serial));
    }
    std::vector<Trader> out;
    for (auto& [serial, trader] : all) out.push_back(std::move(trader));
    return out;
  }

  static std::vector<ObjectId> keys(const std::map<ObjectId, Traffic>& side) {
    std::vector<ObjectId> out;
    for (const auto& [id, traffic] : side) out.push_back(id);
    return out;
  }

  static void merge(Trader& into, const Trader& from) {
    into.processes.insert(into.processes.end(), from.processes.begin(), from.processes.end());
    const auto add = [](std::map<ObjectId, Traffic>& to, const std::map<ObjectId, Traffic>& more) {
      for (const auto& [id, traffic] : more) {
        to[id].items += traffic.items;
        to[id].blocked_ns = std::max(to[id].blocked_ns, traffic.blocked_ns);
      }
    };
    add(into.puts, from.puts);
    add(into.gets, from.gets);
  }

  static std::uint64_t longest_wait(const std::map<ObjectId, Traffic>& side) {
    std::uint64_t ns = 0;
    for (const auto& [id, traffic] : side) ns = std::max(ns, traffic.blocked_ns);
    return ns;
  }

  void add_trader(const Trader& trader) {
    const Chip chip = look_.chip(trader.processes.front());
    const model::Process* process = look_.model.processes().find(trader.processes.front());
    GraphNode box;
    box.ref = chip.ref;
    box.label = chip.label;
    box.tone = chip.tone;
    box.tip = chip.tip;
    box.count = static_cast<int>(trader.processes.size());
    box.note = process->dead() ? "ended" : "running";
    if (box.count > 1) {
      std::vector<std::string> names;
      for (const Puid puid : trader.processes) names.push_back(look_.chip(puid).label);
      box.label = plural(trader.processes.size(), "process", "processes");
      box.note = names.front() + " to " + names.back();
      box.tip = tip_of(box.label, list_text(names), "");
    } else if (const model::Thread* thread = look_.spokesman(trader.processes.front());
               thread != nullptr && !thread->note.empty()) {
      box.note = thread->note;
    } else if (const std::uint64_t waits = longest_wait(trader.gets); waits > 0) {
      box.note = "waits for items, " + duration_text(waits);
    }
    drawn_.push_back(trader);
    vm_.nodes.push_back(std::move(box));
  }

  void queue_node(const Flow& flow) {
    const Chip chip = look_.chip_object(flow.queue);
    GraphNode box;
    box.ref = chip.ref;
    box.label = chip.label;
    box.tone = chip.tone;
    box.tip = chip.tip;
    box.fill = static_cast<float>(flow.fill());
    box.fill_tone = fill_tone(flow);
    box.note = count_text(flow.depth);
    if (flow.capacity != 0) box.note += " of " + count_text(flow.capacity);
    if (flow.out_per_s > 0) box.note += " \xc2\xb7 " + list_rate_text(flow.out_per_s);
    queue_nodes_[flow.queue] = static_cast<int>(vm_.nodes.size());
    vm_.nodes.push_back(std::move(box));
  }

  void add_edges(int node, const Trader& trader) {
    const bool ended = look_.model.processes().find(trader.processes.front())->dead();
    const auto edge = [&](int from, int to, const Traffic& traffic, wire::ThreadState wait) {
      GraphEdge arrow;
      arrow.from = from;
      arrow.to = to;
      arrow.label = traffic.items == 0 ? "" : short_number(static_cast<double>(traffic.items));
      if (traffic.blocked_ns > 0) {
        arrow.tone = Look::wait_tone(wait, traffic.blocked_ns);
        if (arrow.tone != Tone::Idle && arrow.tone != Tone::Neutral)
          arrow.label = "waits " + duration_text(traffic.blocked_ns);
      }
      arrow.dashed = ended && !look_.ended();
      arrow.width =
          1.2F + 0.5F * static_cast<float>(std::log10(1.0 + static_cast<double>(traffic.items)));
      vm_.edges.push_back(std::move(arrow));
    };
    for (const auto& [id, traffic] : trader.puts)
      edge(node, queue_nodes_.at(id), traffic, wire::ThreadState::QueuePut);
    for (const auto& [id, traffic] : trader.gets)
      edge(queue_nodes_.at(id), node, traffic, wire::ThreadState::QueueGet);
  }

  // From the first process on: an arrow to where the walk came from leads back.
  void mark_feedback() {
    std::vector<std::vector<std::size_t>> leaving(vm_.nodes.size());
    for (std::size_t i = 0; i < vm_.edges.size(); ++i)
      leaving[static_cast<std::size_t>(vm_.edges[i].from)].push_back(i);
    enum class Seen : std::uint8_t { No, OnTheWay, Done };
    std::vector<Seen> seen(vm_.nodes.size(), Seen::No);
    for (std::size_t start = 0; start < vm_.nodes.size(); ++start) {
      if (seen[start] != Seen::No) continue;
      std::vector<std::pair<std::size_t, std::size_t>> way{{start, 0}};
      seen[start] = Seen::OnTheWay;
      while (!way.empty()) {
        auto& [node, next] = way.back();
        if (next == leaving[node].size()) {
          seen[node] = Seen::Done;
          way.pop_back();
          continue;
        }
        GraphEdge& edge = vm_.edges[leaving[node][next++]];
        const auto to = static_cast<std::size_t>(edge.to);
        if (seen[to] == Seen::OnTheWay) {
          edge.feedback = true;
        } else if (seen[to] == Seen::No) {
          seen[to] = Seen::OnTheWay;
          way.emplace_back(to, 0);
        }
      }
    }
  }

  const Look& look_;
  FlowGraphVm& vm_;
  std::map<ObjectId, Flow> flows_;
  std::map<std::uint64_t, Trader> traders_;  // by the serial number of the process
  std::vector<Trader> drawn_;                // the first nodes
  std::map<ObjectId, int> queue_nodes_;
};

}  // namespace

FlowGraphVm build_flow_graph(const Look& look) {
  FlowGraphVm vm;
  FlowBuilder(look, vm).run();
  if (vm.nodes.empty())
    vm.empty = {
        "Nothing flows yet",
        "Processes appear here as soon as they put something into a queue or take something "
        "out of one.",
        ""};
  return vm;
}

}  // namespace inspector::present
