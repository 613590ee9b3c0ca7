#include "model/model.hpp"

#include "support/event_scenarios.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace inspector::model;
using namespace std::chrono_literals;
using support::EventBuilder;
using testing::ElementsAre;

Model fold(const inspector::wire::Batch& batch) {
  Model model;
  model.apply(batch);
  return model;
}

std::vector<std::string> names(const std::vector<const Process*>& rows) {
  std::vector<std::string> out;
  for (const Process* row : rows) out.push_back(row->name);
  return out;
}

ObjectId id_of(const Model& model, EventBuilder::Puid process, EventBuilder::Thing thing) {
  return model.objects().lookup(process, thing.number);
}

TEST(ProcessTable, TheTreeIsListedParentsFirst) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto a = builder.fork(root, "a");
  builder.fork(root, "b");
  builder.fork(a, "a1");
  const Model model = fold(builder.batch());
  EXPECT_THAT(names(model.processes().in_tree_order()), ElementsAre("MainProcess", "a", "a1", "b"));
  EXPECT_EQ(model.processes().depth_of(a), 1U);
  EXPECT_EQ(model.processes().alive_count(), 4U);
}

TEST(ProcessTable, ARingOfParentsIsStillListed) {
  Model model;
  for (const auto& [self, parent] : {std::pair{1, 2}, {2, 1}, {3, 3}}) {
    inspector::wire::ProcessInfo info;
    info.parent = static_cast<Puid>(parent);
    info.inherited_upto = 9;
    inspector::wire::Batch batch;
    batch.add({.process = static_cast<Puid>(self), .kind = inspector::wire::EventKind::Hello},
              encode(info));
    batch.add({.process = static_cast<Puid>(self),
               .object = 5,
               .kind = inspector::wire::EventKind::Retire});
    model.apply(batch);
  }
  EXPECT_EQ(model.processes().in_tree_order().size(), 3U);
  EXPECT_LE(model.processes().depth_of(1), 1024U);
}

TEST(ProcessTable, TheReapSaysHowItEndedEvenAfterTheKernelSaidItIsGone) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "child");
  builder.signal(root, child, 9);
  builder.gone(child);
  builder.reap(root, child, -9);
  const Model model = fold(builder.batch());
  const Process& row = *model.processes().find(child);
  EXPECT_TRUE(row.dead());
  EXPECT_TRUE(row.reaped);
  EXPECT_EQ(row.exit, -9);
  EXPECT_EQ(row.signal_from, root);
  EXPECT_LT(row.signal_ns, row.ended_ns);
}

TEST(ProcessTable, WhoIsLeftWhenTheReporterLeavesIsUnknown) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "child");
  builder.exit(child, 3);
  builder.reap(root, child, 3);
  builder.bye();
  const Model model = fold(builder.batch());
  EXPECT_EQ(model.processes().find(root)->life, Life::Unknown);
  EXPECT_EQ(model.processes().find(child)->life, Life::Dead);
  EXPECT_TRUE(model.journal().ended);
}

TEST(LockTable, ADeadlockOfTwoIsThereToSee) {
  EventBuilder builder;
  const auto made = support::deadlock_of_two(builder);
  const Model model = fold(builder.batch());
  const ObjectId a = id_of(model, made.left, made.a);
  const ObjectId b = id_of(model, made.right, made.b);
  ASSERT_NE(a, b);
  EXPECT_EQ(model.locks().find(a)->holder, (ThreadKey{made.left, 0}));
  EXPECT_EQ(model.locks().find(b)->holder, (ThreadKey{made.right, 0}));
  const auto waiting = model.threads().waiting_on(b);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0]->key, (ThreadKey{made.left, 0}));
  EXPECT_EQ(waiting[0]->blocker, (ThreadKey{made.right, 0}));
  ASSERT_EQ(waiting[0]->held.size(), 1U);
  EXPECT_EQ(waiting[0]->held[0].object, a);
  EXPECT_EQ(model.threads().find({made.root, 0})->joined, made.left);
  EXPECT_GE(model.now_ns() - waiting[0]->since_ns, 10'000'000'000U);
  EXPECT_EQ(model.journal().refused, 0U);
}

TEST(LockTable, AKilledHolderLeavesTheLockWithItsNameOnIt) {
  EventBuilder builder;
  const auto made = support::killed_holder(builder, false);
  const Model model = fold(builder.batch());
  const Lock& lock = *model.locks().find(id_of(model, made.root, made.lock));
  EXPECT_EQ(lock.state, LockState::OwnerDead);
  EXPECT_EQ(lock.holder, (ThreadKey{made.victim, 0}));
  EXPECT_EQ(model.threads().find(lock.holder)->note, "compressing a.txt");
  EXPECT_EQ(model.threads().find(lock.holder)->held.size(), 1U);
}

TEST(LockTable, RecoveryRemembersWhoDied) {
  EventBuilder builder;
  const auto made = support::killed_holder(builder);
  const Model model = fold(builder.batch());
  const Lock& lock = *model.locks().find(id_of(model, made.root, made.lock));
  EXPECT_EQ(lock.state, LockState::Free);
  EXPECT_EQ(lock.dead_owner, (ThreadKey{made.victim, 0}));
  EXPECT_EQ(lock.recovered, 1U);
  EXPECT_EQ(lock.owner_died_seen, 1U);
  ASSERT_EQ(lock.history.rows().size(), 2U);
  EXPECT_TRUE(lock.history.rows()[0].died);
  EXPECT_FALSE(lock.history.rows()[1].died);
  EXPECT_EQ(model.threads().waits().rows().back().outcome, WaitOutcome::OwnerDied);
  EXPECT_TRUE(model.threads().find({made.victim, 0})->held.empty());
}

TEST(LockTable, AnOlderAcquisitionChangesNothing) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "l");
  const auto other = builder.fork(root, "other");
  builder.got(root, lock);
  builder.free(root, lock);
  const auto old = builder.batch();
  builder.got(other, lock);
  Model model = fold(builder.batch());
  for (const auto& event : old.events) {
    if (event.kind == inspector::wire::EventKind::LockGot ||
        event.kind == inspector::wire::EventKind::LockFree) {
      model.apply(event, {});
    }
  }
  EXPECT_EQ(model.locks().find(id_of(model, root, lock))->holder, (ThreadKey{other, 0}));
  EXPECT_TRUE(model.threads().find({root, 0})->held.empty());
}

TEST(LockTable, NumbersGoOnBeyond32Bits) {
  Lock row;
  row.number = 0xffff'fff0;
  EXPECT_EQ(LockTable::widen(row, 0xffff'fff1), 0xffff'fff1U);
  EXPECT_EQ(LockTable::widen(row, 3), 0x1'0000'0003U);
  EXPECT_EQ(LockTable::widen(row, 0xffff'ffe0), 0xffff'ffe0U);
  row.number = 2;
  EXPECT_EQ(LockTable::widen(row, 0xffff'fff0), 0xffff'fff0U);
}

TEST(LockTable, FoundStateMeetsEventsWithoutDoubt) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "l");
  builder.got(root, lock);
  const auto got = builder.batch().events.back();
  auto held = got;
  held.kind = inspector::wire::EventKind::Held;
  auto unheld = held;
  unheld.kind = inspector::wire::EventKind::Unheld;
  Model model = fold(builder.batch());
  model.apply(held, {});
  const Lock& row = *model.locks().find(id_of(model, root, lock));
  EXPECT_EQ(row.history.total(), 1U);
  model.apply(unheld, {});
  EXPECT_EQ(row.state, LockState::Free);
  model.apply(held, {});
  EXPECT_EQ(row.state, LockState::Free) << "a state that was read before the release";
}

TEST(LockTable, RemembersWhereTheHolderTookIt) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto lock = builder.lock(root, "A");
  builder.got(root, lock, 7);
  EXPECT_EQ(fold(builder.batch()).locks().find(1)->site, 7);
  EXPECT_EQ(fold(builder.batch()).threads().find({root, 0})->held.at(0).site, 7);
  builder.free(root, lock);
  builder.got(root, lock);
  EXPECT_EQ(fold(builder.batch()).locks().find(1)->site, 0);
}

TEST(CallSites, SayAsMuchAsIsKnown) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "worker-1");
  mp::wire::CallSite site;
  builder.call_site(root, 1, site);
  site.modules = {{"/lib/libc.so", "beef"}, {"/opt/bank/teller", "c0ffee"}};
  site.calls = {{1, 0x1234}, {0, 0x5678}};
  builder.call_site(root, 2, site);
  site.function = "bank::transfer(mp::Lock&)";
  builder.call_site(root, 3, site);
  site.line = 41;
  site.file = "/home/me/bank/transfer.cpp";
  builder.call_site(root, 4, site);
  site.file = "transfer.cpp";
  builder.call_site(child, 4, site);
  site.line = 0;
  site.function.clear();
  site.calls[0].module = 2;
  builder.call_site(child, 5, site);

  const Model model = fold(builder.batch());

  const auto& sites = model.call_sites();
  EXPECT_EQ(sites.text(root, 0), "");
  EXPECT_EQ(sites.text(root, 1), "");
  EXPECT_EQ(sites.text(root, 2), "teller+0x1234");
  EXPECT_EQ(sites.text(root, 3), "bank::transfer(mp::Lock&) (teller+0x1234)");
  EXPECT_EQ(sites.text(root, 4), "bank/transfer.cpp:41");
  EXPECT_EQ(sites.text(child, 4), "transfer.cpp:41");
  EXPECT_EQ(sites.text(child, 5), "");
  EXPECT_EQ(sites.text(root, 5), "");
  const auto back = Model::deserialize(model.serialize());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back.value().call_sites().text(root, 4), "bank/transfer.cpp:41");
}

TEST(CallSites, WithoutANumberOrARecordAreRefused) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.call_site(root, 0, {});
  builder.add(EventBuilder::Kind::CallSite, root, {.c = 65536}, encode(mp::wire::CallSite{}));
  builder.add(EventBuilder::Kind::CallSite, root, {.c = 1}, "no record");
  EXPECT_EQ(fold(builder.batch()).journal().refused, 3U);
}

TEST(ThreadTable, TheEndOfALaterWaitEndsTheEarlierOne) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  builder.wait_get(root, queue);
  inspector::wire::Event late{.t_ns = builder.now_ns(),
                              .process = root,
                              .object = queue.number,
                              .c = 2,
                              .kind = inspector::wire::EventKind::QueueGetFail,
                              .thread = 0};
  Model model = fold(builder.batch());
  model.apply(late, {});
  EXPECT_FALSE(model.threads().find({root, 0})->waiting());
  // The begin of wait 2 comes too late to be believed.
  late.kind = inspector::wire::EventKind::QueueGetWait;
  model.apply(late, {});
  EXPECT_FALSE(model.threads().find({root, 0})->waiting());
  late.c = 3;
  model.apply(late, {});
  EXPECT_TRUE(model.threads().find({root, 0})->waiting());
}

TEST(ThreadTable, AnEarlierEndDoesNotEndALaterWait) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  builder.wait_get(root, queue);
  builder.empty(root, queue);
  const auto first_end = builder.batch().events.back();
  builder.wait_get(root, queue);
  Model model = fold(builder.batch());
  model.apply(first_end, {});
  EXPECT_TRUE(model.threads().find({root, 0})->waiting());
}

TEST(ThreadTable, ANewGenerationStartsAfresh) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  builder.thread({root, 1}, "first", 11, 1);
  builder.wait_get({root, 1}, queue);
  builder.note({root, 1}, "old");
  builder.thread({root, 1}, "second", 12, 2);
  builder.thread({root, 1}, "first", 11, 1);
  const Model model = fold(builder.batch());
  const Thread& row = *model.threads().find({root, 1});
  EXPECT_EQ(row.name, "second");
  EXPECT_EQ(row.note, "");
  EXPECT_FALSE(row.waiting());
}

TEST(ThreadTable, WhoDiedWaitsNoMore) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  const auto child = builder.fork(root, "child");
  builder.wait_get(child, queue);
  builder.reap(root, child, -9);
  const Model model = fold(builder.batch());
  EXPECT_TRUE(model.threads().waiting_on(id_of(model, root, queue)).empty());
  EXPECT_EQ(model.threads().waits().rows().back().outcome, WaitOutcome::Ended);
}

TEST(ObjectTable, AChildInheritsWithoutDeclaring) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto before = builder.lock(root, "before");
  const auto child = builder.fork(root, "child");
  const auto after = builder.lock(root, "after");
  const auto grandchild = builder.fork(child, "grandchild");
  const Model model = fold(builder.batch());
  EXPECT_EQ(id_of(model, grandchild, before), id_of(model, root, before));
  EXPECT_EQ(model.objects().find(id_of(model, root, before))->users.size(), 3U);
  EXPECT_EQ(id_of(model, child, after), 0U);
  EXPECT_EQ(model.objects().find(id_of(model, root, before))->users.at(child).how,
            inspector::wire::Acquired::Inherited);
}

TEST(ObjectTable, EqualKernelKeysAreOneObject) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "child");
  const auto queue = builder.queue(root, "q", 4);
  builder.declare(child, queue);
  builder.put(root, queue);
  builder.get(child, queue);
  const Model model = fold(builder.batch());
  EXPECT_EQ(id_of(model, child, queue), id_of(model, root, queue));
  EXPECT_EQ(model.objects().rows().size(), 1U);
  EXPECT_EQ(model.objects().rows()[0].creator, root);
}

TEST(ObjectTable, ACellThatIsUsedAgainIsAnotherObject) {
  EventBuilder builder;
  const auto root = builder.root();
  inspector::wire::ObjectInfo info{
      .kind = inspector::wire::ObjectKind::Lock, .inode = 7, .offset = 64, .name = "Lock-1"};
  builder.add(EventBuilder::Kind::Declare, root, {.object = 1}, encode(info));
  builder.add(EventBuilder::Kind::Retire, root, {.object = 1});
  info.name = "Lock-2";
  builder.add(EventBuilder::Kind::Declare, root, {.object = 2}, encode(info));
  const Model model = fold(builder.batch());
  ASSERT_EQ(model.objects().rows().size(), 2U);
  EXPECT_EQ(model.objects().rows()[0].name, "Lock-1");
  EXPECT_EQ(model.objects().rows()[1].name, "Lock-2");
  EXPECT_EQ(model.objects().rows()[0].open_users(), 0U);
}

TEST(ObjectTable, ADeclarationThatComesLateJoinsWhatWasSeen) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto child = builder.fork(root, "child");
  const auto lock = builder.lock(root, "l");
  builder.got(child, lock);
  builder.wait_lock({child, 1}, lock);
  builder.declare(child, lock);
  const Model model = fold(builder.batch());
  const ObjectId id = id_of(model, root, lock);
  EXPECT_EQ(id_of(model, child, lock), id);
  EXPECT_EQ(model.locks().find(id)->holder, (ThreadKey{child, 0}));
  EXPECT_EQ(model.threads().find({child, 0})->held[0].object, id);
  EXPECT_EQ(model.threads().waiting_on(id).size(), 1U);
  EXPECT_EQ(model.locks().rows().size(), 1U);
  EXPECT_EQ(model.objects().of_kind(inspector::wire::ObjectKind::Lock).size(), 1U);
}

TEST(ObjectTable, TotalsAreAbsoluteAndNeverShrink) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  const auto child = builder.fork(root, "child");
  builder.counters(root, queue, {.in = 10, .in_bytes = 1000, .in_number = 10});
  builder.counters(child, queue, {.out = 4, .out_bytes = 400, .out_number = 4});
  builder.counters(root, queue, {.in = 9, .in_bytes = 900, .in_number = 9});
  const Model model = fold(builder.batch());
  const ObjectId id = id_of(model, root, queue);
  EXPECT_EQ(model.objects().find(id)->totals(), (inspector::wire::ObjectCounters{.in = 10,
                                                                                 .out = 4,
                                                                                 .in_bytes = 1000,
                                                                                 .out_bytes = 400,
                                                                                 .in_number = 10,
                                                                                 .out_number = 4}));
  EXPECT_EQ(model.queues().find(id)->depth(), 6U);
}

TEST(QueueTable, DepthFollowsTheItemsNumbersWhateverWasLost) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  for (int i = 0; i < 10; ++i) builder.put(root, queue);
  for (int i = 0; i < 4; ++i) builder.get(root, queue);
  inspector::wire::Batch holes;
  for (std::size_t i = 0; i < builder.batch().events.size(); ++i) {
    const auto& event = builder.batch().events[i];
    if (i % 2 == 1 || i < 2) holes.add(event, builder.batch().payload_of(event));
  }
  EXPECT_EQ(fold(holes).queues().rows().begin()->second.depth(),
            fold(builder.batch()).queues().rows().begin()->second.depth());
}

TEST(QueueTable, TheSeriesCoversTheStoryInBoundedSpace) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto queue = builder.queue(root, "q");
  for (int i = 0; i < 5000; ++i) {
    builder.after(7ms).put(root, queue);
    if (i % 3 == 0) builder.get(root, queue);
  }
  const Model model = fold(builder.batch());
  const auto& row = model.queues().rows().begin()->second;
  EXPECT_LE(row.series.buckets().size(), 512U);
  std::uint64_t puts = 0;
  for (const auto& bucket : row.series.buckets()) {
    puts += bucket.puts;
    EXPECT_LE(bucket.min, bucket.last);
    EXPECT_LE(bucket.last, bucket.max);
  }
  EXPECT_EQ(puts, 5000U);
  EXPECT_EQ(row.series.buckets().back().last, row.depth());
  EXPECT_EQ(row.max_depth, row.depth());
}

TEST(Journal, LossesMarksAndLogLinesAreKept) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.log(root, 30, "careful");
  builder.mark(root, "phase 2");
  builder.lost(root, 77);
  const Model model = fold(builder.batch());
  EXPECT_EQ(model.journal().log.rows().back().text, "careful");
  EXPECT_EQ(model.journal().marks.rows().back().text, "phase 2");
  EXPECT_EQ(model.journal().lost, 77U);
  EXPECT_EQ(model.processes().find(root)->lost, 77U);
}

TEST(Journal, ALineWhoseTextWasNotKeptIsALineAllTheSame) {
  EventBuilder builder;
  const auto root = builder.root();
  builder.add(EventBuilder::Kind::Log, root, {.a = 4000, .c = 40});
  builder.log(root, 20, "");
  const Model model = fold(builder.batch());

  ASSERT_EQ(model.journal().log.rows().size(), 2U);
  EXPECT_EQ(model.journal().log.rows()[0].level, 40U);
  EXPECT_EQ(model.journal().log.rows()[0].text, "(a text that was not kept: there were too many)");
  EXPECT_EQ(model.journal().log.rows()[1].text, "");
}

TEST(Journal, RisksOfForksAreKeptWithTheirChildAndSurviveACheckpoint) {
  EventBuilder builder;
  const auto root = builder.root();
  const mp::wire::ForkRisk risk{2, 1, 1, 1, "ledger", "stdout", "7 (/dev/null)"};
  builder.fork_risk({root, 3}, risk);
  const auto child = builder.fork(root, "Worker-1");

  const auto model = Model::deserialize(fold(builder.batch()).serialize());

  ASSERT_TRUE(model.ok());
  const auto& rows = model.value().journal().fork_risks.rows();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].thread, (ThreadKey{root, 3}));
  EXPECT_EQ(rows[0].child, child);
  EXPECT_EQ(rows[0].what, risk);
}

TEST(Journal, ARiskThatIsNoRecordIsRefused) {
  EventBuilder builder;
  builder.add(EventBuilder::Kind::ForkRisk, builder.root(), {}, "two threads");
  const Model model = fold(builder.batch());

  EXPECT_TRUE(model.journal().fork_risks.rows().empty());
  EXPECT_EQ(model.journal().refused, 1U);
}

TEST(Journal, OldLinesGoButTheCountStays) {
  RecentRows<Loss, 4> rows;
  for (std::uint64_t i = 0; i < 10; ++i) rows.add({i, 0, 0});
  EXPECT_EQ(rows.rows().front().t_ns, 6U);
  EXPECT_EQ(rows.first_serial(), 6U);
  EXPECT_EQ(rows.total(), 10U);
}

TEST(Model, TimeNeverGoesBack) {
  Model model;
  model.apply({.t_ns = 100, .kind = inspector::wire::EventKind::Tick}, {});
  model.apply({.t_ns = 50, .kind = inspector::wire::EventKind::Tick}, {});
  EXPECT_EQ(model.now_ns(), 100U);
  EXPECT_EQ(model.start_ns(), 100U);
}

TEST(Model, UnknownKindsAreCountedAndSkipped) {
  Model model;
  model.apply({.process = 1, .kind = static_cast<inspector::wire::EventKind>(4711)}, "what");
  EXPECT_EQ(model.journal().unknown, 1U);
  model.apply({.process = 1, .kind = inspector::wire::EventKind::Hello}, "not a hello");
  EXPECT_EQ(model.journal().refused, 1U);
}

}  // namespace
