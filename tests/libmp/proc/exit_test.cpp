// How processes end, and what a program does with its children when it ends itself.
#include "guarded.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/process.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <signal.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace proc_test {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;

support::ChildEnd run(const std::string& mode, const std::string& redirection = "") {
  return support::run_command(
      {"/bin/sh", "-c", std::string() + EXIT_PROGRAM + " " + mode + redirection});
}

struct ExitCase {
  mp::SystemExit exit;
  int code;
};

TEST(SystemExit, ValuesMapToExitCodes) {
  const std::vector<ExitCase> cases = {
      {mp::SystemExit(), 0},     {mp::SystemExit(0), 0},     {mp::SystemExit(8), 8},
      {mp::SystemExit(true), 1}, {mp::SystemExit(false), 0}, {mp::SystemExit(255), 255},
      {mp::SystemExit(256), 0},  {mp::SystemExit(-1), 255},
  };
  for (const ExitCase& one : cases) {
    Guarded sut([one] { throw one.exit; });
    sut->start();
    EXPECT_EQ(sut.end(), one.code) << one.exit.code();
  }
}

TEST(SystemExit, ATextGoesToStderrAndMeansOne) {
  EXPECT_EQ(run("exits_with_text").output, "ignore this\ncode 1\n");
}

TEST(SystemExit, PassesHandlersOfErrors) {
  Guarded sut([] {
    try {
      throw mp::SystemExit(5);
    } catch (const std::exception&) {
      throw mp::SystemExit(6);
    }
  });
  sut->start();
  EXPECT_EQ(sut.end(), 5);
}

TEST(ChildExit, AnExceptionIsReportedUnderTheNameOfTheProcess) {
  EXPECT_EQ(run("throws_error").output,
            "Process worker-1:\nmp::ValueError: no such colour\ncode 1\n");
}

TEST(ChildExit, AnExceptionIsReportedWithItsCause) {
  EXPECT_THAT(run("throws_nested").output,
              AllOf(HasSubstr("Process worker-1:\n"),
                    HasSubstr("cannot save\ncaused by std::runtime_error: disk full\n"),
                    HasSubstr("code 1\n")));
}

TEST(ChildExit, AnythingThrownIsNamed) {
  EXPECT_EQ(run("throws_odd").output, "Process worker-1:\n(anonymous namespace)::Odd\ncode 1\n");
}

TEST(ChildExit, JoinsTheGrandchildrenFirst) {
  EXPECT_EQ(run("child_joins_its_own").output, "child returns\ngrandchild done\nmain joined\n");
}

TEST(ChildExit, ByExitJoinsTheGrandchildrenToo) {
  EXPECT_EQ(run("child_calls_exit").output, "grandchild done\ncode 9\n");
}

TEST(ChildExit, DestroysItsOwnStaticsAndNothingOfTheParents) {
  const std::string output = run("destroys_statics_once").output;

  EXPECT_EQ(output,
            "destroyed: local of the child\n"
            "destroyed: static of the child\n"
            "code 0\n"
            "destroyed: thread_local of the parent\n"
            "atexit of the parent\n"
            "destroyed: static of the parent\n");
}

TEST(ChildExit, DestroysTheTargetOnEachSideOnce) {
  const std::string output = run("destroys_the_target").output;

  EXPECT_THAT(output, AllOf(HasSubstr("target destroyed in child\n"),
                            HasSubstr("target destroyed in MainProcess\n")));
  EXPECT_EQ(output.size(),
            std::string("target destroyed in child\ntarget destroyed in MainProcess\n").size());
}

TEST(ChildExit, PrintsNothingTwice) {
  const std::string output = run("prints_once", " > out.$$; cat out.$$; rm out.$$").output;
  // Two buffers, so their order in the file is their own; each text is there once.
  for (const char* text : {"by the parent, before; ", "by printf, before; ", "by the child; ",
                           "by printf in the child; ", "by the parent, after"}) {
    const std::size_t first = output.find(text);
    ASSERT_NE(first, std::string::npos) << text << " is missing in: " << output;
    EXPECT_EQ(output.find(text, first + 1), std::string::npos)
        << text << " is there twice in: " << output;
  }
}

TEST(ChildExit, NeedsNoStandardStreams) { EXPECT_EQ(run("closed_stdio").output, "code 1\n"); }

// Neither the parent, which flushes before the fork, nor the child is stopped by it.
TEST(ChildExit, NeedsNoStreamThatCanBeFlushed) {
  EXPECT_EQ(run("broken_streams").output, "code 0\n");
}

TEST(ChildExit, ReadsNothingOfItsParentsInput) {
  EXPECT_EQ(run("reads_stdin", " <<'end'\nabc\nend\n").output,
            "child reads -1\nchild gets a word: 0\nmain reads ab\n");
}

TEST(ProgramExit, WaitsForItsChildrenAndKeepsItsCode) {
  const support::ChildEnd end = run("joins_at_exit");

  EXPECT_EQ(end.code, 4);
  EXPECT_EQ(end.output, "main done\nchild done\n");
}

TEST(ProgramExit, TerminatesDaemons) {
  const support::ChildEnd end = run("terminates_daemons");

  EXPECT_EQ(end.code, 0);
  const int daemon = std::stoi(end.output.substr(end.output.find(' ')));
  EXPECT_EQ(::kill(daemon, 0), -1) << "the daemon is still there";
}

TEST(ProgramExit, KillsDaemonsThatIgnoreTheSignal) {
  EXPECT_EQ(run("kills_stubborn_daemons").code, 0);
}

TEST(ProgramExit, OfABareForkLeavesTheChildrenAlone) {
  const support::ChildEnd end = run("raw_fork_exits");

  EXPECT_EQ(end.code, 0);
  EXPECT_EQ(end.output, "child done\n");
}

// What a program that ended well leaves in the folder of live files.
std::ptrdiff_t left_behind(const std::string& mode) {
  const support::TempDir runtime;
  const support::ChildEnd end = support::run_command(
      {"/usr/bin/env", "XDG_RUNTIME_DIR=" + runtime.path().string(), EXIT_PROGRAM, mode});
  EXPECT_TRUE(end.ok()) << end.text();
  const std::filesystem::recursive_directory_iterator all(runtime.path() / "libmp");
  return std::count_if(begin(all), {},
                       [](const auto& entry) { return entry.path().extension() == ".mpi"; });
}

TEST(Exit, ChildrenThatWereKilledOnPurposeLeaveNoLiveFiles) {
  EXPECT_EQ(left_behind("kills_a_child"), 0);
  EXPECT_EQ(left_behind("terminates_daemons"), 0);
}

TEST(Exit, TheLiveFileOfAChildThatFailedStaysForQuestions) {
  EXPECT_EQ(left_behind("kills_a_child_and_another_fails"), 1);
}

}  // namespace
}  // namespace proc_test
