#include "present/evidence.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

// By then a deadlock counts as one, and who learned of a death has done so.
constexpr std::uint64_t kSettledNs = 500'000'000;

}  // namespace

Evidence evidence_of(const analysis::Finding& finding, bool at_its_time) {
  Evidence evidence;
  if (finding.rule == "deadlock" || finding.rule == "owner-died" || finding.rule == "stall" ||
      finding.rule == "lock-contended" || finding.rule == "lock-order")
    evidence.screen = Screen::Locks;
  if (finding.rule.starts_with("queue-")) evidence.screen = Screen::Queues;
  if (finding.rule == "leak") evidence.screen = Screen::Resources;
  evidence.graph = finding.rule == "deadlock" || finding.rule == "stall";
  if (at_its_time) {
    const std::uint64_t settled = finding.since_ns + kSettledNs;
    evidence.moment =
        static_cast<Moment>(finding.open() ? settled : std::min(settled, finding.until_ns));
  } else if (!finding.open()) {
    evidence.moment = static_cast<Moment>(finding.until_ns);
  }
  return evidence;
}

}  // namespace inspector::present
