// The command palette: actions and entities in one list, best match first.
#pragma once

#include "present/command.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct PaletteVm {
  struct Item {
    std::string label;     // "Go to Locks", "worker-3"
    std::string note;      // "process · waiting 12.4 s"
    std::string shortcut;  // "4": teaches the key
    EntityRef ref{};       // for the icon; None: an action
    Tone tone = Tone::Neutral;
    Command command;
  };
  std::vector<Item> items;  // at most 12, for ViewState::search
};

PaletteVm build_palette(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
