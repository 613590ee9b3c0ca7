#include "present/process_words.hpp"

#include "analysis/phrases.hpp"
#include "base/signal_name.hpp"
#include "present/format.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

constexpr std::size_t kSparkPoints = 60;

std::string state_word(const model::Process& process, const model::Thread* thread) {
  switch (process.life) {
    case model::Life::Starting:
      return "starting";
    case model::Life::Exiting:
      return "exiting";
    case model::Life::Unknown:
      return "unknown";
    case model::Life::Dead:
      return process.died_by_signal() ? "killed" : process.exit ? "ended" : "vanished";
    case model::Life::Alive:
      break;
  }
  if (thread == nullptr) return "running";
  switch (thread->state) {
    case wire::ThreadState::Running:
      return "running";
    case wire::ThreadState::QueueGet:
      return "waiting for work";
    case wire::ThreadState::QueuePut:
      return "waiting for room";
    case wire::ThreadState::Join:
      return "joining";
    default:
      return "waiting";
  }
}

double cores_between(const model::SamplePoint& a, const model::SamplePoint& b) {
  if (b.t_ns <= a.t_ns || b.cpu_ns < a.cpu_ns) return 0;
  return static_cast<double>(b.cpu_ns - a.cpu_ns) / static_cast<double>(b.t_ns - a.t_ns);
}

Spark scaled(std::vector<double> values, double least_top) {
  const double top =
      std::max(least_top, values.empty() ? 0 : *std::max_element(values.begin(), values.end()));
  Spark spark;
  const std::size_t skip = values.size() > kSparkPoints ? values.size() - kSparkPoints : 0;
  for (std::size_t i = skip; i < values.size(); ++i)
    spark.values.push_back(static_cast<float>(values[i] / top));
  return spark;
}

}  // namespace

Chip waiting_for(const Look& look, const model::Thread& thread) {
  const std::vector<Chip> all = all_waited_for(look, thread);
  if (all.empty()) return {};
  Chip chip = all.front();
  if (thread.awaited_count > 1)
    chip.label += " or " + std::to_string(thread.awaited_count - 1) + " more";
  return chip;
}

std::vector<Chip> all_waited_for(const Look& look, const model::Thread& thread) {
  std::vector<Chip> chips;
  for (const model::ObjectId object : thread.waited_for())
    chips.push_back(look.chip_object(object));
  if (thread.joined != 0) chips.push_back(look.chip(thread.joined));
  for (const model::Awaited& thing : thread.awaited) {
    if (thing.process != 0) chips.push_back(look.chip(thing.process));
  }
  return chips;
}

std::uint64_t age_of(const Look& look, const model::Process& process) {
  const std::uint64_t end = process.dead() ? process.ended_ns : look.model.now_ns();
  return end - std::min(process.born_ns, end);
}

std::string start_text(const model::Process& process) {
  const std::string method = wire::start_method_name(process.method);
  if (process.start_latency_ns == 0) return method;
  return method + ", reached its target in " + duration_text(process.start_latency_ns);
}

ProcessWords describe(const Look& look, const model::Process& process) {
  ProcessWords words;
  const model::Thread* thread = process.dead() ? nullptr : look.spokesman(process.puid);
  words.state = state_word(process, thread);
  std::uint64_t since =
      process.reached_target_ns != 0 ? process.reached_target_ns : process.born_ns;
  if (process.dead()) {
    since = process.ended_ns;
  } else if (thread != nullptr && thread->since_ns != 0) {
    since = thread->since_ns;
  }
  words.since = duration_text(look.age(since));
  if (thread != nullptr) {
    words.waiting_for = waiting_for(look, *thread);
    // The user's own words are better than "running".
    if (!thread->waiting() && !thread->note.empty()) words.state = thread->note;
  }
  for (const model::ObjectId id : analysis::held_by(look.model, process.puid)) {
    words.holds.push_back(look.chip_object(id));
  }
  if (process.dead()) {
    const bool fine = (process.exit && *process.exit == 0) || analysis::end_was_asked_for(process);
    words.exit = !process.exit       ? "unknown"
                 : *process.exit < 0 ? mp::signal_name(-*process.exit)
                                     : "exit " + std::to_string(*process.exit);
    words.exit_tone = fine ? Tone::Neutral : Tone::Dead;
    words.cause = capitalized(analysis::end_phrase(look.names, process).plain() +
                              analysis::last_deed(look.model, look.names, process).plain());
  }
  const auto& points = process.samples.points();
  words.cpu = process.dead() || points.size() < 2
                  ? -1
                  : cores_between(points[points.size() - 2], points.back());
  words.rss = process.usage.rss_bytes;
  return words;
}

std::string cpu_text(double cores) { return cores < 0 ? std::string() : percent_text(cores); }

Spark cpu_spark(const model::Process& process) {
  std::vector<double> values;
  const auto& points = process.samples.points();
  for (std::size_t i = 1; i < points.size(); ++i)
    values.push_back(cores_between(points[i - 1], points[i]));
  return scaled(std::move(values), 1);
}

Spark rss_spark(const model::Process& process) {
  std::vector<double> values;
  for (const auto& point : process.samples.points())
    values.push_back(static_cast<double>(point.rss_bytes));
  return scaled(std::move(values), 1'000'000);
}

}  // namespace inspector::present
