#include "analysis/blocks.hpp"
#include "analysis/contention.hpp"
#include "analysis/deaths.hpp"
#include "analysis/phrases.hpp"
#include "present/curves.hpp"
#include "present/detail_blocks.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"
#include "present/queue_curves.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace inspector::present {
namespace {

constexpr int kBuckets = 300;

void add_common(const Look& look, const model::Object& object, DetailVm& vm) {
  vm.title = look.chip_object(object.id);
  vm.kind = wire::object_kind_name(object.kind);
  vm.tone = vm.title.tone;
  if (object.creator != 0)
    vm.provenance.push_back({"made by", look.names.process(object.creator), false});
  if (!object.site.empty()) vm.provenance.push_back({"at", object.site});
  vm.provenance.push_back({"first seen",
                           moment_text(static_cast<Moment>(object.first_seen_ns),
                                       look.facts.wall_at_zero, look.begin()),
                           false});
  vm.ids.push_back({"id", std::to_string(object.id)});
  if (object.key.known()) {
    vm.ids.push_back({"kernel", fmt::format("dev {} inode {} offset {}", object.key.device,
                                            object.key.inode, object.key.offset)});
  }
}

void add_users(const Look& look, const model::Object& object, DetailVm& vm) {
  std::vector<Chip> users;
  for (const auto& [puid, user] : object.users) {
    const model::Process* process = look.model.processes().find(puid);
    if (user.open() && process != nullptr && !process->dead()) users.push_back(look.chip(puid));
  }
  add_relation(vm, "can be used by", std::move(users));
}

std::vector<Chip> process_chips(const Look& look, const std::vector<model::Puid>& processes) {
  std::vector<Chip> chips;
  for (const model::Puid puid : processes) chips.push_back(look.chip(puid));
  return chips;
}

analysis::Text queue_state(const Look& look, const analysis::Flow& flow) {
  const std::string depth = plural(flow.depth, "item", "items");
  const std::string in_out =
      list_rate_text(flow.in_per_s) + " in, " + list_rate_text(flow.out_per_s) + " out";
  switch (flow.verdict) {
    case analysis::FlowVerdict::Quiet:
      return flow.depth == 0 ? "Empty, and nothing moves."
                             : "Holds " + depth + ", and nothing moves.";
    case analysis::FlowVerdict::Flowing:
      return "Holds " + depth + "; " + in_out + ".";
    case analysis::FlowVerdict::ConsumersTooSlow: {
      analysis::Text text("Consumers too slow: " + in_out);
      if (!flow.blocked_putters.empty())
        text << "; " << look.names.say(flow.blocked_putters.front()) << " waits for room";
      return text << ".";
    }
    case analysis::FlowVerdict::ProducersTooSlow:
      return "Consumers wait for work " + percent_text(flow.get_blocked) + " of the time; " +
             in_out + ".";
    case analysis::FlowVerdict::Growing:
      return "Grows by " + list_rate_text(flow.growth_per_s) + ": " + in_out + ".";
    case analysis::FlowVerdict::Stuck:
      return "Holds " + depth + ", yet its consumers wait.";
  }
  return "";
}

// Share of each moment in which the lock was held, and in which somebody waited, as steps of 0
// and 1.
Plot lock_plot(const Look& look, const model::Lock& lock) {
  Plot plot;
  plot.id = "detail/waits";
  plot.title = "Wait before each acquisition";
  plot.window = look.window();
  std::vector<StepPoint> points;
  for (const model::HoldInterval& hold : lock.history.rows()) {
    const auto at = static_cast<Moment>(hold.begin_ns);
    points.push_back({at, static_cast<double>(hold.waited_ns) / 1e6});
    points.push_back({at + 1, 0});
  }
  if (points.empty()) plot.empty = "No acquisition was recorded. Level 3 records them all.";
  const double top = round_top(highest(points, plot.window));
  add_axes(look, plot, top, "ms");
  plot.curves.push_back({"waited", Tone::Waiting, 0, "",
                         decimate(points, plot.window, kBuckets, top, look.now()), false});
  return plot;
}

analysis::Text block_state(const Look& look, const analysis::Block& block) {
  const model::Object& object = *block.object;
  const std::string mapped = "by " + plural(block.mappers.size(), "process", "processes");
  const std::string unused = duration_text(look.age(block.free_since_ns));
  analysis::Text text;
  switch (block.state) {
    case analysis::BlockState::InUse:
      return "Mapped " + mapped + ".";
    case analysis::BlockState::Unlinked:
      text << "Still mapped " + mapped + "; unlinked " +
                  duration_text(look.age(object.unlinked_ns)) + " ago";
      break;
    case analysis::BlockState::Closed:
      return "Nobody has it mapped for " + unused + ", and it can still be found by its name.";
    case analysis::BlockState::Leaked:
      return "Left over: nobody has it mapped for " + unused + ", and nobody has unlinked it.";
    case analysis::BlockState::Gone:
      text << (analysis::is_named_block(object.kind)
                   ? "Gone: nobody has it mapped, and its name was taken away"
                   : "Gone: nobody has it any more");
      break;
  }
  if (object.unlinked_by != 0) text << " by " << look.names.say(object.unlinked_by);
  return text << ".";
}

// Known of acquisitions at level 3.
std::string taken_at(const Look& look, const model::Lock& lock) {
  const std::string& place = look.model.call_sites().text(lock.holder.process, lock.site);
  return place.empty() ? "" : ", taken at " + place;
}

analysis::Text lock_state(const Look& look, const model::Lock& lock, std::size_t waiters) {
  const std::string lasted = duration_text(look.age(lock.since_ns));
  analysis::Text text;
  switch (lock.state) {
    case model::LockState::Unknown:
      return "Nobody knows who holds it: it was last touched before we looked.";
    case model::LockState::Free:
      text << "Free for " + lasted;
      break;
    case model::LockState::Held:
      text << "Held by " << look.names.say(lock.holder) << " for " + lasted + taken_at(look, lock);
      break;
    case model::LockState::OwnerDead:
      text << "Left locked by " << look.names.say(lock.dead_owner)
           << " " + lasted + " ago" + taken_at(look, lock) + "; refuses everyone until recover()";
      break;
  }
  if (waiters > 0) text << "; " + plural(waiters, "waits", "wait") + " for it";
  return text << ".";
}

}  // namespace

void describe_queue(const Look& look, const model::Object& object, const model::Queue& queue,
                    DetailVm& vm) {
  add_common(look, object, vm);
  const auto flows = analysis::flows(look.model, look.stretch());
  const auto found = flows.find(object.id);
  if (found == flows.end()) return;
  const analysis::Flow& flow = found->second;
  vm.state = look.sentence(queue_state(look, flow));
  vm.facts.push_back({"depth", count_text(flow.depth),
                      flow.capacity > 0 ? "of " + count_text(flow.capacity) : "unbounded",
                      fill_tone(flow)});
  vm.facts.push_back({"most so far", count_text(queue.max_depth)});
  vm.facts.push_back({"in", list_rate_text(flow.in_per_s)});
  vm.facts.push_back({"out", list_rate_text(flow.out_per_s)});
  vm.facts.push_back({"put", count_text(queue.puts)});
  vm.facts.push_back({"taken", count_text(queue.gets)});
  if (const std::string latency = latency_text(flow); !latency.empty())
    vm.facts.push_back({"an item stays", latency});
  if (const std::string p99 = latency_p99_text(flow); !p99.empty())
    vm.facts.push_back({"1 % stay longer than", p99});
  if (const auto left = flow.full_in_ns())
    vm.facts.push_back({"full in", "~" + duration_text(*left), "", Tone::Warning});
  if (flow.put_blocked > 0)
    vm.facts.push_back({"producers blocked", percent_text(flow.put_blocked), "",
                        flow.put_blocked > 0.5 ? Tone::Warning : Tone::Neutral});
  if (flow.get_blocked > 0) vm.facts.push_back({"consumers idle", percent_text(flow.get_blocked)});
  if (queue.full > 0) vm.facts.push_back({"Full", count_text(queue.full), "times"});
  if (queue.empty > 0) vm.facts.push_back({"Empty", count_text(queue.empty), "times"});
  add_relation(vm, "waits for room", look.chips(flow.blocked_putters));
  add_relation(vm, "waits for items", look.chips(flow.blocked_getters));
  add_relation(vm, "producers", process_chips(look, flow.producers));
  add_relation(vm, "consumers", process_chips(look, flow.consumers));
  add_users(look, object, vm);
  vm.plots.push_back(depth_plot(look, {object.id}, "detail/depth"));
  vm.plots.push_back(rate_plot(look, {object.id}, "detail/rates"));
}

void describe_lock(const Look& look, const model::Object& object, const model::Lock& lock,
                   DetailVm& vm) {
  add_common(look, object, vm);
  const auto all = analysis::contentions(look.model, look.stretch());
  const auto found = all.find(object.id);
  if (found == all.end()) return;
  const analysis::Contention& numbers = found->second;
  vm.state = look.sentence(lock_state(look, lock, numbers.waiters.size()));
  vm.facts.push_back({"taken", count_text(lock.number), "times"});
  if (numbers.acquisitions_per_s > 0)
    vm.facts.push_back({"rate", list_rate_text(numbers.acquisitions_per_s)});
  vm.facts.push_back({"held", percent_text(numbers.busy)});
  vm.facts.push_back({"waited for", percent_text(numbers.contended)});
  if (numbers.waits > 0) {
    vm.facts.push_back({"wait p50", duration_text(numbers.wait_p50_ns)});
    vm.facts.push_back({"wait p99", duration_text(numbers.wait_p99_ns)});
  }
  if (lock.longest_wait_ns > 0)
    vm.facts.push_back({"longest wait", duration_text(lock.longest_wait_ns)});
  if (lock.failures > 0) vm.facts.push_back({"gave up", count_text(lock.failures), "times"});
  if (lock.recovered > 0)
    vm.facts.push_back({"recovered", count_text(lock.recovered), "times", Tone::Warning});
  if (lock.held() && lock.holder.process != 0)
    add_relation(vm, "held by", {look.chip(lock.holder)});
  add_relation(vm, "waiters", look.chips(numbers.waiters));
  if (lock.dead_owner.process != 0)
    add_relation(vm, "died holding it", {look.chip(lock.dead_owner.process)});
  std::vector<Chip> before;
  const auto& history = lock.history.rows();
  for (auto hold = history.rbegin(); hold != history.rend() && before.size() < 5; ++hold) {
    if (hold->end_ns == 0) continue;
    const Chip chip = look.chip(hold->holder);
    if (std::none_of(before.begin(), before.end(),
                     [&](const Chip& other) { return other.ref == chip.ref; }))
      before.push_back(chip);
  }
  add_relation(vm, "held before by", std::move(before));
  add_users(look, object, vm);
  vm.plots.push_back(lock_plot(look, lock));
}

void describe_block(const Look& look, const model::Object& object, DetailVm& vm) {
  add_common(look, object, vm);
  const analysis::Block block = analysis::block_of(look.model, object);
  vm.state = look.sentence(block_state(look, block));
  vm.facts.push_back({"size", bytes_text(object.capacity)});
  const bool is_gone = block.state == analysis::BlockState::Gone;
  const std::uint64_t end_ns = is_gone ? block.free_since_ns : look.model.now_ns();
  vm.facts.push_back({is_gone ? "was there" : "age",
                      duration_text(end_ns - std::min(end_ns, object.first_seen_ns))});
  vm.facts.push_back({"mapped by", count_text(block.mappers.size()),
                      "of " + plural(object.users.size(), "process", "processes")});
  add_relation(vm, "mapped by", process_chips(look, block.mappers));
  if (const model::ObjectId lock = analysis::lock_of(look.model, object); lock != 0)
    add_relation(vm, "its lock", {look.chip_object(lock)});
  if (object.creator != 0) add_relation(vm, "made by", {look.chip(object.creator)});
}

void describe_object(const Look& look, const model::Object& object, DetailVm& vm) {
  add_common(look, object, vm);
  if (object.kind == wire::ObjectKind::Connection) {
    describe_connection(look, object, vm);
    return add_users(look, object, vm);
  }
  if (object.kind == wire::ObjectKind::Listener) return describe_listener(look, object, vm);
  vm.state = look.sentence("Used by " + plural(object.open_users(), "process", "processes") + ".");
  const wire::ObjectCounters totals = object.totals();
  if (totals.in + totals.out > 0) {
    vm.facts.push_back({"in", count_text(totals.in)});
    vm.facts.push_back({"out", count_text(totals.out)});
  }
  if (totals.in_bytes + totals.out_bytes > 0) {
    vm.facts.push_back({"bytes in", bytes_text(totals.in_bytes)});
    vm.facts.push_back({"bytes out", bytes_text(totals.out_bytes)});
  }
  std::vector<Chip> waiters;
  for (const model::Thread* thread : look.model.threads().waiting_on(object.id))
    waiters.push_back(look.chip(thread->key));
  add_relation(vm, "waiters", std::move(waiters));
  add_users(look, object, vm);
}

void describe_alarm(const Look& look, const analysis::Finding& finding, DetailVm& vm) {
  vm.title = {Look::alarm(finding), finding.title, Look::tone(finding), {}};
  vm.kind = "Alarm";
  vm.tone = Look::tone(finding);
  vm.state = look.sentence(finding.sentence);
  vm.facts.push_back({"confidence", std::string(analysis::confidence_name(finding.confidence))});
  vm.facts.push_back({"began", moment_text(static_cast<Moment>(finding.since_ns),
                                           look.facts.wall_at_zero, look.begin())});
  if (!finding.open())
    vm.facts.push_back({"over", moment_text(static_cast<Moment>(finding.until_ns),
                                            look.facts.wall_at_zero, look.begin())});
  std::vector<Chip> evidence;
  for (const analysis::Subject& subject : finding.subjects) evidence.push_back(look.chip(subject));
  add_relation(vm, "evidence", std::move(evidence), 12);
  for (const analysis::Text& detail : finding.details) {
    vm.events.push_back(
        {"", look.sentence(detail), Tone::Neutral, static_cast<Moment>(finding.since_ns)});
  }
  vm.advice = finding.advice;
  vm.provenance.push_back({"rule", finding.rule, false});
  vm.actions.push_back({"evidence", "Show the evidence", ShowEvidence{Look::alarm(finding)}});
}

}  // namespace inspector::present
