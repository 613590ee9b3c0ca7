// Alarms: what the inspector found, against what was seeded.
#pragma once

#include "analysis/finding.hpp"
#include "bench/soak/soak.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>

namespace bench::soak {

// Threads: one. Times are CLOCK_MONOTONIC in ns.
class Alarms {
 public:
  void seeded(const Word& word);
  void broken(std::uint64_t now_ns);
  // Looks at the model. True when the deadlock that was seeded last has just been found, or it has
  // taken so long that nobody will wait for it any more.
  bool look(const inspector::model::Model& model, std::uint64_t now_ns);
  // At the end: what is still unexplained will remain so.
  void close(std::uint64_t now_ns);

  [[nodiscard]] std::uint64_t seeds() const noexcept { return seeds_; }
  [[nodiscard]] std::uint64_t found() const noexcept { return found_; }
  [[nodiscard]] std::uint64_t late() const noexcept { return late_; }  // but found
  [[nodiscard]] std::uint64_t slowest_ns() const noexcept { return slowest_ns_; }
  // Sentences.
  [[nodiscard]] const std::deque<std::string>& false_alarms() const noexcept { return false_; }

 private:
  struct Seed {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::uint64_t since_ns = 0;
    std::uint64_t broken_ns = 0;  // 0 = it stands
    bool is_settled = false;      // found, or given up
  };
  struct Seen {
    std::set<std::uint32_t> pids;
    std::uint64_t since_ns = 0;  // first seen
    std::string sentence;
    bool is_settled = false;
  };

  [[nodiscard]] bool is_explained(const Seen& seen, std::uint64_t now_ns) const;
  bool settle_newest(const std::set<std::uint32_t>& pids, std::uint64_t now_ns);
  void settle_seen(std::uint64_t now_ns, std::uint64_t patience_ns);

  std::deque<Seed> recent_;  // the newest last
  std::map<std::uint64_t, Seen> seen_;
  std::deque<std::string> false_;
  std::uint64_t seeds_ = 0;
  std::uint64_t found_ = 0;
  std::uint64_t late_ = 0;
  std::uint64_t slowest_ns_ = 0;
};

}  // namespace bench::soak
