// What the probes tell of shared memory: its names, their end, and the locks that go with it.
#include "probe/probe.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"
#include <libmp/array.hpp>
#include <libmp/shareable_list.hpp>
#include <libmp/shared_memory.hpp>
#include <libmp/value.hpp>

#include <csignal>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace mp {
namespace {

using support::of_kind;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using wire::EventKind;
using wire::ObjectKind;

// Runs the body in a process that is killed at its end; returns what it had told by then.
wire::Batch told_by(const std::function<void()>& body) {
  support::ObservedChild scene([&] {
    body();
    ::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(scene.child().wait().signal, SIGKILL);
  return report::TreeReader(scene.tree_dir(), {.watch = false}).poll();
}

std::vector<wire::ObjectInfo> declared(const wire::Batch& batch, ObjectKind kind) {
  std::vector<wire::ObjectInfo> found;
  for (const wire::Event& event : of_kind(batch, EventKind::Declare)) {
    const auto info = wire::decode_object_info(batch.payload_of(event));
    if (info && info->kind == kind) found.push_back(*info);
  }
  return found;
}

TEST(SharedMemory, TellsTheProbesWhoUnlinkedIt) {
  const wire::Batch batch = told_by([] {
    SharedMemory block(create, 4096);
    block.close();
    block.unlink();
  });

  const auto blocks = declared(batch, ObjectKind::SharedMemory);
  ASSERT_EQ(blocks.size(), 1u);
  EXPECT_THAT(blocks[0].name, StartsWith("psm_"));
  EXPECT_EQ(blocks[0].capacity, 4096u);
  EXPECT_THAT(blocks[0].site, HasSubstr("block_probe_test.cpp:"));
  const auto unlinked = of_kind(batch, EventKind::Unlinked);
  ASSERT_FALSE(unlinked.empty());
  EXPECT_EQ(unlinked[0].c, 0u);
  EXPECT_EQ(unlinked[0].object, of_kind(batch, EventKind::Retire).at(0).object);
}

TEST(ShareableList, IsAnnouncedAsWhatItIs) {
  const wire::Batch batch = told_by([] {
    ShareableList list({1, "two"});
    list.shm().unlink();
  });

  EXPECT_EQ(declared(batch, ObjectKind::ShareableList).size(), 1u);
  EXPECT_TRUE(declared(batch, ObjectKind::SharedMemory).empty());
}

TEST(Value, ItsLockIsCalledAfterIt) {
  const wire::Batch batch = told_by([] {
    const Value<int> counter(0, {.name = "counter"});
    const Value<int> other(0);
    const Array<int> cells(8, {.name = "cells"});
    const Value<int> bare(0, {.lock = false});
  });

  const auto locks = declared(batch, ObjectKind::RLock);
  ASSERT_EQ(locks.size(), 3u);
  EXPECT_EQ(locks[0].name, "lock of counter");
  EXPECT_THAT(locks[1].name, StartsWith("lock of Value (block_probe_test.cpp:"));
  EXPECT_EQ(locks[2].name, "lock of cells");
  const auto values = declared(batch, ObjectKind::Value);
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(values[0].site, locks[0].site);
}

}  // namespace
}  // namespace mp
