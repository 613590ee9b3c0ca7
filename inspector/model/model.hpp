// Model: the state of a process tree at one moment, folded from its events. Time is data: no clock,
// no random, so equal events give equal states, live, replayed or sought.
#pragma once

#include "base/result.hpp"
#include "model/call_sites.hpp"
#include "model/connection_table.hpp"
#include "model/journal.hpp"
#include "model/lock_table.hpp"
#include "model/object_table.hpp"
#include "model/process_table.hpp"
#include "model/queue_table.hpp"
#include "model/thread_table.hpp"

#include <string>
#include <string_view>

namespace inspector::model {

// Reducers write here; everyone else reads through Model.
struct Tables {
  ProcessTable processes;
  ThreadTable threads;
  ObjectTable objects;
  LockTable locks;
  QueueTable queues;
  ConnectionTable connections;
  CallSites call_sites;
  Journal journal;
  std::uint64_t now_ns = 0;
  std::uint64_t start_ns = 0;
  std::uint64_t events = 0;
  void io(auto& ar) {
    ar(processes, threads, objects, locks, queues, connections, call_sites, journal, now_ns, start_ns, events);
  }
};

// A value: a copy is a snapshot. No locks inside; it belongs to one thread.
class Model {
 public:
  // Total: any event changes the state in a defined way or is counted in journal().unknown or
  // .refused. Tolerant of loss and order: what is older than the known state of its subject changes
  // nothing.
  void apply(const wire::Event& event, std::string_view payload) noexcept;
  void apply(const wire::Batch& batch) noexcept;

  // "Now" is the newest moment that any event named; it never goes back.
  [[nodiscard]] std::uint64_t now_ns() const noexcept { return tables_.now_ns; }
  [[nodiscard]] std::uint64_t start_ns() const noexcept { return tables_.start_ns; }
  [[nodiscard]] std::uint64_t event_count() const noexcept { return tables_.events; }

  [[nodiscard]] const ProcessTable& processes() const noexcept { return tables_.processes; }
  [[nodiscard]] const ThreadTable& threads() const noexcept { return tables_.threads; }
  [[nodiscard]] const ObjectTable& objects() const noexcept { return tables_.objects; }
  [[nodiscard]] const LockTable& locks() const noexcept { return tables_.locks; }
  [[nodiscard]] const QueueTable& queues() const noexcept { return tables_.queues; }
  [[nodiscard]] const ConnectionTable& connections() const noexcept { return tables_.connections; }
  [[nodiscard]] const CallSites& call_sites() const noexcept { return tables_.call_sites; }
  [[nodiscard]] const Journal& journal() const noexcept { return tables_.journal; }

  // Of the whole state: equal digests mean equal screens.
  [[nodiscard]] std::uint64_t digest() const;
  [[nodiscard]] std::string serialize() const;
  // Any bytes may come: refuses what serialize() could not have written.
  static mp::Result<Model> deserialize(std::string_view bytes);

 private:
  Tables tables_;
};

}  // namespace inspector::model
