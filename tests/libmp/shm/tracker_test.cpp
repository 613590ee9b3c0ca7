// The resource tracker, by programs of their own that are killed.
#include "shm/tracker.hpp"

#include "os/journal.hpp"
#include "shm/tracker_main.hpp"
#include "support/block_names.hpp"
#include "support/child_scope.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/shared_memory.hpp>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>

namespace mp {
namespace {

using support::block_exists;
using support::ChildScope;
using support::is_soon;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::seconds kPatience{60};

std::vector<std::string> command(std::vector<std::string> words) {
  words.insert(words.begin(), BLOCK_PROGRAM);
  return words;
}

std::vector<std::string> words_in(const std::string& output) {
  std::istringstream stream(output);
  return {std::istream_iterator<std::string>(stream), {}};
}

TEST(ResourceTracker, KilledProgramLeavesNoName) {
  ChildScope program(command({"hold", "2"}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(2));
  const std::vector<std::string> names = words_in(program.output());
  ASSERT_TRUE(block_exists(names.at(0)) && block_exists(names.at(1)));

  program.signal(SIGKILL);

  EXPECT_TRUE(is_soon([&] { return !block_exists(names[0]) && !block_exists(names[1]); }));
}

TEST(ResourceTracker, LineSaysWhatLeakedWhoMadeItAndWhere) {
  ChildScope program(command({"hold", "1"}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(1));
  const std::string name = words_in(program.output()).at(0);

  program.signal(SIGKILL);

  EXPECT_THAT(program.wait().output,
              ContainsRegex("shared_memory '/" + name +
                            "' \\(10 bytes, [0-9.]+ s old, made by MainProcess \\(pid " +
                            std::to_string(program.pid()) + "\\) at block_program.cpp:[0-9]+\\)"));
}

TEST(ResourceTracker, NameStaysWhileAProgramOfAnotherTreeHoldsTheBlock) {
  ChildScope program(command({"hold", "2"}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(2));
  const std::vector<std::string> names = words_in(program.output());
  SharedMemory held(names.at(0));

  program.signal(SIGKILL);

  ASSERT_TRUE(is_soon([&] { return !block_exists(names[1]); }));
  EXPECT_TRUE(block_exists(names[0]));
  held.close();
  EXPECT_TRUE(is_soon([&] { return !block_exists(names[0]); }));
}

TEST(ResourceTracker, ProgramThatOnlyLooksRemovesNothing) {
  SharedMemory block(create, 10);
  {
    ChildScope looker(command({"attach", block.name(), "tracked"}), kPatience);
    EXPECT_TRUE(looker.wait().ok()) << looker.wait().text();
    EXPECT_THAT(looker.output(), Not(HasSubstr("resource_tracker")));
  }
  block.close();

  EXPECT_TRUE(block_exists(block.name()));
  block.unlink();
}

TEST(ResourceTracker, NameThatIsTooLongForARecordIsAValueError) {
  EXPECT_THROW(shm::TrackedName::reserve(std::string(499, 'a'), {}, 1, ""), ValueError);
}

TEST(ResourceTracker, SaysNothingOfAProgramThatUnlinksBeforeItCloses) {
  ChildScope program(command({"tidy"}), kPatience);

  EXPECT_EQ(program.wait().output, "");
  EXPECT_TRUE(program.wait().ok());
}

TEST(ResourceTracker, NameThatItsMakerHasClosedIsALeakWhenAllHaveEnded) {
  ChildScope program(command({"leave"}), kPatience);

  EXPECT_TRUE(program.wait().ok());
  EXPECT_THAT(program.output(), HasSubstr("There appear to be 1 leaked shared_memory objects"));
  EXPECT_FALSE(block_exists(words_in(program.output()).at(0)));
}

TEST(ResourceTracker, WhatItKnowsSurvivesRewritesOfTheJournalAndItsOwnDeath) {
  ChildScope program(command({"churn"}), kPatience);
  ASSERT_TRUE(program.wait_for_output("psm_"));
  ASSERT_TRUE(program.wait_for_output("\n"));
  const std::string& output = program.output();
  const std::string name = output.substr(output.find("psm_"), 12);
  ASSERT_TRUE(block_exists(name));

  program.signal(SIGKILL);

  EXPECT_TRUE(is_soon([&] { return !block_exists(name); }));
}

TEST(ResourceTracker, IsNoChildOfItsProgram) {
  ChildScope program(
      [] {
        const SharedMemory block(create, 10);
        SharedMemory(block).unlink();
        return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD ? 0 : 1;
      },
      kPatience);

  EXPECT_TRUE(program.wait().ok()) << program.wait().text();
}

class ResourceTrackerByMethod : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Methods, ResourceTrackerByMethod,
                         testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

TEST_P(ResourceTrackerByMethod, BlockOfAKilledChildIsUnlinkedWhileItsTreeLives) {
  ChildScope program(command({"hold_below", GetParam()}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(1));
  const std::vector<std::string> words = words_in(program.output());
  ASSERT_TRUE(block_exists(words.at(1)));

  ::kill(std::stoi(words[0]), SIGKILL);

  EXPECT_TRUE(is_soon([&] { return !block_exists(words[1]); }));
  EXPECT_TRUE(program.wait_for_output("unlinked, its maker has ended"));
  EXPECT_THAT(program.output(), HasSubstr("Process-1 (pid " + words[0] + ")"));
}

TEST_P(ResourceTrackerByMethod, BlocksOfATreeAreUnlinkedWhenItsRootIsKilled) {
  ChildScope program(command({"hold_below", GetParam()}), kPatience);
  ASSERT_TRUE(program.wait_for_lines(1));
  const std::string name = words_in(program.output()).at(1);

  program.signal(SIGKILL);

  EXPECT_TRUE(is_soon([&] { return !block_exists(name); }));
}

TEST_P(ResourceTrackerByMethod, BlockThatAChildHasClosedIsThereForItsRelatives) {
  ChildScope program(command({"inherit", GetParam()}), kPatience);

  EXPECT_EQ(program.wait().output, "found\n");
}

// The journal as an enemy may have written it: no record is believed further than it can be
// checked.
TEST(ResourceTracker, JournalOfRandomBytesIsNotItsEnd) {
  ChildScope program(
      [] {
        const os::UniqueFd journal = os::create_journal();
        os::UniqueFd bell = os::create_bell();
        os::UniqueFd listening = os::listen_to(bell.get());
        bell.reset();
        shm::TrackerRecord record;
        for (unsigned round = 0; round < 500; ++round) {
          auto bytes = std::as_writable_bytes(std::span(&record, 1));
          std::generate(bytes.begin(), bytes.end(), [value = round]() mutable {
            value = value * 1103515245 + 12345;
            return static_cast<std::byte>(value >> 16);
          });
          record.state = static_cast<shm::BlockState>(round % 6);
          os::append(journal.get(), std::as_bytes(std::span(&record, 1)));
        }
        (void)shm::run_tracker(journal.get(), std::move(listening), os::create_bell());
        return 0;
      },
      kPatience);

  EXPECT_TRUE(program.wait().ok()) << program.wait().text();
}

}  // namespace
}  // namespace mp
