// Look: what every builder starts from: the model of the moment with its names and findings, and
// the translation of their subjects, texts and states into chips, sentences and tones.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/flow.hpp"
#include "analysis/names.hpp"
#include "model/model.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspector::present {

// EntityRef ids: puid of a process, serial << 16 | slot of a thread, ObjectId of an object,
// Finding::id of an alarm, ObjectId << 40 | number of a message.
class Look {
 public:
  // All three must outlive it.
  Look(const model::Model&, const SessionFacts&, const ViewState&);

  const model::Model& model;
  const SessionFacts& facts;
  const ViewState& view;
  const analysis::Names names;

  // Of the moment in view, worst first; and those of the session's log that are over by then.
  [[nodiscard]] const std::vector<analysis::Finding>& findings() const;
  [[nodiscard]] std::vector<analysis::Finding> past_findings() const;
  [[nodiscard]] const analysis::Finding* finding_of(EntityRef alarm) const;
  // The worst open problem in which the entity takes part; null if none.
  [[nodiscard]] const analysis::Finding* trouble_of(const analysis::Subject&) const;

  [[nodiscard]] EntityRef ref(const analysis::Subject&) const;
  [[nodiscard]] EntityRef ref(model::ThreadKey) const;
  [[nodiscard]] EntityRef ref_object(model::ObjectId) const;
  static EntityRef ref(model::Puid puid) { return {EntityKind::Process, puid}; }
  static EntityRef alarm(const analysis::Finding& finding) {
    return {EntityKind::Alarm, finding.id};
  }
  // What a ref means; kind None when there is no such thing (any more, or yet).
  [[nodiscard]] analysis::Subject subject(EntityRef) const;

  [[nodiscard]] Chip chip(model::Puid) const;
  [[nodiscard]] Chip chip(model::ThreadKey) const;
  [[nodiscard]] Chip chip_object(model::ObjectId) const;
  [[nodiscard]] Chip chip(const analysis::Subject&) const;
  [[nodiscard]] std::vector<Chip> chips(const std::vector<model::ThreadKey>&) const;
  [[nodiscard]] Sentence sentence(const analysis::Text&) const;

  [[nodiscard]] Tone tone(const model::Thread&) const;
  // Of a wait that has lasted so long.
  static Tone wait_tone(wire::ThreadState, std::uint64_t lasted_ns);
  [[nodiscard]] Tone tone(const model::Process&) const;
  [[nodiscard]] Tone tone_object(model::ObjectId) const;
  static Tone tone(analysis::Severity severity);
  static Tone tone(const analysis::Finding& finding);

  // The thread that says best what its process is doing: the worst wait, else the main thread.
  // Null: none known.
  [[nodiscard]] const model::Thread* spokesman(model::Puid) const;
  [[nodiscard]] float hue(model::Puid) const;

  [[nodiscard]] Moment now() const { return static_cast<Moment>(model.now_ns()); }
  // The moment in view: in a quiet stretch somewhat later than the newest event before it.
  [[nodiscard]] Moment moment() const;
  [[nodiscard]] Moment begin() const;
  [[nodiscard]] Moment end() const;  // of the session
  // Before the newest moment, by the user's choice.
  [[nodiscard]] bool past() const;
  // Every process has ended by the moment in view.
  [[nodiscard]] bool ended() const;
  [[nodiscard]] std::uint64_t watched_ns() const { return model.now_ns() - model.start_ns(); }
  [[nodiscard]] std::uint64_t age(std::uint64_t since_ns) const {
    return model.now_ns() > since_ns ? model.now_ns() - since_ns : 0;
  }
  // What plots show: the window that was chosen, or the last minute around the moment in view.
  [[nodiscard]] TimeRange window() const;
  [[nodiscard]] TimeRange whole() const { return {begin(), end()}; }
  // What statistics are over: the range that was chosen, or lately.
  [[nodiscard]] analysis::Stretch stretch() const;
  [[nodiscard]] std::optional<float> cursor_in(TimeRange) const;
  // Stretches in which events were lost, and the part after the newest event.
  [[nodiscard]] std::vector<Band> bands(TimeRange) const;

 private:
  mutable std::optional<std::vector<analysis::Finding>> findings_;
};

inline Tip tip_of(std::string what, std::string state, std::string since) {
  Tip tip;
  tip.what = std::move(what);
  tip.state = std::move(state);
  tip.since = std::move(since);
  return tip;
}
// "for 12.4 s"
std::string for_text(std::uint64_t ns);
std::string plain(const Sentence&);

}  // namespace inspector::present
