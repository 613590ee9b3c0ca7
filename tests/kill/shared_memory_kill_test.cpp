// SIGKILL at random instructions of processes that make, hold and unlink named blocks: whatever is
// left is gone soon.
#include "kill/storm.hpp"
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include <libmp/shareable_list.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace kill_test {
namespace {

using namespace std::chrono_literals;
using support::blocks_called;
using support::ChildScope;

constexpr int kCrew = 4;
constexpr int kKills = 300;
constexpr int kRootKills = 60;
constexpr std::chrono::seconds kPatience{120};

// Makes lists, attaches its own, unlinks some and is killed with the others.
[[noreturn]] void make_blocks(const std::string& prefix) {
  std::mt19937 random(static_cast<unsigned>(::getpid()));
  std::vector<mp::ShareableList<>> kept;
  for (unsigned i = 0;; ++i) {
    const std::string name = prefix + std::to_string(::getpid()) + "_" + std::to_string(i);
    kept.push_back(mp::ShareableList<>({"text", 1, nullptr}, {.name = name}));
    const auto same = mp::ShareableList<>::attach(name);
    same.set(1, 2);
    if (kept.size() > 5) {
      for (const mp::ShareableList<>& list : kept) list.shm().unlink();
      kept.clear();
    }
    if (!kept.empty() && random() % 2 == 0) {
      kept.back().shm().unlink();
      kept.pop_back();
    }
  }
}

TEST(SharedMemoryKill, BlocksOfKilledProcessesAreGoneWhileTheirTreeLives) {
  const std::string prefix = support::fresh_block_name("storm") + "_";
  ChildScope scope(
      [&prefix] {
        {
          mp::SharedMemory first(mp::create, 1);  // so that all have one tracker
          first.unlink();
          Storm storm(kCrew, [&](int) { make_blocks(prefix); }, 7);
          for (int i = 0; i < kKills; ++i) storm.strike(2ms);
        }
        Storm::require_soon([&] { return blocks_called(prefix).empty(); }, "nothing is left over");
        return 0;
      },
      kPatience);

  EXPECT_TRUE(scope.wait().code == 0) << scope.wait().text();
  EXPECT_TRUE(blocks_called(prefix).empty());
}

TEST(SharedMemoryKill, BlocksOfATreeAreGoneWhenItsRootIsKilled) {
  const std::string prefix = support::fresh_block_name("root") + "_";
  std::mt19937 random(11);
  for (int i = 0; i < kRootKills; ++i) {
    ChildScope program({BLOCK_PROGRAM, "storm", prefix + std::to_string(i) + "_"}, kPatience);
    ASSERT_TRUE(program.wait_for_output("begun\n"));
    const auto pause = std::chrono::microseconds(random() % 20'000);
    const auto until = std::chrono::steady_clock::now() + pause;
    while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    program.signal(SIGKILL);
    EXPECT_TRUE(support::is_soon([&] { return blocks_called(prefix).empty(); }));
  }
}

}  // namespace
}  // namespace kill_test
