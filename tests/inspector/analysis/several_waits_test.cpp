// What is said of threads that wait for the first of several things.
#include "analysis/deadlocks.hpp"
#include "analysis/phrases.hpp"
#include "fold.hpp"

#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using Kind = wire::EventKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class SeveralWaits : public ::testing::Test {
 protected:
  // A pipe of which the root has the first end, and a worker the second.
  std::tuple<EventBuilder::Thing, EventBuilder::Thing, EventBuilder::Puid> pipe_with_worker(
      std::string name) {
    const auto [first, second] = builder.pipe(root);
    const auto worker = builder.fork(root, std::move(name));
    builder.retire(root, second);
    builder.retire(worker, first);
    return {first, second, worker};
  }

  std::string phrase(EventBuilder::Puid process) {
    const model::Model model = fold(builder);
    const Names names(model);
    return wait_phrase(names, *model.threads().find({process, kMainSlot})).plain();
  }

  std::vector<Finding> deadlocks() {
    const model::Model model = fold(builder);
    const Names names(model);
    const WaitGraph graph = build_wait_graph(model);
    std::vector<Finding> found;
    for (const Deadlock& deadlock : find_deadlocks(graph, model.now_ns()))
      found.push_back(describe(model, names, graph, deadlock));
    return found;
  }

  EventBuilder builder;
  EventBuilder::Puid root = builder.root();
};

TEST_F(SeveralWaits, AreNamedWithWhatMakesEachReady) {
  const auto jobs = builder.queue(root, "jobs");
  const auto door = builder.make(root, wire::ObjectKind::Listener, "@door");
  const auto [first, second, worker] = pipe_with_worker("worker-1");
  const auto other = builder.fork(root, "worker-2");
  builder.wait_any(
      root, {EventBuilder::any_of(first), EventBuilder::any_of(jobs), EventBuilder::end_of(worker),
             EventBuilder::any_of(door), EventBuilder::end_of(other)});

  EXPECT_EQ(
      phrase(root),
      "waits for data on connection Connection-3, an item of queue jobs, a client at listener "
      "@door, the end of worker-1 or worker-2");
}

TEST_F(SeveralWaits, OfManyTheFirstAreNamedAndTheRestCounted) {
  std::vector<wire::Awaited> workers;
  for (int i = 1; i <= 14; ++i)
    workers.push_back(EventBuilder::end_of(builder.fork(root, "worker-" + std::to_string(i))));
  builder.wait_any(root, workers, 200);

  EXPECT_EQ(phrase(root),
            "waits for the end of worker-1, worker-2, worker-3, worker-4, worker-5 or 195 more");
}

TEST_F(SeveralWaits, OfWhichNothingIsKnownAreSeveralThings) {
  builder.wait_any(root, {{}, {}});
  EXPECT_EQ(phrase(root), "waits for one of several things");
}

TEST_F(SeveralWaits, AreForgottenWhenTheWaitIsOver) {
  const auto jobs = builder.queue(root, "jobs");
  builder.wait_any(root, {EventBuilder::any_of(jobs)});
  builder.woken(Kind::ConnectionWoken, root, {});
  const model::Model model = fold(builder);

  EXPECT_THAT(model.threads().find({root, kMainSlot})->awaited, IsEmpty());
  EXPECT_THAT(model.threads().waiting_on(model.objects().lookup(root, jobs.number)), IsEmpty());
}

TEST_F(SeveralWaits, WhatIsToldOfAnOlderWaitCountsForNothing) {
  const auto jobs = builder.queue(root, "jobs");
  builder.wait_any(root, {});
  builder.add(Kind::WaitSet, root, {.c = 77},
              encode(wire::WaitSet{.count = 1, .things = {EventBuilder::any_of(jobs)}}));
  EXPECT_EQ(phrase(root), "waits for one of several things");
}

TEST_F(SeveralWaits, ShowWithEachOfTheThings) {
  const auto jobs = builder.queue(root, "jobs");
  const auto urgent = builder.queue(root, "urgent");
  builder.wait_any(root, {EventBuilder::any_of(jobs), EventBuilder::any_of(urgent)});
  const model::Model model = fold(builder);

  for (const auto queue : {jobs, urgent})
    EXPECT_THAT(model.threads().waiting_on(model.objects().lookup(root, queue.number)), SizeIs(1));
}

TEST_F(SeveralWaits, SurviveACheckpoint) {
  const auto jobs = builder.queue(root, "jobs");
  const auto worker = builder.fork(root, "worker-1");
  builder.wait_any(root, {EventBuilder::any_of(jobs), EventBuilder::end_of(worker)}, 20);
  const model::Model model = fold(builder);
  const auto again = model::Model::deserialize(model.serialize());

  ASSERT_TRUE(again.ok());
  const model::Thread& thread = *again.value().threads().find({root, kMainSlot});
  EXPECT_EQ(thread.awaited, model.threads().find({root, kMainSlot})->awaited);
  EXPECT_EQ(thread.awaited_count, 20U);
}

// Things that are an object and a process as well, which nobody's program can mean.
TEST_F(SeveralWaits, OfHostileBytesAreCountedSoundly) {
  const auto jobs = builder.queue(root, "jobs");
  const auto worker = builder.fork(root, "worker-1");
  builder.wait_any(root, std::vector<wire::Awaited>(4, {.object = jobs.number, .process = worker}));
  EXPECT_EQ(phrase(root), "waits for the end of worker-1, worker-1, worker-1 or worker-1");
}

TEST_F(SeveralWaits, OfABentCheckpointAreCountedSoundlyOrRefused) {
  std::vector<wire::Awaited> queues;
  for (int i = 0; i < 7; ++i)
    queues.push_back(EventBuilder::any_of(builder.queue(root, "queue-" + std::to_string(i))));
  builder.wait_any(root, queues);
  const std::string sound = fold(builder).serialize();

  for (std::size_t at = 0; at < sound.size(); ++at) {
    for (const int bend : {1, 4, 7, 0x80}) {
      std::string bent = sound;
      bent[at] = static_cast<char>(bent[at] ^ bend);
      const auto model = model::Model::deserialize(bent);
      if (!model.ok()) continue;
      const Names names(model.value());
      for (const auto& [key, thread] : model.value().threads().rows())
        EXPECT_THAT(wait_phrase(names, thread).plain(), Not(HasSubstr("184467440"))) << at;
    }
  }
}

TEST_F(SeveralWaits, ForWordsThatNobodyLeftWillSayAreADeadlock) {
  const auto [to_one, from_one, one] = pipe_with_worker("worker-1");
  const auto [to_two, from_two, two] = pipe_with_worker("worker-2");
  builder.retire(two, to_one);
  builder.wait_any(root, {EventBuilder::any_of(to_one), EventBuilder::any_of(to_two)});
  builder.wait_recv(one, from_one);
  builder.wait_recv(two, from_two);
  builder.after(10s).tick();

  const auto found = deadlocks();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].sentence.plain(),
              HasSubstr("MainProcess waits for data on connection "
                        "Connection-1 or data on connection Connection-3"));
  EXPECT_THAT(found[0].advice, HasSubstr("Let one side speak while the other listens"));
}

TEST_F(SeveralWaits, OfWhomOneStillWorksAreNone) {
  const auto [to_one, from_one, one] = pipe_with_worker("worker-1");
  const auto [to_two, from_two, two] = pipe_with_worker("worker-2");
  builder.retire(two, to_one);
  builder.thread(two, "MainThread");
  builder.wait_any(root, {EventBuilder::any_of(to_one), EventBuilder::any_of(to_two)});
  builder.wait_recv(one, from_one);
  builder.after(10s).tick();

  EXPECT_THAT(deadlocks(), IsEmpty());
}

// All that is listed is stuck, but there is more: a plain descriptor, things beyond the first, a
// listener that anybody may come to, an item that is there.
TEST_F(SeveralWaits, WithSomethingThatMayBecomeReadyByItselfAreNone) {
  const auto jobs = builder.queue(root, "jobs");
  const auto door = builder.make(root, wire::ObjectKind::Listener, "@door");
  const auto full = builder.queue(root, "full");
  builder.put(root, full);
  const wire::Awaited stuck = EventBuilder::any_of(jobs);
  const std::pair<std::vector<wire::Awaited>, std::uint32_t> cases[] = {
      {{stuck, {}}, 2},
      {{stuck}, 15},
      {{stuck, EventBuilder::any_of(door)}, 2},
      {{stuck, EventBuilder::any_of(full)}, 2},
      {{stuck, EventBuilder::end_of(0xBEEF)}, 2}};
  for (const auto& [things, count] : cases) {
    builder.wait_any(root, things, count);
    builder.after(10s).tick();
    EXPECT_THAT(deadlocks(), IsEmpty()) << phrase(root);
  }
  builder.wait_any(root, {stuck});
  builder.after(10s).tick();
  EXPECT_THAT(deadlocks(), SizeIs(1)) << "alone, nobody can ever put an item into it";
}

TEST_F(SeveralWaits, ForTheEndOfWhoWantsTheWaitersLockAreADeadlock) {
  for (const int workers : {1, 3}) {
    builder = EventBuilder();
    root = builder.root();
    const auto lock = builder.lock(root, "totals");
    std::vector<wire::Awaited> ends;
    std::vector<EventBuilder::Puid> all;
    for (int i = 1; i <= workers; ++i)
      all.push_back(builder.fork(root, "worker-" + std::to_string(i)));
    builder.got(root, lock);
    for (const auto worker : all) {
      builder.wait_lock(worker, lock);
      ends.push_back(EventBuilder::end_of(worker));
    }
    builder.wait_any(root, ends);
    builder.after(10s).tick();

    const auto found = deadlocks();
    ASSERT_THAT(found, SizeIs(1)) << workers;
    EXPECT_THAT(found[0].sentence.plain(), HasSubstr("waits for the end of worker-1"));
    EXPECT_THAT(found[0].sentence.plain(), HasSubstr("worker-1 waits for lock totals"));
  }
}

}  // namespace
}  // namespace inspector::analysis
