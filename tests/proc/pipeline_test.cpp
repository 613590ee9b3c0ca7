// The demo keeps its promises: each mode ends as its --help says, with the totals right.
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

support::ChildEnd pipeline(std::vector<std::string> words) {
  words.insert(words.begin(), PIPELINE);
  return support::run_command(words);
}

TEST(Pipeline, CountsEveryFileOnce) {
  const auto end = pipeline({"ok", "--files", "40", "--size", "16k"});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_THAT(end.output, AllOf(HasSubstr("   40 of 40 files"),
                                HasSubstr("main: 40 files, 3 of them copies; 655360 bytes"),
                                HasSubstr("every file was counted once")));
}

TEST(Pipeline, WorksOnAGivenFolderAndOnlyReadsIt) {
  const support::TempDir folder;
  std::ofstream(folder / "a") << "same";
  std::ofstream(folder / "b") << "same";
  std::ofstream(folder / "empty");

  const auto end = pipeline({"ok", folder.path().string(), "--workers=1"});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_THAT(end.output, HasSubstr("main: 3 files, 1 of them copies; 8 bytes"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 3);
}

TEST(Pipeline, WithNothingToDoEnds) {
  const support::TempDir folder;

  const auto end = pipeline({folder.path().string()});

  EXPECT_EQ(end.code, 0) << end.text();
}

TEST(Pipeline, GoesRoundForAsLongAsItIsTold) {
  const auto end = pipeline({"ok", "--files", "10", "--size", "4k", "--seconds", "1"});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_THAT(end.output, ContainsRegex("main: [0-9]+0 files"));
}

TEST(Pipeline, SurvivesASlowConsumer) {
  const auto end = pipeline({"slow", "--files", "20", "--size", "4k"});

  EXPECT_EQ(end.code, 0) << end.text();
}

TEST(Pipeline, LosesNothingWhenAWorkerIsKilledWithTheLockInItsHands) {
  const auto end = pipeline({"kill", "--files", "40", "--size", "64k"});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_THAT(end.output, AllOf(ContainsRegex("Lock 'totals': its owner, process worker-2 \\(pid "
                                              "[0-9]+\\), died, killed by SIGKILL"),
                                HasSubstr("main: worker-2 was ended by signal 9"),
                                HasSubstr("every file was counted once")));
}

TEST(Pipeline, HangsInADeadlockUntilItIsGivenUp) {
  const auto end = pipeline({"deadlock", "--seconds", "1", "--size", "4k"});

  EXPECT_EQ(end.code, 1) << end.text();
  EXPECT_THAT(end.output, HasSubstr("main: given up: the workers hang"));
}

TEST(Pipeline, ExplainsItself) {
  EXPECT_THAT(pipeline({"--help"}).output, HasSubstr("mp-inspector record"));
  EXPECT_EQ(pipeline({"--workers"}).code, 2);
  EXPECT_EQ(pipeline({"--workers", "0"}).code, 2);
  EXPECT_EQ(pipeline({"no-such-mode"}).code, 2);
}

}  // namespace
