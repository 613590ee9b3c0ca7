#include "analysis/analyze.hpp"
#include "analysis/finding_log.hpp"
#include "analysis/flow.hpp"
#include "analysis/phrases.hpp"
#include "fold.hpp"
#include "support/event_scenarios.hpp"

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using namespace std::chrono_literals;

std::vector<std::string> sentences(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& finding : findings)
    all.push_back(finding.rule + ": " + finding.sentence.plain());
  return all;
}

using Sentences = std::vector<std::string>;

TEST(Findings, AKilledHolderIsToldWithSignalSenderLockAndDeed) {
  EventBuilder builder;
  support::killed_holder(builder, false);
  builder.after(2s).tick();

  EXPECT_EQ(sentences(analyze(fold(builder))),
            (Sentences{"owner-died: Lock index is left locked by Worker-1, which was killed by "
                       "SIGKILL from MainProcess, "
                       "for 2.0 s now; Worker-2 waits for it; nobody has recovered it.",
                       "worker-died: Worker-1 (pid 1001) was killed by SIGKILL from MainProcess at "
                       "+52 ms while it held "
                       "lock index and was doing “compressing a.txt”."}));
}

TEST(Findings, ARecoveredLockIsStillInTheReport) {
  EventBuilder builder;
  support::killed_holder(builder, true);

  const auto found = analyze(fold(builder));

  EXPECT_EQ(sentences(found), (Sentences{"worker-died: Worker-1 (pid 1001) was killed by SIGKILL "
                                         "from MainProcess at +52 ms while it held "
                                         "lock index and was doing “compressing a.txt”.",
                                         "owner-died: Lock index was left locked by Worker-1, "
                                         "which was killed by SIGKILL from MainProcess; "
                                         "Worker-2 learned it after 20 ms and recovered it."}));
  EXPECT_FALSE(found[1].open());
}

TEST(Findings, ADaemonThatItsParentTerminatedIsNone) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "Worker-1");
  builder.after(1s).signal(root, child, 15);
  builder.reap(root, child, -15);
  builder.after(1s).tick();

  EXPECT_TRUE(analyze(fold(builder)).empty());
}

TEST(Findings, AProgramThatTheRecorderEndedHasNoProblemByThat) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "Worker-1");
  for (const auto process : {root, child})
    builder.signal(EventBuilder::Who(0, wire::kNoThread), process, 15);
  builder.reap(root, child, -15);
  builder.after(1s).gone(root, -15);
  const model::Model model = fold(builder);

  EXPECT_TRUE(analyze(model).empty());
  EXPECT_EQ(model.processes().rows().size(), 2U) << "the recorder is no process of the tree";
  EXPECT_EQ(end_phrase(Names(model), *model.processes().find(child)).plain(),
            "was killed by SIGTERM from mp-inspector");
}

TEST(Findings, AnExitCodeIsAWarning) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "Worker-1");
  builder.after(1s).exit(child, 3);
  builder.reap(root, child, 3);

  const auto found = analyze(fold(builder));

  EXPECT_EQ(sentences(found),
            (Sentences{"worker-died: Worker-1 (pid 1001) ended with exit code 3 at +1.0 s."}));
  EXPECT_EQ(found[0].severity, Severity::Warning);
}

TEST(Findings, ASlowConsumerIsToldWithItsRateAndWhoIsBlocked) {
  EventBuilder builder;
  support::slow_consumer(builder);

  EXPECT_EQ(sentences(analyze(fold(builder))),
            (Sentences{"queue-full: Queue jobs is full (4 of 4): Consumer takes 10/s; Producer is "
                       "blocked for 90 ms; "
                       "somebody waited for room 100 % of the last 5.0 s."}));
}

TEST(Findings, BackPressureInFrontOfQuickConsumersIsNoProblem) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs", 4);
  const auto producer = builder.fork(root, "Producer");
  const auto consumer = builder.fork(root, "Consumer");
  for (int i = 0; i < 4; ++i) builder.put(producer, jobs);
  for (int i = 0; i < 3000; ++i) {
    builder.wait_put(producer, jobs);
    builder.after(1ms).get(consumer, jobs);
    builder.put(producer, jobs);
  }

  const auto found = analyze(fold(builder));

  for (const Finding& finding : found)
    EXPECT_FALSE(finding.is_problem()) << finding.sentence.plain();
}

TEST(Flow, AQueueThatIsOnlyFilledIsNotCalledFlowing) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto meeting = builder.queue(root, "meeting", 4);
  for (int i = 0; i < 4; ++i) builder.put(root, meeting);
  builder.after(2s).tick();
  const model::Model model = fold(builder);

  const auto all = flows(model, lately(model));

  ASSERT_EQ(all.size(), 1u);
  EXPECT_GT(all.begin()->second.in_per_s, 0);
  EXPECT_EQ(all.begin()->second.verdict, FlowVerdict::Quiet);
}

TEST(Findings, AQueueThatBacksUpBehindAnotherIsNotTheProblem) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs", 2);
  const auto results = builder.queue(root, "results", 2);
  const auto reader = builder.fork(root, "Reader");
  const auto worker = builder.fork(root, "Worker");
  const auto collector = builder.fork(root, "Collector");
  for (int i = 0; i < 2; ++i) builder.put(reader, jobs);
  for (int i = 0; i < 2; ++i) builder.put(worker, results);
  for (int i = 0; i < 30; ++i) {
    builder.wait_put(reader, jobs);
    builder.wait_put(worker, results);
    builder.after(200ms).get(collector, results);
    builder.put(worker, results);
    builder.get(worker, jobs);
    builder.put(reader, jobs);
  }

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].headline.plain(), "queue results is full, its consumers are too slow");
  EXPECT_TRUE(found[0].is_problem());
  EXPECT_EQ(found[1].headline.plain(), "queue jobs backs up behind queue results");
  EXPECT_EQ(found[1].advice, "Look at that queue; this one will follow.");
  EXPECT_FALSE(found[1].is_problem());
}

TEST(Findings, AQueueThatIsFullBehindADeadlockIsNotTheProblem) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "index");
  const auto jobs = builder.queue(root, "jobs", 1);
  const auto reader = builder.fork(root, "Reader");
  const auto worker = builder.fork(root, "Worker");
  builder.put(reader, jobs);
  builder.get(worker, jobs);
  builder.retire(root, jobs);
  builder.got(worker, lock);
  builder.wait_lock(worker, lock);
  builder.put(reader, jobs);
  builder.wait_put(reader, jobs);
  builder.after(6s).tick();

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 2u) << testing::PrintToString(sentences(found));
  EXPECT_EQ(found[0].sentence.plain(),
            "Deadlock for 6.0 s: Worker waits for lock index, which it holds itself.");
  EXPECT_EQ(found[1].headline.plain(), "queue jobs is full behind a deadlock");
  EXPECT_FALSE(found[1].is_problem());
}

TEST(Findings, TheLastOneOfATreeThatIsTakenDownIsInNoDeadlock) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs", 1);
  const auto reader = builder.fork(root, "Reader");
  builder.put(reader, jobs);
  builder.wait_put(reader, jobs);
  builder.after(3s).exit(root, 0);
  builder.gone(root);
  builder.after(100ms).tick();

  for (const Finding& finding : analyze(fold(builder))) EXPECT_NE(finding.rule, "deadlock");
}

TEST(Findings, AnUnboundedQueueThatOnlyGrowsIsTold) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs");
  const auto consumer = builder.fork(root, "Consumer");
  for (int i = 0; i < 600; ++i) {
    builder.after(10ms).put(root, jobs);
    if (i % 10 == 0) builder.get(consumer, jobs);
  }

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rule, "queue-growing");
  EXPECT_EQ(found[0].headline.plain(), "queue jobs grows by 90/s");
}

TEST(Findings, AConsumerThatWaitsBesideItemsIsStuck) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs");
  const auto consumer = builder.fork(root, "Consumer");
  builder.wait_get(consumer, jobs);
  builder.put(root, jobs);
  builder.after(2s).tick();

  EXPECT_EQ(
      sentences(analyze(fold(builder))),
      (Sentences{
          "queue-stuck: Consumer waits for 2.0 s for an item of queue jobs, which holds 1 item."}));
}

TEST(Findings, LossesAreToldOnceForAllProcesses) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "Worker-1");
  builder.lost(child, 1200);
  builder.lost(root, 34);

  const auto found = analyze(fold(builder));

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].sentence.plain(),
            "1 234 events were lost: of MainProcess (34) and Worker-1 (1 200); counts and states "
            "are exact again after "
            "each gap, times and messages inside are not known.");
}

TEST(Findings, TwoProcessesOfOneNameAreToldApartByPid) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto first = builder.fork(root, "Worker");
  builder.fork(root, "Worker");
  builder.exit(first, 3);
  builder.reap(root, first, 3);

  EXPECT_EQ(sentences(analyze(fold(builder))),
            (Sentences{"worker-died: Worker (pid 1001) ended with exit code 3 at +8.0 µs."}));
}

TEST(Verdict, GoodNewsSaysForHowLong) {
  EventBuilder builder;
  builder.root();
  builder.after(3200ms).tick();
  const model::Model model = fold(builder);

  EXPECT_EQ(verdict(analyze(model), model.now_ns() - model.start_ns()).plain(),
            "No problems seen in 3.2 s.");
}

TEST(Verdict, ProblemsAreCountedAndNamedWorstFirst) {
  EventBuilder builder;
  support::deadlock_of_two(builder);
  const auto child = builder.fork(EventBuilder::Puid{0xA001}, "Worker-3");
  builder.exit(child, 1);
  builder.reap(EventBuilder::Puid{0xA001}, child, 1);
  const model::Model model = fold(builder);

  EXPECT_EQ(
      verdict(analyze(model), 0).plain(),
      "2 problems: deadlock of Worker-1 and Worker-2 for 10.0 s; Worker-3 ended with exit code 1.");
}

TEST(FindingLog, ADeadlockThatAKillBrokeIsStillThere) {
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  builder.signal(made.root, made.left, 9);
  builder.reap(made.root, made.left, -9);
  builder.after(10ms).owner_died(made.right, made.a, 1001);
  builder.after(1s).tick();
  model::Model model;
  FindingLog log;
  log.apply(model, builder.batch());
  log.observe(model);

  const auto found = log.findings();

  EXPECT_TRUE(std::none_of(found.begin(), found.end(),
                           [](const auto& f) { return f.rule == "deadlock" && f.open(); }));
  const auto deadlock =
      std::find_if(found.begin(), found.end(), [](const auto& f) { return f.rule == "deadlock"; });
  ASSERT_NE(deadlock, found.end());
  EXPECT_EQ(deadlock->headline.plain(), "deadlock of Worker-1 and Worker-2 for 10.0 s");
}

TEST(FindingLog, WhatAnEndOnPurposeLeftLockedIsNoProblemOnceNobodyIsLeft) {
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  for (const auto victim : {made.left, made.right}) {
    builder.signal(made.root, victim, 15);
    builder.reap(made.root, victim, -15);
  }
  builder.after(300ms).exit(made.root, 1);
  builder.gone(made.root);
  model::Model model;
  FindingLog log;
  log.apply(model, builder.batch());
  log.observe(model);

  std::vector<std::string> problems;
  for (const Finding& finding : log.findings()) {
    if (finding.is_problem()) problems.push_back(finding.headline.plain());
  }
  EXPECT_EQ(problems, (Sentences{"deadlock of Worker-1 and Worker-2 for 10.0 s",
                                 "MainProcess ended with exit code 1"}));
}

// As a recorder tells it that has started the program, after the reporter has seen it go.
TEST(FindingLog, AnEndThatIsExplainedAMomentLaterIsNoRiddle) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.signal({0, wire::kNoThread}, root, 15);
  builder.gone(root);
  builder.after(150ms).tick();
  model::Model model;
  FindingLog log;
  log.apply(model, builder.take());
  log.observe(model);
  ASSERT_EQ(log.findings().size(), 1u);
  ASSERT_EQ(log.findings()[0].confidence, Confidence::Probable);

  builder.gone(root, -15);
  log.apply(model, builder.batch());
  log.observe(model);

  EXPECT_TRUE(log.findings().empty());
}

TEST(FindingLog, DoesNotDependOnHowEventsWereBatched) {
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  builder.signal(made.root, made.left, 9);
  builder.reap(made.root, made.left, -9);
  builder.after(1s).tick();
  model::Model one;
  FindingLog whole;
  whole.apply(one, builder.batch());
  whole.observe(one);
  model::Model other;
  FindingLog piecemeal;
  for (const auto& event : builder.batch().events) {
    wire::Batch single;
    single.add(event, builder.batch().payload_of(event));
    piecemeal.apply(other, single);
  }
  piecemeal.observe(other);

  const auto a = whole.findings();
  const auto b = piecemeal.findings();
  ASSERT_EQ(sentences(a), sentences(b));
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].id, b[i].id);
    EXPECT_EQ(a[i].until_ns, b[i].until_ns);
  }
}

TEST(FindingLog, AGuessThatFlickersIsOneEntry) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs");
  const auto consumer = builder.fork(root, "Consumer");
  model::Model model;
  FindingLog log;
  for (int round = 0; round < 3; ++round) {
    builder.wait_get(consumer, jobs);
    builder.put(root, jobs);
    builder.after(1500ms).tick();
    builder.get(consumer, jobs);
    builder.after(100ms).tick();
  }
  log.apply(model, builder.batch());
  log.observe(model);

  ASSERT_EQ(log.entries().size(), 1u);
  EXPECT_EQ(log.entries().begin()->second.finding.rule, "queue-stuck");
}

TEST(Rules, UnknownNamesAreAnErrorThatListsTheKnownOnes) {
  EXPECT_EQ(parse_rules("deadlock, owner-died").value(), (Sentences{"deadlock", "owner-died"}));
  EXPECT_EQ(parse_rules("any").value().size(), rules().size() - 1);
  const auto bad = parse_rules("deadlock,deadlok");
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.failure().text.substr(0, 60),
            "there is no rule 'deadlok'; there are deadlock, owner-died, ");
}

}  // namespace
}  // namespace inspector::analysis
