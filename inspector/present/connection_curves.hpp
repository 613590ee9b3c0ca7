// Curves of connections: bytes over time, each way.
#pragma once

#include "analysis/connections.hpp"
#include "present/look.hpp"

#include <string>
#include <vector>

namespace inspector::present {

Plot bytes_plot(const Look&, const std::vector<analysis::Link>& links, std::string id);
Spark bytes_spark(const Look&, const analysis::Link&);

// "4.1 MB/s"; empty when nothing moves.
std::string byte_rate_text(double bytes_per_s);

}  // namespace inspector::present
