// Queues: how full, how fast in and out, who is stuck at which end.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

enum class QueueColumn : std::uint8_t {
  Name,
  Depth,
  In,
  Out,
  Latency,
  LatencyP99,
  Producers,
  Consumers,
  Verdict
};

struct QueueRow {
  Chip queue;
  std::string kind;   // "Queue", "SimpleQueue", "Pipe"
  std::string depth;  // "58"
  std::string limit;  // "64"; "unbounded"
  float fill = 0;     // 0..1; negative: unbounded
  Tone fill_tone = Tone::Neutral;
  Spark spark;
  std::string rate_in;  // "210 /s"
  std::string rate_out;
  std::string latency;      // "12 ms", the median; "~280 ms", by Little's law
  std::string latency_p99;  // empty unless measured
  std::vector<Chip> blocked_producers{};
  std::vector<Chip> blocked_consumers{};
  Badge verdict{};
  bool closed = false;
};

struct QueueListVm {
  std::string summary;
  QueuesView view = QueuesView::Table;
  std::string filter;
  Sort sort{};
  std::vector<QueueRow> rows;
  Plot depth{};  // of the selected queues, or of the fullest
  Plot rates{};  // in and out of the same
  EmptyState empty{};
};

QueueListVm build_queue_list(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
