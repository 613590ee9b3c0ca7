#include "analysis/finding.hpp"

#include "analysis/words.hpp"

#include <algorithm>
#include <tuple>

namespace inspector::analysis {
namespace {

std::size_t rank_of(std::string_view rule) {
  const auto& all = rules();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Rule& row) { return row.id == rule; });
  return static_cast<std::size_t>(found - all.begin());
}

std::string known_rules() {
  std::vector<std::string> ids;
  for (const Rule& rule : rules()) ids.emplace_back(rule.id);
  return list_text(ids, ids.size());
}

}  // namespace

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = {
      {"deadlock", "deadlocks over locks, joins and queues"},
      {"owner-died", "locks whose owner died"},
      {"worker-died", "processes that died or failed"},
      {"stall", "waits in a circle that only a timeout ends"},
      {"queue-stuck", "consumers that wait although the queue has items"},
      {"queue-full", "producers blocked by slow consumers"},
      {"queue-growing", "queues that grow without end"},
      {"lock-contended", "locks that most of the time is spent waiting for"},
      {"lock-order", "locks that are taken in different orders"},
      {"leak", "shared memory that nobody has mapped and nobody has unlinked"},
      {"fork-risk", "forks beside threads and held locks", true},
      {"auth-failed", "strangers at a listener"},
      {"data-lost", "events that were lost"},
  };
  return kRules;
}

bool is_notice(std::string_view rule) {
  const std::size_t rank = rank_of(rule);
  return rank < rules().size() && rules()[rank].notice;
}

mp::Result<std::vector<std::string>> parse_rules(std::string_view comma_separated) {
  std::vector<std::string> chosen;
  const auto choose = [&](std::string_view id) {
    if (std::find(chosen.begin(), chosen.end(), id) == chosen.end()) chosen.emplace_back(id);
  };
  while (!comma_separated.empty()) {
    const std::size_t comma = std::min(comma_separated.find(','), comma_separated.size());
    std::string_view name = comma_separated.substr(0, comma);
    comma_separated.remove_prefix(std::min(comma + 1, comma_separated.size()));
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (name.empty()) continue;
    if (name == "any") {
      for (const Rule& rule : rules()) {
        if (!rule.notice) choose(rule.id);
      }
    } else if (rank_of(name) < rules().size()) {
      choose(name);
    } else {
      return mp::Failure{
          mp::FailureCode::NotFound,
          "there is no rule '" + std::string(name) + "'; there are " + known_rules() + ", or 'any'",
          {}};
    }
  }
  return chosen;
}

std::string_view severity_name(Severity severity) {
  switch (severity) {
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "unknown";
}

std::string_view confidence_name(Confidence confidence) {
  switch (confidence) {
    case Confidence::Proven:
      return "proven";
    case Confidence::Probable:
      return "probable";
    case Confidence::Heuristic:
      return "heuristic";
  }
  return "unknown";
}

std::uint64_t finding_id(std::string_view rule, const std::vector<Subject>& subjects,
                         std::uint64_t salt) {
  std::uint64_t hash = 14695981039346656037ull;
  const auto mix = [&hash](std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8)
      hash = (hash ^ ((value >> shift) & 0xff)) * 1099511628211ull;
  };
  for (const char c : rule) mix(static_cast<unsigned char>(c));
  for (const Subject& subject : subjects) {
    mix(static_cast<std::uint64_t>(subject.kind));
    mix(subject.thread.process);
    mix(subject.thread.slot);
    mix(subject.object);
  }
  mix(salt);
  return hash == 0 ? 1 : hash;
}

void sort_findings(std::vector<Finding>& findings) {
  const auto key = [](const Finding& finding) {
    return std::tuple(-static_cast<int>(finding.severity), rank_of(finding.rule), finding.since_ns,
                      finding.id);
  };
  std::sort(findings.begin(), findings.end(),
            [&](const Finding& a, const Finding& b) { return key(a) < key(b); });
}

Text verdict(const std::vector<Finding>& findings, std::uint64_t watched_ns) {
  std::vector<const Finding*> problems;
  for (const Finding& finding : findings) {
    if (finding.is_problem()) problems.push_back(&finding);
  }
  if (problems.empty()) return Text("No problems seen in " + duration_text(watched_ns) + ".");
  constexpr std::size_t kNamed = 3;
  Text text(plural(problems.size(), "problem", "problems") + ": ");
  for (std::size_t i = 0; i < std::min(problems.size(), kNamed); ++i) {
    if (i > 0) text << "; ";
    text << problems[i]->headline;
  }
  if (problems.size() > kNamed)
    text << "; and " + std::to_string(problems.size() - kNamed) + " more";
  return text << ".";
}

}  // namespace inspector::analysis
