// Events: what happened to a process, thread or object lately, told from the model's own records.
// The same live, replayed, and for the dead.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"

#include <cstdint>
#include <vector>

namespace inspector::analysis {

struct EventLine {
  std::uint64_t t_ns = 0;
  Severity severity = Severity::Info;
  Text text;
};

// Newest first, at most `limit`. Of everything when the subject is none.
std::vector<EventLine> recent_events(const model::Model& model, const Names& names,
                                     const Subject& about, std::size_t limit);

}  // namespace inspector::analysis
