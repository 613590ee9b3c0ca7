// mp-inspector report: what a recording shows, in words or as JSON.
#pragma once

#include <string>

#include "app/options.hpp"
#include "app/watch.hpp"

namespace inspector::app {

int run_report(const ReportOptions& options);

// The report on what is in view now.
std::string report_of(Watch& watch, const std::string& format);

}  // namespace inspector::app
