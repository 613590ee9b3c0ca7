// Fork risks: what processes left behind when they forked, as their own look around before it said
// (libmp/fork_policy.hpp).
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"

#include <string>
#include <vector>

namespace inspector::analysis {

// After "while": "2 other threads ran and lock ledger was held".
std::string risk_phrase(const wire::ForkRisk& risk);

// "MainProcess forked Worker-1", "a child" where the child is not known.
Text fork_words(const model::Model& model, const Names& names, const model::ForkRisk& risk);

// Rule "fork-risk". Never a problem by itself: nobody can see what the program locks beside libmp,
// and most such forks go well.
std::vector<Finding> fork_risk_findings(const model::Model& model, const Names& names);

}  // namespace inspector::analysis
