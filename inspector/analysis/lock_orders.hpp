// Lock orders: locks that were taken in one order here and in another there, though nothing hung.
#pragma once

#include "analysis/finding.hpp"
#include "analysis/names.hpp"

#include <vector>

namespace inspector::analysis {

// Rule "lock-order". Says nothing of orders that one thread alone has used, or that some other lock
// keeps apart: those cannot meet.
std::vector<Finding> lock_order_findings(const model::Model& model, const Names& names);

}  // namespace inspector::analysis
