#include "analysis/wait_graph.hpp"

#include "analysis/names.hpp"

#include <algorithm>
#include <map>

namespace inspector::analysis {
namespace {

class Builder {
 public:
  explicit Builder(const model::Model& model) : model_(model) {}

  WaitGraph run() {
    add_nodes();
    graph_.single = Digraph(graph_.nodes.size());
    graph_.any = Digraph(graph_.nodes.size());
    for (NodeIndex node = 0; node < graph_.nodes.size(); ++node) {
      if (graph_.nodes[node].waits) add_links(node);
    }
    return std::move(graph_);
  }

 private:
  void add_nodes() {
    std::vector<const model::Process*> processes;
    for (const auto& [puid, row] : model_.processes().rows()) {
      if (!row.dead() && row.method != wire::StartMethod::Helper) processes.push_back(&row);
    }
    std::sort(processes.begin(), processes.end(),
              [](auto* a, auto* b) { return a->serial < b->serial; });
    for (const model::Process* process : processes) {
      auto& nodes = nodes_of_[process->puid];
      for (const model::Thread* thread : model_.threads().of_process(process->puid)) {
        if (thread->ended) continue;
        nodes.push_back(graph_.nodes.size());
        graph_.nodes.push_back({thread->key, thread, thread->waiting(),
                                thread->waiting() && thread->timeout_ns == wire::kNoTimeout});
      }
      // Nothing is known of its threads: it may do anything, so nobody who depends on it is lost.
      if (nodes.empty() || nodes_start_later(*process)) {
        nodes.push_back(graph_.nodes.size());
        graph_.nodes.push_back({{process->puid, kMainSlot}, nullptr, false, false});
      }
    }
  }

  static bool nodes_start_later(const model::Process& process) {
    return process.life == model::Life::Starting;
  }

  void add_links(NodeIndex node) {
    const model::Thread& thread = *graph_.nodes[node].row;
    switch (thread.state) {
      case wire::ThreadState::LockWait:
        if (const model::Lock* lock = model_.locks().find(thread.object);
            lock != nullptr && lock->state == model::LockState::Held) {
          link_one(node, holder_node(lock->holder), thread.object);
        }
        return;
      case wire::ThreadState::Join:
        if (lives(thread.joined)) link_one(node, main_node(thread.joined), 0);
        return;
      case wire::ThreadState::QueueGet:
        if (is_empty(thread.object)) link_users(node, thread.object);
        return;
      case wire::ThreadState::QueuePut:
        if (is_full(thread.object)) link_users(node, thread.object);
        return;
      case wire::ThreadState::SemaphoreWait:
      case wire::ThreadState::ConditionWait:
      case wire::ThreadState::EventWait:
      case wire::ThreadState::BarrierWait:
        link_users(node, thread.object);
        return;
      case wire::ThreadState::ConnectionRecv:
      case wire::ThreadState::ConnectionSend:
        if (const model::ObjectId other =
                silent_end(thread.object, thread.state == wire::ThreadState::ConnectionRecv);
            other != 0) {
          link_users(node, thread.object, other);
        }
        return;
      case wire::ThreadState::Wait:
        // Of a queue: for its tasks to be done, by whoever has it.
        thread.object != 0 ? link_users(node, thread.object) : link_awaited(node, thread);
        return;
      default:
        return;
    }
  }

  // Where the one sits who could end a wait for this end; 0 when the wait may end by itself. An end
  // that is not known may be anywhere: such a wait is never called lost.
  [[nodiscard]] model::ObjectId silent_end(model::ObjectId id, bool receives) const {
    const auto& connections = model_.connections();
    const model::ConnectionEnd* end = connections.find(id);
    const model::ConnectionEnd* other = end == nullptr ? nullptr : connections.find(end->other);
    if (other == nullptr || other->lent) return 0;
    // What is under way, or may be.
    if (receives && connections.under_way(*other) != 0) return 0;
    return other->object;
  }

  // One thing that may become ready by itself, or of which nothing is known, and the wait is not
  // lost.
  void link_awaited(NodeIndex node, const model::Thread& thread) {
    const auto& things = thread.awaited;
    const bool all_known = things.size() == thread.awaited_count &&
                           std::all_of(things.begin(), things.end(),
                                       [this](auto& thing) { return needs_help(thing); });
    if (!all_known) return;
    for (const model::Awaited& thing : things) {
      if (thing.process != 0) {
        const NodeIndex to = main_node(thing.process);
        things.size() == 1 ? link_one(node, to, 0) : link_any(node, to, 0);
      } else if (is_connection(thing.object)) {
        link_users(node, thing.object, silent_end(thing.object, true));
      } else {
        link_users(node, thing.object);
      }
    }
  }

  [[nodiscard]] bool needs_help(const model::Awaited& thing) const {
    if (thing.process != 0) return lives(thing.process);
    if (is_connection(thing.object)) return silent_end(thing.object, true) != 0;
    return model_.queues().find(thing.object) != nullptr && is_empty(thing.object);
  }

  [[nodiscard]] bool lives(model::Puid puid) const { return nodes_of_.contains(puid); }
  [[nodiscard]] NodeIndex main_node(model::Puid puid) const { return nodes_of_.at(puid).front(); }
  [[nodiscard]] bool is_connection(model::ObjectId id) const {
    const model::Object* object = model_.objects().find(id);
    return object != nullptr && object->kind == wire::ObjectKind::Connection;
  }

  [[nodiscard]] bool is_empty(model::ObjectId id) const {
    const model::Queue* queue = model_.queues().find(id);
    return queue == nullptr || queue->depth() == 0;
  }

  [[nodiscard]] bool is_full(model::ObjectId id) const {
    const model::Object* object = model_.objects().find(id);
    const model::Queue* queue = model_.queues().find(id);
    return object != nullptr && queue != nullptr && object->capacity > 0 &&
           queue->depth() >= object->capacity;
  }

  // graph_.nodes.size() when nobody living holds it.
  [[nodiscard]] NodeIndex holder_node(model::ThreadKey holder) const {
    const auto found = nodes_of_.find(holder.process);
    if (found == nodes_of_.end()) return graph_.nodes.size();
    for (const NodeIndex node : found->second) {
      if (graph_.nodes[node].thread == holder) return node;
    }
    // Its thread ended without a release, or is not known: any thread may still give it back.
    return graph_.nodes.size();
  }

  void link_one(NodeIndex from, NodeIndex to, model::ObjectId object) {
    if (to == graph_.nodes.size()) return;
    graph_.single.add_edge(from, to);
    link_any(from, to, object);
  }

  void link_any(NodeIndex from, NodeIndex to, model::ObjectId object) {
    graph_.links.push_back({from, to, object});
    graph_.any.add_edge(from, to);
  }

  void link_users(NodeIndex from, model::ObjectId id) { link_users(from, id, id); }
  // Waits for `waited`, which the users of `id` could make ready.
  void link_users(NodeIndex from, model::ObjectId waited, model::ObjectId id) {
    const model::Object* object = model_.objects().find(id);
    if (object == nullptr) return;
    for (const auto& [puid, user] : object->users) {
      const model::Process* process = model_.processes().find(puid);
      const std::uint64_t died = process != nullptr && process->dead() ? process->ended_ns : 0;
      auto& gone = graph_.nodes[from].last_helper_gone_ns;
      gone = std::max({gone, died, user.until_ns});
    }
    for (const auto& [puid, nodes] : nodes_of_) {
      const auto user = object->users.find(puid);
      const bool may_help = user != object->users.end() ? user->second.open() : may_inherit(puid);
      if (!may_help) continue;
      for (const NodeIndex to : nodes) link_any(from, to, waited);
    }
  }

  // A child that has not said hello yet has what its parent has.
  [[nodiscard]] bool may_inherit(model::Puid puid) const {
    const model::Process* process = model_.processes().find(puid);
    return process != nullptr && nodes_start_later(*process);
  }

  const model::Model& model_;
  WaitGraph graph_;
  std::map<model::Puid, std::vector<NodeIndex>> nodes_of_;
};

}  // namespace

WaitGraph build_wait_graph(const model::Model& model) { return Builder(model).run(); }

}  // namespace inspector::analysis
