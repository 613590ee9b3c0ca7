// BusyTime: how much of a stretch of time is covered by intervals that may overlap.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

namespace inspector::analysis {

class BusyTime {
 public:
  BusyTime(std::uint64_t begin_ns, std::uint64_t end_ns) : begin_(begin_ns), end_(end_ns) {}

  void add(std::uint64_t begin_ns, std::uint64_t end_ns) {
    const std::uint64_t from = std::max(begin_ns, begin_);
    const std::uint64_t to = std::min(end_ns, end_);
    if (from >= to) return;
    parts_.emplace_back(from, to);
    sum_ += to - from;
  }

  // Covered by at least one interval.
  [[nodiscard]] std::uint64_t covered_ns() const {
    auto parts = parts_;
    std::sort(parts.begin(), parts.end());
    std::uint64_t covered = 0;
    std::uint64_t reached = begin_;
    for (const auto& [from, to] : parts) {
      if (to <= reached) continue;
      covered += to - std::max(from, reached);
      reached = to;
    }
    return covered;
  }
  [[nodiscard]] double share() const {
    return end_ > begin_ ? static_cast<double>(covered_ns()) / length() : 0;
  }
  // Overlaps count as often as they overlap: waiting seconds per second.
  [[nodiscard]] double pressure() const {
    return end_ > begin_ ? static_cast<double>(sum_) / length() : 0;
  }

 private:
  [[nodiscard]] double length() const { return static_cast<double>(end_ - begin_); }

  std::uint64_t begin_;
  std::uint64_t end_;
  std::uint64_t sum_ = 0;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> parts_;
};

}  // namespace inspector::analysis
