#include "inspector/present/scene.hpp"

#include <algorithm>

#include <gmock/gmock.h>

namespace inspector::present {
namespace {

using support::EventBuilder;
using namespace std::chrono_literals;

Strings names_of(const ProcessTreeVm& vm) {
  Strings all;
  for (const ProcessRow& row : vm.rows)
    all.push_back(std::string(static_cast<std::size_t>(row.depth), ' ') + row.name);
  return all;
}

TEST(Overview, TheVerdictIsTheSentenceWithItsProcessesAsChips) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.verdict), "1 problem: deadlock of Worker-1 and Worker-2 for 10.0 s.");
  EXPECT_EQ(vm.tone, Tone::Alarm);
  EXPECT_EQ(std::count_if(vm.verdict.begin(), vm.verdict.end(),
                          [](const TextRun& run) { return bool(run.ref); }),
            2);
  ASSERT_EQ(vm.alarms.size(), 1u);
  EXPECT_EQ(vm.alarms[0].title, "Deadlock");
  EXPECT_EQ(vm.alarms[0].age, "for 10.0 s");
  EXPECT_EQ(vm.alarms[0].confidence, "proven");
  EXPECT_EQ(vm.alarms[0].action, "Show the cycle");
  EXPECT_TRUE(vm.checks.empty());
}

TEST(Overview, WhenNothingIsWrongItSaysWhatWasLookedFor) {
  Scene scene;
  scene.builder.root();
  scene.builder.after(3200ms).tick();
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.verdict), "No problems seen in 3.2 s.");
  EXPECT_EQ(vm.tone, Tone::Ok);
  EXPECT_EQ(vm.checks.size(), analysis::rules().size());
  EXPECT_EQ(vm.checks.front(), "deadlocks over locks, joins and queues");
}

TEST(Overview, ARiskyForkIsWorthKnowingAndNoProblem) {
  Scene scene;
  const auto root = scene.builder.root();
  scene.builder.fork_risk(root, {.threads = 2});
  scene.builder.fork(root, "Worker-1");
  scene.builder.after(2s).tick();
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  EXPECT_EQ(text_of(vm.verdict), "No problems seen in 2.0 s.");
  EXPECT_TRUE(vm.alarms.empty());
  ASSERT_EQ(vm.notes.size(), 1u);
  EXPECT_EQ(vm.notes[0].title, "Risky fork");
  EXPECT_EQ(vm.notes[0].tone, Tone::Info);
  EXPECT_EQ(vm.notes[0].age, "2.0 s ago");
  EXPECT_EQ(vm.notes[0].action, "Show the process");
  EXPECT_EQ(vm.notes[0].advice, "Start processes before threads, or by spawn or forkserver.");
}

// Somebody broke the deadlock by killing a worker: it is over, and still the answer.
TEST(Overview, WhatIsOverStaysBelowWhatIsNot) {
  Scene scene;
  const auto made = support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.builder.signal(made.root, made.left, 9);
  scene.builder.reap(made.root, made.left, -9);
  scene.builder.after(1s).tick();
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  ASSERT_GE(vm.alarms.size(), 2u);
  const AlarmCard& last = vm.alarms.back();
  EXPECT_EQ(last.title, "Deadlock");
  EXPECT_TRUE(last.over);
  EXPECT_EQ(last.confidence, "proven, over");
  EXPECT_EQ(last.age, "2.0 ms to 10.0 s");
  EXPECT_FALSE(vm.alarms.front().over);
  EXPECT_EQ(text_of(vm.verdict).find("deadlock"), std::string::npos) << "the verdict is about now";
}

TEST(Overview, WhenAllHasEndedTheVerdictIsAboutTheSession) {
  Scene scene;
  const auto made = support::deadlock_of_two(scene.builder);
  scene.fold();
  for (const auto worker : {made.left, made.right}) {
    scene.builder.signal(made.root, worker, 15);
    scene.builder.reap(made.root, worker, -15);
  }
  scene.builder.exit(made.root, 1);
  scene.builder.gone(made.root);
  scene.builder.after(1ms).bye();
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  EXPECT_TRUE(text_of(vm.verdict).find("deadlock of Worker-1 and Worker-2 for 10.0 s") !=
              std::string::npos)
      << text_of(vm.verdict);
  EXPECT_EQ(vm.tone, Tone::Alarm);
  ASSERT_FALSE(vm.alarms.empty());
  EXPECT_EQ(vm.alarms.front().title, "Deadlock") << "the worst first, over or not";
}

TEST(Overview, ALockThatNobodyWaitsForIsQuiet) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.locks.size(), 1u);
  EXPECT_EQ(vm.locks[0].waiters, "free");
  EXPECT_EQ(vm.locks[0].tone, Tone::Neutral);
}

TEST(Overview, WithoutASessionItTeachesHowToConnect) {
  const OverviewVm vm = build_overview({}, {}, {});

  EXPECT_EQ(vm.empty.title, "Nothing connected");
  EXPECT_EQ(vm.empty.command, "MP_INSPECT=1 ./your_program");
}

TEST(Overview, TheSlowQueueStandsFirst) {
  Scene scene;
  support::slow_consumer(scene.builder);
  scene.fold();

  const OverviewVm vm = build_overview(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.queues.size(), 1u);
  EXPECT_EQ(vm.queues[0].queue.label, "jobs");
  EXPECT_EQ(vm.queues[0].depth, "4 / 4");
  EXPECT_FLOAT_EQ(vm.queues[0].fill, 1);
  EXPECT_EQ(vm.queues[0].verdict.text, "consumers too slow");
  EXPECT_EQ(vm.queues[0].latency, "394 ms");
}

TEST(ProcessTree, ShowsWhoWaitsForWhatAndHoldsWhat) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.summary, "3 processes · 2 blocked");
  EXPECT_EQ(names_of(vm), (Strings{"MainProcess", " Worker-1", " Worker-2"}));
  EXPECT_EQ(vm.rows[0].state, "joining");
  EXPECT_EQ(vm.rows[0].tone, Tone::Idle);
  EXPECT_EQ(vm.rows[1].tone, Tone::Blocked);
  EXPECT_EQ(vm.rows[1].since, "10.0 s");
  EXPECT_EQ(vm.rows[1].waiting_for.label, "results");
  EXPECT_EQ(labels(vm.rows[1].holds), (Strings{"index"}));
  EXPECT_TRUE(vm.rows[2].last_sibling);
}

TEST(ProcessTree, ShowsHowAProcessWasStartedAndHowOldItIs) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.rows[0].method, "root");
  EXPECT_EQ(vm.rows[1].method, "fork");
  EXPECT_THAT(vm.rows[1].tip.numbers, testing::Contains("fork, reached its target in 1.5 ms"));
  EXPECT_FALSE(vm.rows[1].age.empty());
  EXPECT_NE(vm.rows[1].age, vm.rows[2].age) << "the dead one has aged no further";
}

TEST(ProcessTree, ADeadRowStaysWithItsCause) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.rows.size(), 3u);
  EXPECT_EQ(vm.rows[1].state, "killed");
  EXPECT_EQ(vm.rows[1].exit, "SIGKILL");
  EXPECT_TRUE(vm.rows[1].dead);
  EXPECT_EQ(vm.rows[1].tip.state,
            "Was killed by SIGKILL from MainProcess while it held lock index and was doing "
            "“compressing a.txt”");
}

TEST(ProcessTree, LanesShowTheWaitsAndTheDeath) {
  Scene scene;
  EventBuilder& builder = scene.builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "index");
  const auto killed = builder.fork(root, "Worker-1");
  const auto next = builder.fork(root, "Worker-2");
  builder.after(1ms).got(killed, lock);
  builder.after(1ms).wait_lock(next, lock);
  builder.after(50ms).reap(root, killed, -9);
  builder.after(20ms).owner_died(next, lock, 1001);
  builder.after(5ms).tick();
  scene.fold();

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.lanes.lanes.size(), 3u);
  Strings victim;
  for (const LaneBar& bar : vm.lanes.lanes[1].bars) victim.push_back(bar.label);
  EXPECT_EQ(victim, (Strings{"runs", "died"}));
  Strings heir;
  for (const LaneBar& bar : vm.lanes.lanes[2].bars) heir.push_back(bar.label);
  EXPECT_EQ(heir, (Strings{"runs", "runs", "index"}));  // what is bad is drawn last
  EXPECT_EQ(vm.lanes.lanes[2].bars[2].tone, Tone::Waiting);
  EXPECT_EQ(vm.lanes.lanes[2].bars[2].tip.what, "Worker-2 waited for index");
}

TEST(ProcessTree, AFilterKeepsTheLineOfParentsFaded) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.filters[Screen::Processes] = "worker-2";

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  EXPECT_EQ(names_of(vm), (Strings{"MainProcess", " Worker-2"}));
  EXPECT_TRUE(vm.rows[0].faded);
  EXPECT_FALSE(vm.rows[1].faded);
}

TEST(ProcessTree, AFilterThatHidesAllSaysSo) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.filters[Screen::Processes] = "nonsense";

  EXPECT_EQ(build_process_tree(scene.model, scene.facts, scene.view).empty.title,
            "Nothing matches");
}

TEST(ProcessTree, CollapsedRowsHideTheirChildren) {
  Scene scene;
  const auto made = support::deadlock_of_two(scene.builder);
  scene.fold();
  scene.view.collapsed.insert({EntityKind::Process, made.root});

  const ProcessTreeVm vm = build_process_tree(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.rows.size(), 1u);
  EXPECT_TRUE(vm.rows[0].has_children);
  EXPECT_FALSE(vm.rows[0].expanded);
}

TEST(ProcessTree, SiblingsAreSortedAndTheTreeStaysATree) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto ten = scene.builder.fork(root, "W-10");
  scene.builder.fork(root, "W-2");
  scene.builder.fork(ten, "Inner");
  scene.fold();
  scene.view.sorts[Screen::Processes] = {static_cast<int>(ProcessColumn::Name), false};

  EXPECT_EQ(names_of(build_process_tree(scene.model, scene.facts, scene.view)),
            (Strings{"MainProcess", " W-2", " W-10", "  Inner"}));
}

TEST(QueueList, RowsSayRatesSidesAndVerdict) {
  Scene scene;
  support::slow_consumer(scene.builder);
  scene.fold();

  const QueueListVm vm = build_queue_list(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.summary, "1 queue · 1 in trouble");
  ASSERT_EQ(vm.rows.size(), 1u);
  EXPECT_EQ(vm.rows[0].kind, "Queue");
  EXPECT_EQ(vm.rows[0].limit, "4");
  EXPECT_EQ(vm.rows[0].rate_in, "10 /s");
  EXPECT_EQ(vm.rows[0].rate_out, "10 /s");
  EXPECT_EQ(labels(vm.rows[0].blocked_producers), (Strings{"Producer"}));
  EXPECT_EQ(vm.rows[0].verdict.tone, Tone::Warning);
}

TEST(QueueList, TheDepthCurveReachesItsLimit) {
  Scene scene;
  support::slow_consumer(scene.builder);
  scene.fold();

  const QueueListVm vm = build_queue_list(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.depth.curves.size(), 1u);
  ASSERT_TRUE(vm.depth.limit);
  float highest = 0;
  for (const Bucket& bucket : vm.depth.curves[0].buckets) highest = std::max(highest, bucket.high);
  EXPECT_FLOAT_EQ(highest, *vm.depth.limit);
  EXPECT_EQ(vm.depth.curves[0].latest, "4");
  EXPECT_EQ(vm.rates.curves.size(), 2u);
}

TEST(QueueList, TheProbeReadsTheCurvesOff) {
  Scene scene;
  support::slow_consumer(scene.builder);
  scene.fold();
  scene.view.probe = Probe{"queues/depth", 0.5F};

  const QueueListVm vm = build_queue_list(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.depth.probe_lines, (Strings{"+2.547 s", "jobs 4"}));
  EXPECT_TRUE(vm.rates.probe_lines.empty());
}

TEST(LockList, RowsSayHolderHoldTimeAndWaiters) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const LockListVm vm = build_lock_list(scene.model, scene.facts, scene.view);

  EXPECT_EQ(vm.summary, "2 locks · 2 held · 2 waited for");
  ASSERT_EQ(vm.rows.size(), 2u);
  EXPECT_EQ(vm.rows[0].lock.label, "index");
  EXPECT_EQ(vm.rows[0].holder.label, "Worker-1");
  EXPECT_EQ(vm.rows[0].held_for, "10.0 s");
  EXPECT_EQ(labels(vm.rows[0].waiters), (Strings{"Worker-2"}));
  EXPECT_EQ(vm.rows[0].wait_max, "10.0 s");
  EXPECT_EQ(vm.rows[0].verdict.text, "in a deadlock");
}

TEST(LockList, ARecoveredLockIsNoAlarmAnyMore) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();

  const LockListVm vm = build_lock_list(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.rows.size(), 1u);
  EXPECT_EQ(vm.rows[0].verdict.text, "recovered");
  EXPECT_EQ(vm.rows[0].lock.tone, Tone::Idle);
}

TEST(LockList, LanesShowTheHolderTheDeathAndTheHeir) {
  Scene scene;
  support::killed_holder(scene.builder);
  scene.fold();

  const LockListVm vm = build_lock_list(scene.model, scene.facts, scene.view);

  ASSERT_EQ(vm.lanes.lanes.size(), 1u);
  Strings bars;
  for (const LaneBar& bar : vm.lanes.lanes[0].bars) bars.push_back(bar.label);
  EXPECT_EQ(bars, (Strings{"Worker-1", "Worker-2", "owner died"}));  // the bad one is drawn last
  EXPECT_TRUE(vm.lanes.lanes[0].bars[0].waiting);
  EXPECT_EQ(vm.lanes.lanes[0].bars[2].tone, Tone::Dead);
}

TEST(WaitGraph, TheCycleStandsInRingOrder) {
  Scene scene;
  support::deadlock_of_two(scene.builder);
  scene.fold();

  const WaitGraphVm vm = build_wait_graph(scene.model, scene.facts, scene.view);

  Strings ring;
  for (const GraphNode& node : vm.nodes) {
    if (node.cycle == 0) ring.push_back(node.label);
  }
  EXPECT_EQ(ring, (Strings{"Worker-1", "results", "Worker-2", "index"}));
  EXPECT_EQ(std::count_if(vm.edges.begin(), vm.edges.end(),
                          [](const GraphEdge& edge) { return edge.in_cycle; }),
            4);
  for (const GraphEdge& edge : vm.edges) {
    EXPECT_LT(static_cast<std::size_t>(edge.from), vm.nodes.size());
    EXPECT_LT(static_cast<std::size_t>(edge.to), vm.nodes.size());
  }
  ASSERT_EQ(vm.stories.size(), 1u);
  EXPECT_EQ(vm.stories[0].title, "Deadlock, proven");
}

TEST(WaitGraph, ManyWaitersOfOneLockBecomeOneBox) {
  Scene scene;
  const auto root = scene.builder.root();
  const auto lock = scene.builder.lock(root, "index");
  scene.builder.got(root, lock);
  for (int i = 0; i < 30; ++i)
    scene.builder.wait_lock(scene.builder.fork(root, "W-" + std::to_string(i)), lock);
  scene.builder.after(2s).tick();
  scene.fold();

  const WaitGraphVm vm = build_wait_graph(scene.model, scene.facts, scene.view);

  Strings boxes;
  for (const GraphNode& node : vm.nodes) boxes.push_back(node.label);
  EXPECT_EQ(boxes, (Strings{"30 waiters", "index", "MainProcess"}));
  EXPECT_EQ(vm.nodes[0].count, 30);
  EXPECT_EQ(vm.edges.size(), 2u);
}

TEST(WaitGraph, NobodyWaitingIsSaid) {
  Scene scene;
  scene.builder.root();
  scene.fold();

  EXPECT_EQ(build_wait_graph(scene.model, scene.facts, scene.view).empty.title, "Nobody waits");
}

}  // namespace
}  // namespace inspector::present
