// The report: what a session shows, in words for people or as JSON for programs. Summary first, then the rows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/finding.hpp"
#include "model/model.hpp"

namespace inspector::present {

inline constexpr int kReportSchema = 1;

// What is not in the model: where the events come from.
struct ReportFacts {
  std::string file;
  std::string program;
  std::string command_line;
  std::string host;
  std::string recorded_at;  // "2026-01-31 14:02:11", empty when not known
  bool complete = true;     // the recorder closed the file; otherwise its last moments may be missing
};

// `findings` of the whole session, worst first; `model` as it is at the session's end. 100 columns, ends with a newline.
std::string report_text(const model::Model& model, const std::vector<analysis::Finding>& findings,
                        const ReportFacts& facts);

// One object: "schema", "complete", "verdict", "findings", "processes", "objects", "waits", "log" (the last 2000 lines),
// "lost_events". Times are seconds since the session began, sizes are bytes.
std::string report_json(const model::Model& model, const std::vector<analysis::Finding>& findings,
                        const ReportFacts& facts);

// Those of `rules` that found a problem, in the order of `rules`. For exit codes.
std::vector<std::string> rules_found(const std::vector<analysis::Finding>& findings,
                                     const std::vector<std::string>& rules);

}  // namespace inspector::present
