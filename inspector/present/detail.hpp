// Detail: everything about the selected entity. The same blocks in the same order for every kind.
#pragma once

#include "present/command.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct DetailVm {
  Chip title;        // without a ref: the session, when nothing is selected
  std::string kind;  // "Process", "Lock", "Session"
  Tone tone = Tone::Neutral;
  Sentence state;  // "waiting for B for 12.4 s, held by worker-7"
  std::string advice{};  // of an alarm: what to do
  std::vector<Fact> facts;

  struct Relation {
    std::string label;  // "holds", "waits for", "produces to", "children"
    std::vector<Chip> chips;
    std::string more{};  // "and 12 more"
  };
  std::vector<Relation> relations;

  std::vector<Plot> plots;  // at most two, small

  struct EventLine {
    std::string when;  // "-1.250 s"
    Sentence text;
    Tone tone = Tone::Neutral;
    Moment at = 0;  // a click seeks there
  };
  std::vector<EventLine> events;  // newest first, at most 50
  std::string events_note;        // "the last 50, from the ring of the dead process"

  std::vector<Field> provenance;  // created by, at file:line, when
  std::vector<Field> ids;

  struct Action {
    std::string id;  // "terminate": names the widget
    std::string label;
    Command command;
    bool danger = false;
    std::string confirm{};  // asked first; empty: done at once
  };
  std::vector<Action> actions;
  EmptyState empty{};  // nothing is open, or the selected is not there
};

DetailVm build_detail(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
