// The examples of Python's documentation print here what it says. That of "Logging" is
// tests/logging/log_parity_test.cpp.
#include "support/child_scope.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace {

using testing::MatchesRegex;
using testing::UnorderedElementsAreArray;

// What the example prints, stderr included; the test fails if it does not end well.
std::string output_of(const std::string& example, std::vector<std::string> arguments = {}) {
  arguments.insert(arguments.begin(), std::string(EXAMPLES) + "/" + example);
  const support::ChildEnd end = support::run_command(arguments);
  EXPECT_TRUE(end.ok()) << end.text();
  return end.output;
}

TEST(Examples, HelloGreetsFromAnotherProcess) { EXPECT_EQ(output_of("hello"), "hello bob\n"); }

TEST(Examples, ProcessIdsNamesTheMainProcessAsTheParent) {
  const std::string output = output_of("process_ids");
  ASSERT_THAT(output, MatchesRegex("main line\nprocess name: MainProcess\nparent process: 0\n"
                                   "process id: [0-9]+\n"
                                   "function f\nprocess name: Process-1\nparent process: [0-9]+\n"
                                   "process id: [0-9]+\nhello bob\n"));
  std::vector<std::string> ids;  // of each parent and process
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("parent process: ") == 0 || line.find("process id: ") == 0)
      ids.push_back(line.substr(line.rfind(' ') + 1));
  }
  ASSERT_EQ(ids.size(), 4U);
  EXPECT_EQ(ids[2], ids[1]) << "the child's parent is the main process";
  EXPECT_NE(ids[3], ids[1]);
}

TEST(Examples, StartMethodSaysHelloEitherWay) {
  EXPECT_EQ(output_of("start_method"), "hello\n");
  EXPECT_EQ(output_of("start_method", {"context"}), "hello\n");
}

TEST(Examples, ExchangeShowsTheListTwice) {
  EXPECT_EQ(output_of("exchange"), "[42, None, 'hello']\n[42, None, 'hello']\n");
}

// In Python's documentation it dead-locks.
TEST(Examples, JoiningEndsThoughTheItemWasNotTaken) {
  EXPECT_EQ(output_of("joining"), "joined, then read 1000000 letters\n");
}

TEST(Examples, PrintingPrintsWholeLines) {
  std::vector<std::string> expected;
  for (int i = 0; i < 10; ++i) expected.push_back("hello world " + std::to_string(i));
  std::vector<std::string> printed;
  std::istringstream lines(output_of("printing"));
  for (std::string line; std::getline(lines, line);) printed.push_back(line);
  EXPECT_THAT(printed, UnorderedElementsAreArray(expected));
}

TEST(Examples, TerminatingShowsTheLifeOfAProcess) {
  EXPECT_THAT(output_of("terminating"),
              MatchesRegex("<Process .* initial> False\n"
                           "<Process .* started> True\n"
                           "<Process .* stopped exitcode=-SIGTERM> False\n"
                           "True\n"));
}

}  // namespace
