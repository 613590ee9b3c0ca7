// Programs whose main() does, or does not, let children in.
#include "support/child_scope.hpp"

#include <csignal>
#include <string>

#include <gmock/gmock.h>

namespace proc_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// An exception that leaves main() is an abort.
TEST(FreezeSupport, AProgramThatForgetsItGetsTheReasonAndNoSecondProcess) {
  for (const char* method : {"spawn", "forkserver"}) {
    const support::ChildEnd end = support::run_command({FORGETFUL_PROGRAM, method});

    EXPECT_EQ(end.signal, SIGABRT) << end.text();
    EXPECT_THAT(end.output, HasSubstr("mp::freeze_support(argc, argv);"));
    EXPECT_THAT(end.output, Not(HasSubstr("the child got")));
  }
}

TEST(FreezeSupport, ForkDoesWithoutIt) {
  const support::ChildEnd end = support::run_command({FORGETFUL_PROGRAM, "fork"});

  EXPECT_TRUE(end.ok()) << end.text();
  EXPECT_EQ(end.output, "the child got 123\n");
}

// The executable is the forgetful program itself: each child would start another one.
TEST(FreezeSupport, AnExecutableThatForgetsItIsNoForkBomb) {
  for (const char* method : {"spawn", "forkserver"}) {
    const support::ChildEnd end =
        support::run_command({FORGETFUL_PROGRAM, method, FORGETFUL_PROGRAM});

    EXPECT_FALSE(end.ok()) << end.text();
    EXPECT_THAT(end.output, HasSubstr("freeze_support"));
    EXPECT_THAT(end.output, Not(HasSubstr("the child got")));
  }
}

TEST(FreezeSupport, AnExecutableOfAnotherBuildIsRefusedByBuildId) {
  const support::ChildEnd end = support::run_command({FORGETFUL_PROGRAM, "spawn", TREE_PROGRAM});

  EXPECT_EQ(end.code, 1) << end.text();
  EXPECT_THAT(end.output, HasSubstr("build-id"));
  EXPECT_THAT(end.output, Not(HasSubstr("the child got")));
}

TEST(FreezeSupport, SaysWhatIsWrongWhenTheMarkIsGivenByHand) {
  for (const char* mark : {"--multiprocessing-fork", "--multiprocessing-forkserver"}) {
    for (const char* descriptor : {"nonsense", "987", "0"}) {
      const support::ChildEnd end = support::run_command({TREE_PROGRAM, mark, descriptor});

      EXPECT_EQ(end.code, 1) << mark << " " << descriptor << ": " << end.text();
      EXPECT_THAT(end.output, HasSubstr("not by hand"));
    }
  }
}

}  // namespace
}  // namespace proc_test
