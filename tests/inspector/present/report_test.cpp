#include "present/report.hpp"

#include "analysis/finding_log.hpp"
#include "support/event_scenarios.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace inspector::present {
namespace {

using namespace std::chrono_literals;

struct Told {
  model::Model model;
  std::vector<analysis::Finding> findings;
};

Told tell(const support::EventBuilder& builder) {
  Told told;
  analysis::FindingLog log;
  log.apply(told.model, builder.batch());
  log.observe(told.model);
  told.findings = log.findings();
  return told;
}

ReportFacts facts_of(std::string command) {
  ReportFacts facts;
  facts.program = "pipeline";
  facts.command_line = std::move(command);
  facts.host = "here";
  facts.recorded_at = "2026-01-31 14:02:11";
  return facts;
}

constexpr const char* kDeadlockReport = R"(1 problem: deadlock of Worker-1 and Worker-2 for 10.0 s.

FINDINGS
!! Deadlock for 10.0 s: Worker-1 holds lock index and waits for lock results; Worker-2 holds lock
   results and waits for lock index.
   - Lock index was created at pipeline.cpp:41 by MainProcess.
   - Lock results was created at pipeline.cpp:42 by MainProcess.
   - Stuck behind it: MainProcess (waits for Worker-1 to end).
     [deadlock, proven; since 2.0 ms into the session]
     What to do: Take these locks in the same order everywhere.

PROCESSES
  PROCESS      PID   START  LIVED   CPU  END    DOING
  MainProcess  1000  root   10.0 s  -    alive  waits for Worker-1 to end for 10.0 s
    Worker-1   1001  fork   10.0 s  -    alive  waits for lock results for 10.0 s; holds lock index
    Worker-2   1002  fork   10.0 s  -    alive  waits for lock index for 10.0 s; holds lock results

LOCKS
  LOCK     ACQUIRED  WAITS  WAITED  LONGEST  NOW
  index    1         0      -       -        held by Worker-1, 1 waiter
  results  1         0      -       -        held by Worker-2, 1 waiter

QUEUES
  none

RECORDED
  pipeline deadlock for 10.0 s, 15 events in all, on here at 2026-01-31 14:02:11
)";

constexpr const char* kKillReport =
    R"(2 problems: Worker-1 was killed by SIGKILL from MainProcess; lock index lost its owner Worker-1.

FINDINGS
!! Worker-1 (pid 1001) was killed by SIGKILL from MainProcess at +52 ms while it held lock index and
   was doing “compressing a.txt”.
   - 1.0 µs before: MainProcess sent Worker-1 SIGKILL
   - 51 ms before: Worker-1 began “compressing a.txt”
   - 51 ms before: Worker-1 took lock index
   - 52 ms before: Worker-1 began, started by MainProcess
     [worker-died, proven; at 52 ms into the session]
     What to do: What it held is refused to others until recover() is called; what it had taken from
     queues is gone.
!  Lock index was left locked by Worker-1, which was killed by SIGKILL from MainProcess; Worker-2
   learned it after 20 ms and recovered it.
   - Lock index was created at pipeline.cpp:41 by MainProcess.
     [owner-died, proven; from 52 ms to 72 ms into the session]
     What to do: Check that what the lock protects was whole when it was recovered.

PROCESSES
  PROCESS      PID   START  LIVED  CPU  END                                 DOING
  MainProcess  1000  root   73 ms  -    ended
    Worker-1   1001  fork   52 ms  -    killed by SIGKILL from MainProcess
        held lock index and was doing “compressing a.txt”
    Worker-2   1002  fork   73 ms  -    ended

LOCKS
  LOCK   ACQUIRED  WAITS  WAITED  LONGEST  NOW
  index  2         0      -       -        free

QUEUES
  none

RECORDED
  pipeline kill for 73 ms, 21 events in all, on here at 2026-01-31 14:02:11
)";

TEST(Report, OfADeadlock) {
  support::EventBuilder builder;
  support::deadlock_of_two(builder);
  const Told told = tell(builder);

  EXPECT_EQ(report_text(told.model, told.findings, facts_of("pipeline deadlock")), kDeadlockReport);
}

TEST(Report, OfAKilledWorkerSaysWhoHowHoldingWhatDoingWhatAndWhoLearnedIt) {
  support::EventBuilder builder;
  support::killed_holder(builder);
  const Told told = tell(builder);

  EXPECT_EQ(report_text(told.model, told.findings, facts_of("pipeline kill")), kKillReport);
}

TEST(Report, NoLineIsWiderThanAHundredColumns) {
  for (const bool recovered : {true, false}) {
    support::EventBuilder builder;
    support::killed_holder(builder, recovered);
    const auto many =
        builder.lock(builder.root("A process with quite a long name of its own", 77), "lock");
    builder.wait_lock(builder.fork(0xA001, "Another process with a long name"), many);
    const Told told = tell(builder);
    std::istringstream lines(report_text(told.model, told.findings, facts_of("pipeline kill")));
    for (std::string line; std::getline(lines, line);) {
      const auto columns =
          std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(columns, 100) << line;
    }
  }
}

TEST(Report, GoodNewsSaysWhatWasLookedFor) {
  support::EventBuilder builder;
  builder.root();
  builder.after(3200ms).tick();
  const Told told = tell(builder);

  const std::string text = report_text(told.model, told.findings, facts_of("pipeline ok"));

  EXPECT_EQ(text.substr(0, text.find('\n')), "No problems seen in 3.2 s.");
  EXPECT_NE(text.find("Looked for deadlocks over locks, joins and queues, locks whose owner died,"),
            std::string::npos);
}

TEST(Report, AFileThatWasNotClosedIsSaidToBeSo) {
  support::EventBuilder builder;
  builder.root();
  const Told told = tell(builder);
  ReportFacts facts = facts_of("pipeline ok");
  facts.complete = false;

  EXPECT_NE(report_text(told.model, told.findings, facts).find("may be missing"),
            std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(report_json(told.model, told.findings, facts))["complete"],
            false);
}

TEST(Report, ShowsTheLastLinesOfTheLog) {
  support::EventBuilder builder;
  const auto root = builder.root();
  const auto worker = builder.fork(root, "Worker-1");
  for (int i = 0; i < 25; ++i) builder.after(1s).log(worker, 20, "line " + std::to_string(i));
  builder.after(1s).log(root, 25, "two\nlines \x1b[2J");
  const Told told = tell(builder);

  const std::string text = report_text(told.model, told.findings, facts_of("pipeline ok"));

  EXPECT_NE(text.find("\nLOG\n  TIME    LEVEL     PROCESS      MESSAGE\n"
                      "  7.0 s   INFO      Worker-1     line 6\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  26.0 s  Level 25  MainProcess  two lines  [2J\n  ... and 6 before\n"),
            std::string::npos)
      << text;
}

TEST(ReportJson, HoldsTheLog) {
  support::EventBuilder builder;
  builder.after(1s).log(builder.root(), 30, "careful");
  const Told told = tell(builder);

  const auto json =
      nlohmann::json::parse(report_json(told.model, told.findings, facts_of("pipeline")));

  ASSERT_EQ(json["log"].size(), 1u);
  EXPECT_EQ(json["log"][0]["level"], 30);
  EXPECT_EQ(json["log"][0]["process"], "MainProcess");
  EXPECT_EQ(json["log"][0]["message"], "careful");
}

TEST(ReportJson, HoldsFindingsProcessesObjectsAndWaits) {
  support::EventBuilder builder;
  support::deadlock_of_two(builder);
  const Told told = tell(builder);

  const auto json =
      nlohmann::json::parse(report_json(told.model, told.findings, facts_of("pipeline deadlock")));

  EXPECT_EQ(json["schema"], kReportSchema);
  EXPECT_EQ(json["complete"], true);
  ASSERT_EQ(json["findings"].size(), 1u);
  EXPECT_EQ(json["findings"][0]["rule"], "deadlock");
  EXPECT_EQ(json["findings"][0]["confidence"], "proven");
  EXPECT_EQ(json["findings"][0]["until"], nullptr);
  EXPECT_EQ(json["findings"][0]["subjects"][0]["pid"], 1001);
  EXPECT_EQ(json["processes"].size(), 3u);
  EXPECT_EQ(json["processes"][1]["parent_pid"], 1000);
  EXPECT_EQ(json["objects"].size(), 2u);
  EXPECT_EQ(json["objects"][0]["site"], "pipeline.cpp:41");
  EXPECT_EQ(json["waits"].size(), 3u);
  EXPECT_EQ(json["lost_events"], 0);
}

TEST(ReportJson, NamesThatAreNoUtf8DoNotBreakIt) {
  support::EventBuilder builder;
  builder.root("bad \xff name");
  const Told told = tell(builder);

  EXPECT_TRUE(nlohmann::json::accept(report_json(told.model, told.findings, {})));
}

support::EventBuilder risky_fork() {
  support::EventBuilder builder;
  const auto root = builder.root();
  builder.after(20ms).fork_risk(root, {.threads = 2});
  builder.fork(root, "Worker-1");
  builder.after(1s).tick();
  return builder;
}

TEST(Report, ARiskyForkIsNoProblemButSaidWithWhatToDo) {
  const Told told = tell(risky_fork());

  const std::string text = report_text(told.model, told.findings, facts_of("pipeline ok"));

  EXPECT_EQ(text.substr(0, text.find('\n')), "No problems seen in 1.0 s.");
  EXPECT_NE(
      text.find("FINDINGS\n"
                "i  MainProcess forked Worker-1 while 2 other threads ran: what other threads "
                "have locked stays\n"
                "   locked in the child.\n"
                "     What to do: Start processes before threads, or by spawn or "
                "forkserver.\n"),
      std::string::npos)
      << text;
}

TEST(ReportJson, NamesARiskyForkWithParentAndChild) {
  const Told told = tell(risky_fork());

  const auto json =
      nlohmann::json::parse(report_json(told.model, told.findings, facts_of("pipeline ok")));

  ASSERT_EQ(json["findings"].size(), 1u);
  const auto& finding = json["findings"][0];
  EXPECT_EQ(finding["rule"], "fork-risk");
  EXPECT_EQ(finding["severity"], "info");
  EXPECT_EQ(finding["subjects"][0]["name"], "MainProcess");
  EXPECT_EQ(finding["subjects"][1]["name"], "Worker-1");
  EXPECT_EQ(finding["advice"], "Start processes before threads, or by spawn or forkserver.");
}

TEST(Report, ARiskyForkIsFoundByWhoAsksForIt) {
  const Told told = tell(risky_fork());

  EXPECT_EQ(rules_found(told.findings, {"deadlock", "fork-risk"}),
            (std::vector<std::string>{"fork-risk"}));
  EXPECT_TRUE(rules_found(told.findings, analysis::parse_rules("any").value()).empty());
}

TEST(Report, RulesFoundKeepTheOrderOfTheQuestion) {
  support::EventBuilder builder;
  support::killed_holder(builder);
  const Told told = tell(builder);

  EXPECT_EQ(rules_found(told.findings, {"owner-died", "deadlock", "worker-died"}),
            (std::vector<std::string>{"owner-died", "worker-died"}));
}

}  // namespace
}  // namespace inspector::present
