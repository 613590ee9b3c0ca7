// Deadlocks in which RLocks, semaphores and barriers have a part.
#include "analysis/analyze.hpp"
#include "analysis/deadlocks.hpp"
#include "support/event_scenarios.hpp"

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using namespace std::chrono_literals;
using Kind = wire::EventKind;
using ObjectKind = wire::ObjectKind;

std::vector<Finding> of_rule(const EventBuilder& builder, std::string_view rule) {
  model::Model model;
  model.apply(builder.batch());
  std::vector<Finding> findings = analyze(model);
  std::erase_if(findings, [rule](const Finding& finding) { return finding.rule != rule; });
  return findings;
}

TEST(Deadlocks, AnRLockClosesACircleAsALockDoes) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto plain = builder.lock(root, "plain");
  const auto nested = builder.make(root, ObjectKind::RLock, "nested");
  const auto a = builder.fork(root, "A");
  const auto b = builder.fork(root, "B");
  builder.got(a, plain);
  builder.got(b, nested);
  builder.wait_lock(a, nested);
  builder.wait_lock(b, plain);
  builder.after(10s).tick();

  const auto found = of_rule(builder, "deadlock");

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].confidence, Confidence::Proven);
}

// Anybody who has a semaphore may release it: one who still runs is enough.
TEST(Deadlocks, ASemaphoreIsWaitedForInVainOnlyIfAllWhoHaveItAreStuck) {
  for (const bool one_runs : {true, false}) {
    EventBuilder builder;
    const auto a = builder.root("A");
    const auto slots = builder.make(a, ObjectKind::Semaphore, "slots");
    const auto b = builder.fork(a, "B");
    builder.wait_for(Kind::SemaphoreWait, a, slots);
    if (!one_runs) builder.wait_for(Kind::SemaphoreWait, b, slots);
    builder.after(60s).tick();

    const std::size_t expected = one_runs ? 0 : 1;
    EXPECT_EQ(of_rule(builder, "stall").size() + of_rule(builder, "deadlock").size(), expected);
  }
}

// The worker forgot its task_done().
TEST(Deadlocks, JoiningAQueueWhoseLastTaskNobodyFinishesIsOne) {
  for (const bool worker_runs : {false, true}) {
    EventBuilder builder;
    const auto root = builder.root();
    const auto jobs = builder.make(root, ObjectKind::JoinableQueue, "jobs");
    const auto worker = builder.fork(root, "worker-1");
    builder.put(root, jobs);
    builder.get(worker, jobs);
    if (!worker_runs) builder.wait_get(worker, jobs);
    builder.wait_for(Kind::ConnectionWait, root, jobs);
    builder.after(60s).tick();

    const auto found = of_rule(builder, "deadlock");

    ASSERT_EQ(found.size(), worker_runs ? 0u : 1u);
    if (worker_runs) continue;
    EXPECT_NE(found[0].sentence.plain().find(
                  "MainProcess waits for the tasks of queue jobs to be done; worker-1 waits for an "
                  "item of queue jobs"),
              std::string::npos)
        << found[0].sentence.plain();
    EXPECT_NE(found[0].advice.find("task_done()"), std::string::npos);
  }
}

TEST(Deadlocks, PartiesThatWaitForEachOtherAtTwoBarriersAreFound) {
  EventBuilder builder;
  const auto a = builder.root("A");
  const auto here = builder.make(a, ObjectKind::Barrier, "here");
  const auto there = builder.make(a, ObjectKind::Barrier, "there");
  const auto b = builder.fork(a, "B");
  builder.wait_for(Kind::BarrierWait, a, here);
  builder.wait_for(Kind::BarrierWait, b, there);
  builder.after(60s).tick();

  EXPECT_EQ(of_rule(builder, "stall").size() + of_rule(builder, "deadlock").size(), 1u);
}

}  // namespace
}  // namespace inspector::analysis
