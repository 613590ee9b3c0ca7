// What a reporter tells of the names of shared memory, whoever takes them away.
#include "report/block_watch.hpp"

#include "os/clock.hpp"
#include "os/named_memory.hpp"
#include "probe/probe.hpp"
#include "report/tree_reader.hpp"
#include "support/block_names.hpp"
#include "support/deadline.hpp"
#include "support/observed_child.hpp"
#include "wire/payload.hpp"

#include <csignal>
#include <string>

#include <gtest/gtest.h>

namespace mp::report {
namespace {

using support::of_kind;
using wire::EventKind;

// A block with a name of its own, which goes with it.
struct NamedBlock {
  std::string name = support::fresh_block_name("watch");
  os::UniqueFd file = os::make_block(4096, name);
  NamedBlock() { EXPECT_TRUE(os::give_name(file.get(), name)); }
  ~NamedBlock() {
    if (support::block_exists(name)) os::unlink_block(name);
  }
  [[nodiscard]] os::FileIdentity identity() const { return os::file_identity(file.get()); }
};

wire::Batch declaration(const NamedBlock& block, wire::ObjectKind kind, std::string name) {
  wire::ObjectInfo info;
  info.kind = kind;
  info.device = block.identity().device;
  info.inode = block.identity().inode;
  info.name = std::move(name);
  wire::Batch batch;
  batch.add({.t_ns = 1, .process = 77, .object = 5, .kind = EventKind::Declare}, encode(info));
  return batch;
}

wire::Batch look(BlockWatch& watch, std::uint64_t now_ns) {
  wire::Batch news;
  watch.look(news, now_ns);
  return news;
}

TEST(BlockWatch, SaysOnceThatANameIsGone) {
  const NamedBlock block;
  BlockWatch watch;
  watch.learn(declaration(block, wire::ObjectKind::SharedMemory, block.name));
  EXPECT_TRUE(look(watch, 1'000'000'000).events.empty());
  EXPECT_TRUE(watch.has_names());

  os::unlink_block(block.name);

  const wire::Batch news = look(watch, 2'000'000'000);
  ASSERT_EQ(news.events.size(), 1u);
  EXPECT_EQ(news.events[0].kind, EventKind::Unlinked);
  EXPECT_EQ(news.events[0].process, 77u);
  EXPECT_EQ(news.events[0].object, 5u);
  EXPECT_EQ(news.events[0].c, 1u);
  EXPECT_FALSE(watch.has_names());
  EXPECT_TRUE(look(watch, 3'000'000'000).events.empty());
}

TEST(BlockWatch, ANameThatAnotherBlockHasByNowIsGone) {
  const NamedBlock block;
  BlockWatch watch;
  watch.learn(declaration(block, wire::ObjectKind::ShareableList, block.name));
  os::unlink_block(block.name);
  const os::UniqueFd other = os::make_block(4096, block.name);
  ASSERT_TRUE(os::give_name(other.get(), block.name));

  EXPECT_EQ(look(watch, 1).events.size(), 1u);
}

TEST(BlockWatch, PassesOverWhatItCannotJudge) {
  const NamedBlock block;
  BlockWatch watch;

  watch.learn(declaration(block, wire::ObjectKind::Value, "Value-1"));
  watch.learn(declaration(block, wire::ObjectKind::SharedMemory, "../" + block.name));
  watch.learn(declaration(block, wire::ObjectKind::SharedMemory, std::string(200, 'x')));
  wire::ObjectInfo info;
  info.kind = wire::ObjectKind::SharedMemory;
  info.device = block.identity().device + 1;
  info.inode = 9;
  info.name = "of_another_mount";
  wire::Batch mount;
  mount.add({.t_ns = 1, .process = 77, .object = 6, .kind = EventKind::Declare}, encode(info));
  watch.learn(mount);

  EXPECT_FALSE(watch.has_names());
  EXPECT_TRUE(look(watch, 1).events.empty());
}

// A tree whose only process was killed while its block still had a name.
TEST(TreeReader, AfterTheEndItWaitsForWhoeverCleansUp) {
  const NamedBlock block;
  const os::FileIdentity identity = block.identity();
  support::ObservedChild scene([&] {
    probe::announce({.kind = wire::ObjectKind::SharedMemory,
                     .identity = {identity.device, identity.inode, 0},
                     .name = block.name});
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);
  TreeReader reader(scene.tree_dir());
  EXPECT_TRUE(of_kind(reader.poll(), EventKind::Unlinked).empty());
  EXPECT_FALSE(reader.finished());

  os::unlink_block(block.name);

  const support::Deadline deadline(std::chrono::seconds(20));
  std::size_t told = 0;
  while (told == 0 && !deadline.passed()) told = of_kind(reader.poll(), EventKind::Unlinked).size();
  EXPECT_EQ(told, 1u);
  EXPECT_TRUE(reader.finished());
}

TEST(TreeReader, ABlockThatStaysDoesNotKeepItForEver) {
  const NamedBlock block;
  const os::FileIdentity identity = block.identity();
  support::ObservedChild scene([&] {
    probe::announce({.kind = wire::ObjectKind::SharedMemory,
                     .identity = {identity.device, identity.inode, 0},
                     .name = block.name});
    ::raise(SIGKILL);
    return 0;
  });
  ASSERT_EQ(scene.child().wait().signal, SIGKILL);
  TreeReader reader(scene.tree_dir());

  const support::Deadline deadline(std::chrono::seconds(20));
  while (!reader.finished() && !deadline.passed()) (void)reader.poll();

  EXPECT_TRUE(reader.finished());
  EXPECT_TRUE(support::block_exists(block.name));
}

}  // namespace
}  // namespace mp::report
