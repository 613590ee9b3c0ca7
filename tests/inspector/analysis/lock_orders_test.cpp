// Lock orders: what is told of locks that are taken in one order here and in another there.
#include "analysis/lock_orders.hpp"

#include "analysis/analyze.hpp"
#include "fold.hpp"
#include "support/event_builder.hpp"

#include <initializer_list>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using Who = EventBuilder::Who;
using Thing = EventBuilder::Thing;
using namespace std::chrono_literals;

class LockOrders : public testing::Test {
 protected:
  // One after the other, and all released again.
  void take(Who who, std::initializer_list<Thing> locks) {
    for (const Thing lock : locks) builder.got(who, lock);
    for (const Thing lock : locks) builder.free(who, lock);
  }
  [[nodiscard]] std::vector<Finding> found() const {
    const model::Model model = fold(builder);
    return lock_order_findings(model, Names(model));
  }

  EventBuilder builder;
  EventBuilder::Puid root = builder.root();
  Thing index = builder.lock(root, "index", "store.cpp:41");
  Thing totals = builder.lock(root, "totals", "store.cpp:88");
  Thing gate = builder.lock(root, "gate");
  EventBuilder::Puid first = builder.fork(root, "worker-1");
  EventBuilder::Puid second = builder.fork(root, "worker-2");
};

TEST_F(LockOrders, BothOrdersAreAWarningThoughNothingHung) {
  take(first, {index, totals});
  take(second, {totals, index});

  const std::vector<Finding> all = found();

  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].rule, "lock-order");
  EXPECT_EQ(all[0].severity, Severity::Warning);
  EXPECT_EQ(all[0].headline.plain(), "lock index and lock totals are taken in different orders");
  EXPECT_EQ(all[0].sentence.plain(),
            "worker-1 takes lock totals while it holds lock index and worker-2 takes lock index "
            "while it holds lock totals: when they meet, both hang.");
  ASSERT_EQ(all[0].details.size(), 2U);
  EXPECT_EQ(all[0].details[0].plain(),
            "worker-1 took lock totals (made at store.cpp:88) while it held lock index (made at "
            "store.cpp:41): 1 time");
}

// As level 3 tells it.
TEST_F(LockOrders, NamesThePlacesWhereTheLocksWereTaken) {
  builder.call_site(first, 1, {.line = 40, .file = "/src/bank/transfer.cpp"});
  builder.call_site(first, 2, {.line = 41, .file = "/src/bank/transfer.cpp"});
  builder.call_site(second, 1, {.line = 17, .file = "/src/bank/refund.cpp"});
  builder.got(first, index, 1);
  builder.got(first, totals, 2);
  builder.free(first, totals);
  builder.free(first, index);
  builder.got(second, totals);
  builder.got(second, index, 1);

  const std::vector<Finding> all = found();

  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].sentence.plain(),
            "worker-1 takes lock totals at bank/transfer.cpp:41 while it holds lock index and "
            "worker-2 takes lock index at bank/refund.cpp:17 while it holds lock totals: when they "
            "meet, both hang.");
  ASSERT_EQ(all[0].details.size(), 2U);
  EXPECT_EQ(
      all[0].details[0].plain(),
      "worker-1 took lock totals (made at store.cpp:88) at bank/transfer.cpp:41 while it held "
      "lock index (made at store.cpp:41), taken at bank/transfer.cpp:40: 1 time");
  EXPECT_EQ(all[0].details[1].plain(),
            "worker-2 took lock index (made at store.cpp:41) at bank/refund.cpp:17 while it held "
            "lock totals (made at store.cpp:88): 1 time");
}

TEST_F(LockOrders, OneOrderEverywhereIsRight) {
  for (int i = 0; i < 10; ++i) {
    take(first, {index, totals});
    take(second, {index, totals});
  }
  EXPECT_TRUE(found().empty());
}

TEST_F(LockOrders, OneThreadCannotMeetItself) {
  take(first, {index, totals});
  take(first, {totals, index});
  EXPECT_TRUE(found().empty());
  take(second, {index, totals});
  EXPECT_EQ(found().size(), 1U);
}

TEST_F(LockOrders, ThreeInACircleAreOneFinding) {
  take(first, {index, totals});
  take(second, {totals, gate});
  take(root, {gate, index});

  const std::vector<Finding> all = found();

  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].title, "Locks in a circle of orders");
  EXPECT_EQ(all[0].headline.plain(),
            "lock index, lock totals and lock gate are taken in different orders");
}

TEST_F(LockOrders, ALockThatIsAlwaysHeldAsWellKeepsThemApart) {
  take(first, {gate, index, totals});
  take(second, {gate, totals, index});
  EXPECT_TRUE(found().empty());
  // Until somebody goes past it.
  take(first, {index, totals});
  EXPECT_EQ(found().size(), 1U);
}

TEST_F(LockOrders, AReleasedLockIsNotHeld) {
  take(first, {index});
  take(first, {totals});
  take(second, {totals, index});
  EXPECT_TRUE(found().empty());
}

// Its release may be among what was lost.
TEST_F(LockOrders, AHoldFromBeforeALossDoesNotCount) {
  builder.got(first, index);
  builder.lost(first, 100);
  builder.got(first, totals);
  take(second, {totals, index});
  EXPECT_TRUE(found().empty());
}

// The live page may be read between its own entry and the event.
TEST_F(LockOrders, AHoldThatWasFoundJustBeforeItWasToldCounts) {
  for (const Thing lock : {index, totals})
    builder.add(EventBuilder::Kind::Held, first, {.object = lock.number, .c = 1});
  builder.got(first, index);
  builder.got(first, totals);
  builder.free(first, totals);
  builder.free(first, index);
  take(second, {totals, index});

  EXPECT_EQ(found().size(), 1U);
}

TEST_F(LockOrders, TheFindingStaysTheSameAsMoreHappens) {
  take(first, {index, totals});
  take(second, {totals, index});
  const std::uint64_t id = found().at(0).id;
  take(second, {totals, index});
  take(root, {index, totals});
  ASSERT_EQ(found().size(), 1U);
  EXPECT_EQ(found()[0].id, id);
  EXPECT_EQ(found()[0].details[1].plain().substr(0, 8), "worker-2");
}

TEST_F(LockOrders, SurvivesACheckpoint) {
  take(first, {index, totals});
  take(second, {totals, index});
  const auto back = model::Model::deserialize(fold(builder).serialize());
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(lock_order_findings(back.value(), Names(back.value())).size(), 1U);
}

}  // namespace
}  // namespace inspector::analysis
