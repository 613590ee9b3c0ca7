#include "present/process_lanes.hpp"

#include "analysis/phrases.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"

#include <algorithm>
#include <map>

namespace inspector::present {
namespace {

using WaitsOf = std::map<model::ThreadKey, std::vector<const model::Wait*>>;

// The waits that are over, thread by thread, in the order in which they ended.
WaitsOf waits_by_thread(const model::Model& model) {
  WaitsOf waits;
  for (const model::Wait& wait : model.threads().waits().rows())
    waits[wait.thread].push_back(&wait);
  return waits;
}

// Before that the log has forgotten waits: nobody can say who ran.
std::uint64_t known_from(const model::Model& model) {
  const auto& log = model.threads().waits();
  return log.first_serial() == 0 || log.rows().empty() ? 0 : log.rows().front().end_ns;
}

class LaneBuilder {
 public:
  LaneBuilder(const Look& look, const model::Process& process) : look_(look), process_(process) {}

  std::vector<Stretch> run(const std::vector<const model::Wait*>* waits) {
    const std::uint64_t end = process_.dead() ? process_.ended_ns : look_.model.now_ns();
    reached_ = std::max(process_.born_ns, known_from(look_.model));
    if (waits != nullptr) {
      for (const model::Wait* wait : *waits) {
        const EntityRef what = wait->state == wire::ThreadState::Join
                                   ? Look::ref(wait->joined)
                                   : look_.ref_object(wait->object);
        add(wait->begin_ns, wait->end_ns,
            look_.wait_tone(wait->state, wait->end_ns - std::min(wait->begin_ns, wait->end_ns)),
            what);
      }
    }
    const model::Thread* thread = look_.model.threads().find({process_.puid, analysis::kMainSlot});
    if (thread != nullptr && thread->waiting() && !process_.dead())
      add(thread->since_ns, end, look_.tone(*thread), waiting_ref(*thread));
    run_until(end);
    if (look_.tone(process_) == Tone::Dead) add(end, end, Tone::Dead, Look::ref(process_.puid));
    return std::move(stretches_);
  }

 private:
  [[nodiscard]] EntityRef waiting_ref(const model::Thread& thread) const {
    if (thread.state == wire::ThreadState::Join) return Look::ref(thread.joined);
    if (thread.object != 0 || thread.awaited.empty()) return look_.ref_object(thread.object);
    const model::Awaited& first = thread.awaited.front();
    return first.process != 0 ? Look::ref(first.process) : look_.ref_object(first.object);
  }
  // Between two waits it ran.
  void run_until(std::uint64_t t_ns) {
    if (t_ns <= reached_) return;
    stretches_.push_back({static_cast<Moment>(reached_), static_cast<Moment>(t_ns), Tone::Running,
                          Look::ref(process_.puid), false});
    reached_ = t_ns;
  }
  void add(std::uint64_t begin, std::uint64_t end, Tone tone, EntityRef what) {
    if (end < reached_) return;
    run_until(begin);
    stretches_.push_back(
        {static_cast<Moment>(reached_), static_cast<Moment>(end), tone, what, false});
    reached_ = end;
  }

  const Look& look_;
  const model::Process& process_;
  std::uint64_t reached_ = 0;
  std::vector<Stretch> stretches_;
};

LaneBar make_bar(const Look& look, const FoldedStretch& folded, TimeRange window,
                 const std::string& process) {
  const Stretch& stretch = folded.stretch;
  LaneBar bar;
  bar.from = fraction_of(stretch.begin, window);
  bar.to = fraction_of(stretch.end, window);
  bar.tone = stretch.tone;
  bar.ref = stretch.ref;
  bar.folded = folded.count > 1;
  const std::string what = look.chip(look.subject(stretch.ref)).label;
  switch (stretch.tone) {
    case Tone::Running:
      bar.label = "runs";
      bar.tip.what = process + " ran";
      break;
    case Tone::Dead:
      bar.label = "died";
      bar.tip.what = process + " died";
      break;
    default:
      bar.label = what;
      bar.tip.what = process + " waited for " + (what.empty() ? "something" : what);
  }
  if (bar.folded) bar.tip.state = count_text(folded.count) + " stretches too short to draw apart";
  bar.tip.since = for_text(static_cast<std::uint64_t>(stretch.end - stretch.begin));
  return bar;
}

}  // namespace

Lanes process_lanes(const Look& look, const std::vector<model::Puid>& processes, std::size_t limit,
                    int pixels) {
  Lanes lanes;
  lanes.title = "What each was doing";
  lanes.note = "green runs, grey waits for work, amber and red wait for a lock or for room";
  lanes.by_tone = true;
  lanes.window = look.window();
  lanes.x_ticks = time_ticks(lanes.window, look.begin());
  lanes.bands = look.bands(lanes.window);
  lanes.cursor = look.cursor_in(lanes.window);
  const WaitsOf waits = waits_by_thread(look.model);
  for (const model::Puid puid : processes) {
    const model::Process* process = look.model.processes().find(puid);
    if (process == nullptr || lanes.lanes.size() == limit) continue;
    const auto own = waits.find({puid, analysis::kMainSlot});
    const auto stretches =
        LaneBuilder(look, *process).run(own == waits.end() ? nullptr : &own->second);
    Lane lane{look.chip(puid), {}};
    for (const FoldedStretch& folded : fold(stretches, lanes.window, pixels))
      lane.bars.push_back(make_bar(look, folded, lanes.window, lane.chip.label));
    lanes.lanes.push_back(std::move(lane));
  }
  return lanes;
}

}  // namespace inspector::present
