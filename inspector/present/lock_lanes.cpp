#include "present/lock_lanes.hpp"

#include "present/format.hpp"
#include "present/plotting.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

struct WaitSpan {
  Moment begin = 0;
  Moment end = 0;
};

// Waits for the lock, by their end; the present ones end now.
std::vector<WaitSpan> waits_for(const Look& look, model::ObjectId lock) {
  std::vector<WaitSpan> waits;
  for (const model::Wait& wait : look.model.threads().waits().rows()) {
    if (wait.object == lock)
      waits.push_back({static_cast<Moment>(wait.begin_ns), static_cast<Moment>(wait.end_ns)});
  }
  for (const model::Thread* thread : look.model.threads().waiting_on(lock)) {
    waits.push_back({static_cast<Moment>(thread->since_ns), look.now()});
  }
  std::sort(waits.begin(), waits.end(),
            [](const WaitSpan& a, const WaitSpan& b) { return a.end < b.end; });
  return waits;
}

bool anybody_waited(const std::vector<WaitSpan>& by_end, Moment begin, Moment end) {
  auto wait = std::upper_bound(by_end.begin(), by_end.end(), begin,
                               [](Moment t, const WaitSpan& w) { return t < w.end; });
  // The first few decide: with more of them, one that began in time is among them.
  for (int looked = 0; wait != by_end.end() && looked < 64; ++wait, ++looked) {
    if (wait->begin < end) return true;
  }
  return false;
}

// What the lock was doing, as stretches without overlap.
std::vector<Stretch> stretches_of(const Look& look, const model::Lock& lock) {
  const auto waits = waits_for(look, lock.object);
  const bool stuck = look.tone_object(lock.object) == Tone::Alarm;
  std::vector<Stretch> stretches;
  for (const model::HoldInterval& hold : lock.history.rows()) {
    const auto begin = static_cast<Moment>(hold.begin_ns);
    const Moment end = hold.end_ns == 0 ? look.now() : static_cast<Moment>(hold.end_ns);
    if (end < begin) continue;
    Stretch stretch{begin, end, Tone::Holding, Look::ref(hold.holder.process),
                    anybody_waited(waits, begin, end)};
    if (hold.end_ns == 0 && stuck && !hold.died) stretch.tone = Tone::Blocked;
    if (!stretches.empty()) stretch.begin = std::max(stretch.begin, stretches.back().end);
    if (stretch.begin > stretch.end) continue;
    stretches.push_back(stretch);
    if (!hold.died) continue;
    // From the death until somebody recovers it nobody can have it.
    const auto& rows = lock.history.rows();
    const auto next = std::find_if(rows.begin(), rows.end(),
                                   [&](const auto& other) { return other.begin_ns > hold.end_ns; });
    const Moment until = next != rows.end() ? static_cast<Moment>(next->begin_ns) : look.now();
    if (lock.state == model::LockState::OwnerDead || next != rows.end()) {
      stretches.push_back({std::max(begin, end), std::max(end, until), Tone::Dead,
                           Look::ref(hold.holder.process), true});
    }
  }
  return stretches;
}

LaneBar make_bar(const Look& look, const FoldedStretch& folded, TimeRange window) {
  const Stretch& stretch = folded.stretch;
  LaneBar bar;
  bar.from = fraction_of(stretch.begin, window);
  bar.to = fraction_of(stretch.end, window);
  bar.tone = stretch.tone;
  bar.ref = stretch.ref;
  bar.waiting = stretch.waiting;
  bar.folded = folded.count > 1;
  bar.hue = look.hue(stretch.ref.id);
  const std::string holder = look.names.process(stretch.ref.id);
  bar.label = bar.folded                   ? plural(folded.count, "hold", "holds")
              : stretch.tone == Tone::Dead ? "owner died"
                                           : holder;
  bar.tip.what = bar.folded                   ? bar.label
                 : stretch.tone == Tone::Dead ? "left locked by " + holder
                                              : "held by " + holder;
  bar.tip.state = stretch.waiting ? "somebody waited meanwhile" : "nobody waited";
  bar.tip.since = for_text(static_cast<std::uint64_t>(stretch.end - stretch.begin));
  return bar;
}

}  // namespace

Lanes lock_lanes(const Look& look, const std::vector<model::ObjectId>& locks, std::size_t limit,
                 int pixels) {
  Lanes lanes;
  lanes.title = "Who held it when";
  lanes.note = "hatched: somebody waited";
  lanes.window = look.window();
  lanes.x_ticks = time_ticks(lanes.window, look.begin());
  lanes.bands = look.bands(lanes.window);
  lanes.cursor = look.cursor_in(lanes.window);
  for (const model::ObjectId id : locks) {
    const model::Lock* lock = look.model.locks().find(id);
    if (lock == nullptr || lanes.lanes.size() == limit) continue;
    Lane lane{look.chip_object(id), {}};
    for (const FoldedStretch& folded : fold(stretches_of(look, *lock), lanes.window, pixels)) {
      lane.bars.push_back(make_bar(look, folded, lanes.window));
    }
    lanes.lanes.push_back(std::move(lane));
  }
  const bool any = std::any_of(lanes.lanes.begin(), lanes.lanes.end(),
                               [](const Lane& lane) { return !lane.bars.empty(); });
  if (!any) lanes.empty = "Nobody was seen holding a lock in this stretch of time.";
  return lanes;
}

}  // namespace inspector::present
