#include "analysis/analyze.hpp"

#include "analysis/blocks.hpp"
#include "analysis/contention.hpp"
#include "analysis/deadlocks.hpp"
#include "analysis/deaths.hpp"
#include "analysis/flow.hpp"
#include "analysis/fork_risks.hpp"
#include "analysis/lock_orders.hpp"
#include "analysis/words.hpp"

namespace inspector::analysis {
namespace {

constexpr std::uint64_t kStrangers = 3;

std::vector<Finding> stranger_findings(const model::Model& model, const Names& names) {
  std::vector<Finding> findings;
  for (const model::Object& object : model.objects().rows()) {
    if (object.merged_into != 0 || object.auth_failures < kStrangers) continue;
    Finding finding;
    finding.rule = "auth-failed";
    finding.title = "Wrong key";
    finding.severity = Severity::Warning;
    finding.since_ns = object.first_seen_ns;
    finding.subjects = {Subject::of_object(object.id)};
    finding.id = finding_id(finding.rule, finding.subjects);
    finding.headline =
        Text(plural(object.auth_failures, "client", "clients") + " without the key at ")
        << names.say_object(object.id);
    finding.sentence = Text(plural(object.auth_failures, "client", "clients") +
                            " could not prove to know the key of ")
                       << names.say_object(object.id) << ".";
    finding.advice = "Give both sides the same authkey, or find out who knocks.";
    findings.push_back(std::move(finding));
  }
  return findings;
}

// One finding for all losses: what matters is that other findings may be incomplete.
std::vector<Finding> loss_findings(const model::Model& model, const Names& names) {
  const model::Journal& journal = model.journal();
  if (journal.lost == 0) return {};
  Finding finding;
  finding.rule = "data-lost";
  finding.title = "Events lost";
  finding.severity = Severity::Warning;
  finding.id = finding_id(finding.rule, {});
  finding.since_ns =
      journal.losses.rows().empty() ? model.start_ns() : journal.losses.rows().front().t_ns;
  std::vector<Text> who;
  for (const model::Process* process : model.processes().in_tree_order()) {
    if (process->lost == 0) continue;
    finding.subjects.push_back(Subject::of(process->puid));
    who.push_back(names.say(process->puid) << " (" + count_text(process->lost) + ")");
  }
  finding.headline = Text(plural(journal.lost, "event was", "events were") + " lost");
  finding.sentence = finding.headline;
  if (!who.empty()) finding.sentence << ": of " << join_texts(who);
  finding.sentence << "; counts and states are exact again after each gap, times and messages "
                      "inside are not known.";
  finding.advice = "Lower the level, or give the program larger rings.";
  return {finding};
}

}  // namespace

std::vector<Finding> analyze(const model::Model& model) {
  const Names names(model);
  std::vector<Finding> findings;
  for (const auto rule :
       {deadlock_findings, orphan_findings, death_findings, flow_findings, contention_findings,
        lock_order_findings, leak_findings, fork_risk_findings, stranger_findings, loss_findings}) {
    for (Finding& finding : rule(model, names)) findings.push_back(std::move(finding));
  }
  sort_findings(findings);
  return findings;
}

}  // namespace inspector::analysis
