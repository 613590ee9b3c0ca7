// Curves and badges of queues, shared by the queue list, the overview and the detail panel.
#pragma once

#include "analysis/flow.hpp"
#include "present/look.hpp"

namespace inspector::present {

Plot depth_plot(const Look&, const std::vector<model::ObjectId>& queues, std::string id);
Plot rate_plot(const Look&, const std::vector<model::ObjectId>& queues, std::string id);
Spark depth_spark(const Look&, model::ObjectId queue);

Badge flow_badge(analysis::FlowVerdict verdict);
Tone fill_tone(const analysis::Flow&);
// "12 ms", the median; "~280 ms" when it was not measured; empty when nothing goes out.
std::string latency_text(const analysis::Flow&);
std::string latency_p99_text(const analysis::Flow&);  // empty unless measured
// Larger is worse; from flow_badness_of_trouble() on it deserves attention.
double flow_badness(const analysis::Flow&);
double flow_badness_of_trouble();

}  // namespace inspector::present
