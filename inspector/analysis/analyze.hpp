// analyze: everything that the rules find in a model at its now. A pure function; live and replay
// agree.
#pragma once

#include "analysis/finding.hpp"
#include "model/model.hpp"

#include <vector>

namespace inspector::analysis {

// Worst first. Includes what is over but left traces in the model, such as a recovered lock.
std::vector<Finding> analyze(const model::Model& model);

}  // namespace inspector::analysis
