// Finding: something that the inspector has noticed about the program, with its evidence; and the
// rules that notice.
#pragma once

#include "analysis/text.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inspector::analysis {

enum class Severity : std::uint8_t { Info, Warning, Error };
enum class Confidence : std::uint8_t { Proven, Probable, Heuristic };

struct Finding {
  std::string rule;      // Rule::id
  std::uint64_t id = 0;  // of rule and subjects: the same finding has the same id at the next look,
                         // and in a replay
  Severity severity = Severity::Error;
  Confidence confidence = Confidence::Proven;
  std::string title;  // "Deadlock"
  Text headline;      // "deadlock of Worker-1 and Worker-2 for 12.4 s": its part of a verdict
  Text sentence;      // the whole truth in one sentence, with a full stop
  std::vector<Text> details;
  std::vector<Subject> subjects;  // evidence, the most important first
  std::uint64_t since_ns = 0;
  std::uint64_t until_ns = 0;  // 0 = still true
  std::string advice;

  [[nodiscard]] bool open() const noexcept { return until_ns == 0; }
  [[nodiscard]] bool is_problem() const noexcept { return severity != Severity::Info; }
  // It happened at `since_ns`; that it stays true says nothing.
  [[nodiscard]] bool is_moment() const noexcept {
    return rule == "worker-died" || rule == "lock-order" || rule == "fork-risk";
  }
};

struct Rule {
  std::string_view id;       // as --fail-on takes it
  std::string_view checked;  // "deadlocks over locks and joins", for "what was checked"
  bool notice = false;       // what it finds is no problem, but counts for who asks for it by name
};

// All rules, in the order in which findings are listed.
const std::vector<Rule>& rules();

bool is_notice(std::string_view rule);

// "deadlock,owner-died" as ids of rules; "any" stands for all that find problems. An unknown name
// is a failure that lists the known ones.
mp::Result<std::vector<std::string>> parse_rules(std::string_view comma_separated);

std::string_view severity_name(Severity severity);        // "error"
std::string_view confidence_name(Confidence confidence);  // "proven"

// Stable over runs of the inspector; `salt` tells occurrences with the same subjects apart.
std::uint64_t finding_id(std::string_view rule, const std::vector<Subject>& subjects,
                         std::uint64_t salt = 0);

// Worst first: by severity, then rule, then age.
void sort_findings(std::vector<Finding>& findings);

// One sentence over all findings: "2 problems: deadlock of A and B for 12.4 s; queue jobs is full."
// or "No problems seen in 3.2 s."
Text verdict(const std::vector<Finding>& findings, std::uint64_t watched_ns);

}  // namespace inspector::analysis
