// What libmp's programs log, compared with what CPython logs at the same moments.
#include "support/child_scope.hpp"

#include <chrono>
#include <regex>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using support::run_command;

constexpr std::chrono::seconds kPatience{50};  // CPython starts four processes

// CPython leaves the last line out when the daemon has ended by then.
std::string without_last_join(const std::string& output) {
  constexpr std::string_view kLine = "[INFO/MainProcess] calling join() for process Process-3\n";
  return output.substr(0, output.size() - (output.ends_with(kLine) ? kLine.size() : 0));
}

TEST(LogParity, TheSameProgramSaysTheSameInPython) {
  const auto python = run_command({"python3", LOG_PEER}, kPatience);
  ASSERT_EQ(python.code, 0) << python.text();

  const auto ours = run_command({LOG_PROGRAM});

  EXPECT_EQ(ours.code, 0);
  EXPECT_EQ(without_last_join(ours.output), without_last_join(python.output));
}

#ifdef LOG_EXAMPLE
// The chapter shows four lines of a session, with dots for the pid-like parts and for what lies
// between; its last one is today "process exiting with exitcode 0", also in Python.
TEST(LogParity, TheExampleOfTheDocumentationPrintsTheDocumentationsLines) {
  const std::regex document(
      R"(\[WARNING/MainProcess\] doomed
\[INFO/SyncManager-[0-9:]+\] child process calling self\.run\(\)
(?:.*\n)*?)"
      R"(\[INFO/MainProcess\] sending shutdown message to manager
(?:.*\n)*?)"
      R"(\[INFO/SyncManager-[0-9:]+\] (?:manager|process) exiting with exitcode 0
(?:.*\n)*)");

  const auto ours = run_command({LOG_EXAMPLE});

  EXPECT_EQ(ours.code, 0);
  EXPECT_TRUE(std::regex_match(ours.output, document)) << ours.output;
}
#endif

}  // namespace
