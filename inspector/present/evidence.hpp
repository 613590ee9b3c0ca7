// Evidence: the screen and the moment at which a finding is seen best.
#pragma once

#include "analysis/finding.hpp"
#include "present/command.hpp"
#include "present/entity.hpp"

#include <optional>

namespace inspector::present {

struct Evidence {
  Screen screen = Screen::Processes;
  bool graph = false;              // on Locks: the wait graph
  std::optional<Moment> moment{};  // empty: the one in view will do
};

// `at_its_time`: soon after it began, also when it can still be seen now.
Evidence evidence_of(const analysis::Finding&, bool at_its_time);

}  // namespace inspector::present
