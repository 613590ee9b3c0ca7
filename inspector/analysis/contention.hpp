// Contention: how much each lock is held and waited for.
#pragma once

#include "analysis/flow.hpp"

#include <map>
#include <vector>

namespace inspector::analysis {

struct Contention {
  model::ObjectId lock = 0;
  double acquisitions_per_s = 0;
  double busy =
      0;  // 0..1: share of the stretch in which it was held, as far as holds were recorded
  double contended = 0;     // 0..1: share in which somebody waited
  double pressure = 0;      // waiting seconds per second, over all waiters
  std::uint64_t waits = 0;  // that ended in the stretch
  std::uint64_t wait_p50_ns = 0;
  std::uint64_t wait_p99_ns = 0;
  std::uint64_t wait_max_ns = 0;
  std::vector<model::ThreadKey> waiters;  // now, longest first
};

// Of all locks, over `stretch`.
std::map<model::ObjectId, Contention> contentions(const model::Model& model,
                                                  const Stretch& stretch);

// The longest wait that ended in the stretch or still goes on; 0: nobody waited.
std::uint64_t longest_wait_ns(const model::Model& model, const Contention& row);

// Rule "lock-contended".
std::vector<Finding> contention_findings(const model::Model& model, const Names& names);

}  // namespace inspector::analysis
