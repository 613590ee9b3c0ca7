// What the model knows of semaphores, conditions, events, barriers and RLocks.
#include "model/model.hpp"
#include "support/event_scenarios.hpp"

#include <gtest/gtest.h>

namespace {

using namespace inspector::model;
using support::EventBuilder;
using Kind = inspector::wire::EventKind;
using ObjectKind = inspector::wire::ObjectKind;
using State = inspector::wire::ThreadState;

Model fold(const EventBuilder& builder) {
  Model model;
  model.apply(builder.batch());
  return model;
}

struct Row {
  Kind begin;
  Kind end;
  ObjectKind object;
  State state;
};

constexpr Row kRows[] = {
    {Kind::SemaphoreWait, Kind::SemaphoreFail, ObjectKind::Semaphore, State::SemaphoreWait},
    {Kind::ConditionWait, Kind::ConditionWoken, ObjectKind::Condition, State::ConditionWait},
    {Kind::EventWait, Kind::EventWoken, ObjectKind::Event, State::EventWait},
    {Kind::BarrierWait, Kind::BarrierWoken, ObjectKind::Barrier, State::BarrierWait},
};

TEST(SyncWaits, SayWhatAThreadWaitsForAndSinceWhen) {
  for (const Row& row : kRows) {
    EventBuilder builder;
    const auto root = builder.root();
    const auto thing = builder.make(root, row.object, "it");
    builder.wait_for(row.begin, root, thing);
    const Model model = fold(builder);

    const Thread* thread = model.threads().find({root, 0});
    ASSERT_NE(thread, nullptr);
    EXPECT_EQ(thread->state, row.state);
    EXPECT_EQ(thread->object, model.objects().lookup(root, thing.number));
    EXPECT_GT(thread->since_ns, 0U);
    EXPECT_EQ(model.journal().refused + model.journal().unknown, 0U);
  }
}

TEST(SyncWaits, AreOverWhenToldSo) {
  for (const Row& row : kRows) {
    EventBuilder builder;
    const auto root = builder.root();
    const auto thing = builder.make(root, row.object, "it");
    builder.wait_for(row.begin, root, thing);
    builder.woken(row.end, root, thing);
    const Model model = fold(builder);

    EXPECT_FALSE(model.threads().find({root, 0})->waiting());
    ASSERT_EQ(model.threads().waits().rows().size(), 1U);
    EXPECT_EQ(model.threads().waits().rows().back().state, row.state);
  }
}

TEST(SyncWaits, APermitEndsTheWaitForIt) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto slots = builder.make(root, ObjectKind::BoundedSemaphore, "slots");
  builder.wait_for(Kind::SemaphoreWait, root, slots);
  builder.permit(root, slots);

  EXPECT_FALSE(fold(builder).threads().find({root, 0})->waiting());
}

TEST(SyncWaits, ThoseForTheDeadEndByOwnerDied) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto slots = builder.make(root, ObjectKind::Semaphore, "slots");
  builder.wait_for(Kind::SemaphoreWait, root, slots);
  builder.add(Kind::SemaphoreOwnerDied, root, {.a = 4711, .object = slots.number, .c = 1});
  const Model model = fold(builder);

  ASSERT_EQ(model.threads().waits().rows().size(), 1U);
  EXPECT_EQ(model.threads().waits().rows().back().outcome, WaitOutcome::OwnerDied);
}

TEST(LockTable, ListsRLocksAsItDoesLocks) {
  EventBuilder builder;
  const auto root = builder.root();
  const auto nested = builder.make(root, ObjectKind::RLock, "nested");
  builder.got(root, nested);
  const Model model = fold(builder);

  const Lock* row = model.locks().find(model.objects().lookup(root, nested.number));
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->holder.process, root);
}

}  // namespace
