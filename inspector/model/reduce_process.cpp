#include "model/reduce.hpp"
#include "wire/payload.hpp"

#include <array>
#include <utility>

namespace inspector::model {

void process_is_dead(Tables& tables, Process& row, std::optional<std::int32_t> exit,
                     std::uint64_t t_ns) {
  if (!tables.processes.died(row, exit, t_ns)) return;
  tables.threads.process_died(row.puid, t_ns);
  tables.locks.process_died(row.puid, row.pid, t_ns);
}

namespace {

using Kind = wire::EventKind;

bool hello(Tables& tables, const Fact& fact) {
  const auto info = wire::decode_process_info(fact.payload);
  Process* row = tables.processes.edit(fact.event.process);
  if (!info || row == nullptr) return false;
  tables.processes.hello(*row, *info);
  tables.objects.inherit(tables.processes, *row, fact.t_ns);
  return true;
}

bool forked(Tables& tables, const Fact& fact) {
  Process* child = tables.processes.touch(fact.event.a);
  if (child == nullptr) return false;
  if (child->introduced) return true;
  child->pid = fact.event.c;
  child->parent = fact.event.process;
  child->method = wire::StartMethod::Fork;
  child->born_ns = fact.t_ns;
  return true;
}

bool started(Tables& tables, const Fact& fact) {
  Process* row = tables.processes.edit(fact.event.process);
  if (row == nullptr) return false;
  row->reached_target_ns = fact.t_ns;
  row->start_latency_ns = fact.event.a;
  return true;
}

bool leaves(Tables& tables, const Fact& fact) {
  Process* row = tables.processes.edit(fact.event.process);
  if (row == nullptr) return false;
  if (row->life != Life::Dead) row->life = Life::Exiting;
  if (!row->exit) row->exit = static_cast<std::int32_t>(fact.event.c);
  return true;
}

bool reaped(Tables& tables, const Fact& fact) {
  Process* child = tables.processes.touch(fact.event.a);
  if (child == nullptr) return false;
  child->reaped = true;
  process_is_dead(tables, *child, static_cast<std::int32_t>(fact.event.c), fact.t_ns);
  return true;
}

bool gone(Tables& tables, const Fact& fact) {
  Process* row = tables.processes.edit(fact.event.process);
  if (row == nullptr) return false;
  std::optional<std::int32_t> exit;
  if (fact.event.c != wire::kUnknownExit) exit = static_cast<std::int32_t>(fact.event.c);
  process_is_dead(tables, *row, exit, fact.t_ns);
  return true;
}

bool sample(Tables& tables, const Fact& fact) {
  const auto info = wire::decode_sample_info(fact.payload);
  Process* row = tables.processes.edit(fact.event.process);
  if (!info || row == nullptr) return false;
  row->usage = *info;
  row->samples.add({fact.t_ns, info->cpu_ns, info->rss_bytes});
  return true;
}

bool signalled(Tables& tables, const Fact& fact) {
  Process* target = tables.processes.touch(fact.event.a);
  if (target == nullptr) return false;
  target->signal_from = fact.event.process != 0 ? fact.event.process : kInspector;
  target->signal = static_cast<std::int32_t>(fact.event.c);
  target->signal_ns = fact.t_ns;
  return true;
}

bool renamed(Tables& tables, const Fact& fact) {
  Process* row = tables.processes.edit(fact.event.process);
  if (row == nullptr) return false;
  row->name = kept_text(fact.payload);
  return true;
}

bool fork_risk(Tables& tables, const Fact& fact) {
  auto risk = wire::decode_fork_risk(fact.payload);
  if (!risk) return false;
  tables.journal.fork_risks.add({fact.t_ns, fact.thread, fact.event.a, *std::move(risk)});
  return true;
}

bool thread_started(Tables& tables, const Fact& fact) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  const auto tid = static_cast<std::uint32_t>(fact.event.a);
  tables.threads.start(*row, fact.event.c, tid, kept_text(fact.payload), fact.t_ns);
  return true;
}

bool thread_ended(Tables& tables, const Fact& fact) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row == nullptr) return false;
  tables.threads.end(*row, fact.event.c, fact.t_ns);
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::Hello, hello},
    Subscription{Kind::Fork, forked},
    Subscription{Kind::Started, started},
    Subscription{Kind::Exit, leaves},
    Subscription{Kind::Reap, reaped},
    Subscription{Kind::Gone, gone},
    Subscription{Kind::Sample, sample},
    Subscription{Kind::SignalSent, signalled},
    Subscription{Kind::ThreadStart, thread_started},
    Subscription{Kind::ThreadEnd, thread_ended},
    Subscription{Kind::Renamed, renamed},
    Subscription{Kind::ForkRisk, fork_risk},
};

}  // namespace

std::span<const Subscription> process_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
