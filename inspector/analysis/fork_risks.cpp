#include "analysis/fork_risks.hpp"

#include "analysis/words.hpp"

#include <utility>

namespace inspector::analysis {
namespace {

// Facts, what follows from them, what to do: each kind of risk adds a part to each.
struct Parts {
  std::vector<std::string> facts;
  std::vector<std::string> effects;
  std::vector<std::string> advice;

  void add(std::string fact, std::string effect, std::string what_to_do) {
    facts.push_back(std::move(fact));
    effects.push_back(std::move(effect));
    advice.push_back(std::move(what_to_do));
  }
};

Parts parts_of(const wire::ForkRisk& risk) {
  Parts parts;
  if (risk.threads > 0) {
    parts.add(plural(risk.threads, "other thread ran", "other threads ran"),
              "what other threads have locked stays locked in the child",
              "Start processes before threads, or by spawn or forkserver.");
  }
  if (risk.locks > 0) {
    parts.add(risk.locks == 1 ? "lock " + risk.locks_named + " was held"
                              : plural(risk.locks, "lock was", "locks were") + " held (" +
                                    risk.locks_named + ")",
              "the child cannot release what its parent holds", "Release locks before a start.");
  }
  if (risk.streams > 0) {
    parts.add(risk.streams_named + " could not be flushed",
              "what " + risk.streams_named + " still holds may be written twice",
              "Find out why " + risk.streams_named + " cannot be written to.");
  }
  if (risk.descriptors > 0) {
    parts.add(plural(risk.descriptors, "descriptor was", "descriptors were") +
                  " open without close-on-exec (" + risk.descriptors_named + ")",
              "what is open stays open in programs that the child starts",
              "Open files with O_CLOEXEC.");
  }
  return parts;
}

}  // namespace

std::string risk_phrase(const wire::ForkRisk& risk) { return list_text(parts_of(risk).facts); }

Text fork_words(const model::Model& model, const Names& names, const model::ForkRisk& risk) {
  const bool known = model.processes().find(risk.child) != nullptr;
  return names.say(risk.thread.process)
         << " forked " << (known ? names.say(risk.child) : Text("a child"));
}

std::vector<Finding> fork_risk_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  for (const model::ForkRisk& risk : model.journal().fork_risks.rows()) {
    const Parts parts = parts_of(risk.what);
    if (parts.facts.empty()) continue;
    Finding finding;
    finding.rule = "fork-risk";
    finding.title = "Risky fork";
    finding.severity = Severity::Info;
    finding.since_ns = risk.t_ns;
    finding.subjects.push_back(Subject::of(risk.thread.process));
    // The child becomes known after its fork: the id must not depend on it.
    finding.id = finding_id(finding.rule, finding.subjects, risk.t_ns);
    if (model.processes().find(risk.child) != nullptr)
      finding.subjects.push_back(Subject::of(risk.child));
    finding.headline = fork_words(model, names, risk) << " while " + list_text(parts.facts);
    finding.sentence = finding.headline;
    finding.sentence << ": " + list_text(parts.effects) + ".";
    for (const std::string& one : parts.advice)
      finding.advice += (finding.advice.empty() ? "" : " ") + one;
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace inspector::analysis
