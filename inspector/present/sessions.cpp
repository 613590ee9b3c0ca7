#include "present/sessions.hpp"

#include "present/format.hpp"

namespace inspector::present {
namespace {

constexpr std::size_t kRecoverable = 5;

SessionsVm::Running running_row(const RunningFacts& facts) {
  SessionsVm::Running row;
  row.id = facts.id;
  row.name = facts.name;
  row.pid = std::to_string(facts.pid);
  row.age = "started " + ago_text(facts.age_ns);
  row.state = plural(facts.processes, "process", "processes");
  if (facts.waiting_threads > 0)
    row.state += ", " + plural(facts.waiting_threads, "thread", "threads") + " waiting";
  row.tone = facts.waiting_threads > 0 ? Tone::Waiting : Tone::Running;
  row.attached = facts.attached;
  row.obstacle = facts.obstacle;
  row.command = facts.command;
  return row;
}

SessionsVm::Recording recording_row(const StoredFacts& facts) {
  SessionsVm::Recording row;
  row.path = facts.path;
  row.name = facts.name;
  row.when = ago_text(facts.age_ns);
  row.duration =
      duration_text(static_cast<std::uint64_t>(std::max<std::int64_t>(facts.duration_ns, 0)));
  row.size = bytes_text(facts.bytes);
  row.badges = facts.verdicts;
  row.obstacle = facts.obstacle;
  return row;
}

Tone demo_tone(const DemoFacts& demo) {
  if (demo.id == "deadlock" || demo.id == "kill") return Tone::Alarm;
  return demo.id == "slow" ? Tone::Warning : Tone::Ok;
}

}  // namespace

SessionsVm build_sessions(const MachineFacts& machine, const SessionFacts& session,
                          const ViewState&) {
  SessionsVm vm;
  vm.headline = "Watch a program";
  for (const std::string& address : machine.listening) vm.listening.push_back({address, Tone::Ok});
  vm.problem = machine.listening_problem;
  vm.command = "MP_INSPECT=1 ./your_program";
  vm.note = session.open ? session.name + " is open" : "nothing connected yet";
  for (const RunningFacts& facts : machine.running) vm.running.push_back(running_row(facts));
  if (vm.running.empty()) {
    vm.running_empty = "No program on this machine uses libmp right now";
    if (!machine.folder.empty()) vm.running_empty += " (looked in " + machine.folder + ")";
    vm.running_empty += ".";
  }
  for (const RecoverableFacts& facts : machine.recoverable) {
    if (vm.recoverable.size() == kRecoverable) {
      vm.recoverable_more =
          "and " + count_text(machine.recoverable.size() - kRecoverable) + " that died before";
      break;
    }
    vm.recoverable.push_back({facts.path, facts.name + " (" +
                                              plural(facts.processes, "process", "processes") +
                                              "), last alive " + ago_text(facts.silent_ns)});
  }
  for (const StoredFacts& facts : machine.recordings) vm.recordings.push_back(recording_row(facts));
  if (vm.recordings.empty())
    vm.recordings_empty = "Nothing recorded yet. mp-inspector record -o run.mpr -- ./your_program";
  for (const DemoFacts& demo : machine.demos)
    vm.demos.push_back({demo.id, demo.name, demo.description, demo_tone(demo), demo.available});
  return vm;
}

}  // namespace inspector::present
