// Deaths: processes that did not end as they should, and what they left behind.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"

#include <vector>

namespace inspector::analysis {

// Rule "worker-died". A process that someone ended on purpose, and that held nothing, is no
// finding.
std::vector<Finding> death_findings(const model::Model& model, const Names& names);

// Rule "owner-died": locks whose owner died; closed once somebody has recovered them.
std::vector<Finding> orphan_findings(const model::Model& model, const Names& names);

// A waiter that was told of an owner's death.
struct Learned {
  model::ThreadKey thread;
  std::uint64_t after_ns = 0;  // since the death
};
std::vector<Learned> who_learned(const model::Model& model, const model::Lock& lock);

// The acquisition that took the lock over from the dead owner; null while nobody has.
const model::HoldInterval* takeover(const model::Lock& lock);

}  // namespace inspector::analysis
