// What is known of a tree from its folder alone, when none of its processes lives any more.
#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/process_id.hpp"
#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "report/live_reader.hpp"
#include "report/tree_reader.hpp"
#include "support/observed_child.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace mp::report {
namespace {

using support::ObservedChild;

// A program that was killed after it had said something.
struct Killed {
  std::uint64_t before_ns = os::monotonic_ns();
  ObservedChild scene{[] {
    (void)probe::self_puid();
    probe::note("the last thing");
    ::raise(SIGKILL);
    return 0;
  }};
  Killed() { scene.child().wait(); }

  [[nodiscard]] LiveReader reader() const {
    auto opened = LiveReader::open(scene.live_files().at(0).string());
    EXPECT_TRUE(opened.ok());
    return std::move(opened.value());
  }
};

TEST(LiveReader, TheDeadStillSayWhichProgramTheyWere) {
  const Killed killed;

  const std::optional<wire::ProcessInfo> info = killed.reader().introduction();

  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->exe, os::executable(os::self().pid));
  EXPECT_EQ(info->command_line, os::command_line(os::self().pid));
}

TEST(LiveReader, ADamagedIntroductionIsNone) {
  const Killed killed;
  std::fstream file(killed.scene.live_files().at(0),
                    std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(wire::kDeclarationsOffset);
  file << std::string(64, '\xff');
  file.close();

  EXPECT_FALSE(killed.reader().introduction().has_value());
}

TEST(LiveReader, TheLastSignOfLifeLiesBetweenBirthAndNow) {
  const Killed killed;
  const LiveReader reader = killed.reader();

  EXPECT_GE(reader.last_sign_ns(), reader.identity().born_ns);
  EXPECT_GT(reader.last_sign_ns(), killed.before_ns);
  EXPECT_LT(reader.last_sign_ns(), os::monotonic_ns());
}

TEST(FoundTree, OfADeadProgramHasItsNameAndItsLastSign) {
  const Killed killed;
  const std::string dir = killed.scene.tree_dir();
  ::setenv("XDG_RUNTIME_DIR", std::filesystem::path(dir).parent_path().parent_path().c_str(), 1);

  const auto trees = find_trees();

  const auto tree = std::ranges::find(trees, dir, &FoundTree::dir);
  ASSERT_NE(tree, trees.end());
  EXPECT_EQ(tree->alive, 0U);
  EXPECT_EQ(tree->dead, 1U);
  EXPECT_EQ(tree->program, "report_test");
  EXPECT_GE(tree->last_sign_ns, tree->born_ns);
}

}  // namespace
}  // namespace mp::report
