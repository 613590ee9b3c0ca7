// FindingLog: what was ever found in a session, with the moments between which it was true. Fed
// along with the model, so that a deadlock that someone broke by killing the program is still in
// the report.
#pragma once

#include "analysis/finding.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace inspector::analysis {

class FindingLog {
 public:
  // How far apart the moments are at which the model is looked at; on a fixed grid of session time,
  // so that the log does not depend on how events were batched.
  static constexpr std::uint64_t kStepNs = 100'000'000;
  // What was guessed has to be away for that long before it counts as over.
  static constexpr std::uint64_t kCalmNs = 1'000'000'000;
  static constexpr std::size_t kMaxEntries = 1000;

  struct Entry {
    Finding finding;  // as it was last seen; until_ns = 0 while it is true
    std::uint64_t last_seen_ns = 0;
    std::uint32_t times = 1;  // how often it began
  };

  // Applies the batch to the model and looks at it wherever the grid is crossed. The one way in for
  // live and replay.
  void apply(model::Model& model, const wire::Batch& batch);
  // Looks now. For the end of a recording, and for tests.
  void observe(const model::Model& model);

  // Ordered by id.
  [[nodiscard]] const std::map<std::uint64_t, Entry>& entries() const noexcept { return entries_; }
  // Of the whole session up to the last look, worst first.
  [[nodiscard]] std::vector<Finding> findings() const;
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  void close(Entry& entry, std::uint64_t now_ns);

  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t next_look_ns_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace inspector::analysis
