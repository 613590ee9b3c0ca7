// Blocks of shared memory: who answers for each, and which are left over.
#include "analysis/blocks.hpp"

#include "analysis/analyze.hpp"
#include "fold.hpp"
#include "support/event_builder.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

using support::EventBuilder;
using Kind = mp::wire::ObjectKind;
using namespace std::chrono_literals;

class Blocks : public testing::Test {
 protected:
  EventBuilder::Thing make(EventBuilder::Who maker, Kind kind = Kind::SharedMemory) {
    return builder.make(maker, kind, "psm_1", 4096, "main.cpp:12");
  }
  [[nodiscard]] Block only() const {
    model = fold(builder);
    const std::vector<Block> all = blocks(model);
    EXPECT_EQ(all.size(), 1U);
    return all.at(0);
  }
  [[nodiscard]] std::vector<Finding> leaks() const {
    model = fold(builder);
    return leak_findings(model, Names(model));
  }

  EventBuilder builder;
  EventBuilder::Puid root = builder.root();
  mutable model::Model model;
};

TEST_F(Blocks, AreMappedByThoseWhoHaveNotClosedThem) {
  const auto block = make(root);
  const auto child = builder.fork(root, "Worker-1");
  EXPECT_EQ(only().mappers, (std::vector<model::Puid>{root, child}));

  builder.retire(root, block);

  EXPECT_EQ(only().state, BlockState::InUse);
  EXPECT_EQ(only().mappers, std::vector<model::Puid>{child});
}

TEST_F(Blocks, UnlinkedIsNotGoneWhileSomebodyHasItMapped) {
  const auto block = make(root);
  const auto child = builder.fork(root, "Worker-1");
  builder.unlinked(root, block);
  builder.retire(root, block);

  EXPECT_EQ(only().state, BlockState::Unlinked);
  EXPECT_EQ(only().object->unlinked_by, root);

  builder.gone(child, -SIGKILL);

  EXPECT_EQ(only().state, BlockState::Gone);
  EXPECT_FALSE(only().has_memory());
}

TEST_F(Blocks, WhatItsMakerClosedWaitsForOthersToFindIt) {
  const auto child = builder.fork(root, "Worker-1");
  const auto block = make(child);
  builder.retire(child, block);
  builder.gone(child, 0);
  builder.after(10s).tick();

  EXPECT_EQ(only().state, BlockState::Closed);
  EXPECT_TRUE(leaks().empty());
}

TEST_F(Blocks, WhatADeadMakerHadOpenIsLeaked) {
  const auto child = builder.fork(root, "Worker-1");
  make(child);
  builder.gone(child, -SIGKILL);
  builder.after(3s).tick();

  EXPECT_EQ(only().state, BlockState::Leaked);
  const std::vector<Finding> found = leaks();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].rule, "leak");
  EXPECT_EQ(found[0].headline.plain(), "shared memory psm_1 (4.1 kB) is left over");
  EXPECT_EQ(found[0].sentence.plain(),
            "Shared memory psm_1 (4.1 kB), made by Worker-1 at main.cpp:12, is left over: no "
            "process has it mapped for 3.0 s, and nobody has unlinked it; Worker-1 was killed by "
            "SIGKILL.");
  EXPECT_EQ(found[0].subjects.front(), Subject::of_object(only().object->id));
}

TEST_F(Blocks, WhatIsLeftBehindByAWholeTreeIsLeakedThoughItWasClosed) {
  const auto block = make(root);
  builder.retire(root, block);
  builder.gone(root, 0);
  builder.after(3s).tick();

  EXPECT_EQ(only().state, BlockState::Leaked);
  EXPECT_EQ(leaks().size(), 1U);
}

TEST_F(Blocks, TheTrackerIsGivenASecond) {
  const auto child = builder.fork(root, "Worker-1");
  const auto block = make(child);
  builder.gone(child, -SIGKILL);
  builder.after(500ms).tick();
  EXPECT_TRUE(leaks().empty());

  builder.unlinked(child, block, true);
  builder.after(3s).tick();

  EXPECT_EQ(only().state, BlockState::Gone);
  EXPECT_EQ(only().object->unlinked_by, 0U);
  EXPECT_TRUE(leaks().empty());
}

TEST_F(Blocks, WhatAStrangerMadeIsNobodysLeakHere) {
  mp::wire::ObjectInfo info;
  info.kind = Kind::SharedMemory;
  info.device = 1;
  info.inode = 99;
  info.capacity = 4096;
  info.name = "psm_x";
  info.how = static_cast<std::uint16_t>(mp::wire::Acquired::Opened);
  builder.add(mp::wire::EventKind::Declare, root, {.object = 50}, encode(info));
  builder.gone(root, -SIGKILL);
  builder.after(3s).tick();

  EXPECT_EQ(only().state, BlockState::Closed);
  EXPECT_TRUE(leaks().empty());
}

TEST_F(Blocks, AValueHasNoNameToLeak) {
  make(root, Kind::Value);
  EXPECT_EQ(only().state, BlockState::InUse);

  builder.gone(root, -SIGKILL);
  builder.after(3s).tick();

  EXPECT_EQ(only().state, BlockState::Gone);
  EXPECT_TRUE(leaks().empty());
}

TEST_F(Blocks, AValueKnowsItsLockUnlessSeveralWereMadeAlike) {
  builder.make(root, Kind::Value, "counter", 8, "main.cpp:20");
  builder.make(root, Kind::RLock, "lock of counter", 0, "main.cpp:20");
  builder.make(root, Kind::Value, "cell", 8, "main.cpp:30");
  builder.make(root, Kind::RLock, "lock of cell", 0, "main.cpp:30");
  builder.make(root, Kind::Value, "cell", 8, "main.cpp:30");
  builder.make(root, Kind::RLock, "lock of cell", 0, "main.cpp:30");
  model = fold(builder);
  const std::vector<Block> all = blocks(model);

  EXPECT_EQ(Names(model).object(lock_of(model, *all.at(0).object)), "lock of counter");
  EXPECT_EQ(lock_of(model, *all.at(1).object), 0U);
}

}  // namespace
}  // namespace inspector::analysis
