// Connections, from the library's probes to the report and the window.
#include "e2e/line.hpp"

#include <filesystem>
#include <regex>

#include <gmock/gmock.h>

namespace e2e {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

TEST(RecordAndReport, TwoWhoWaitForEachOthersWordAreADeadlock) {
  const Line line;
  const std::string file = line.file("talk.mpr");
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "--level", "2", "-o", file, "--", MP_TALK_PROGRAM}),
      std::chrono::seconds(60));
  ASSERT_TRUE(record.ok()) << record.text();

  const auto report = line.report(file, {"--fail-on", "deadlock"});
  EXPECT_EQ(report.code, 1) << report.text();
  const std::string words = std::regex_replace(report.output, std::regex("\\n +"), " ");
  EXPECT_THAT(words, HasSubstr("worker-1 waits for data on connection "));
  EXPECT_THAT(words, HasSubstr("worker-2 waits for data on connection "));
  EXPECT_THAT(words, HasSubstr("talk_program.cpp:"));
  EXPECT_THAT(words, ContainsRegex("client +MainProcess +50 +50 +5.0 kB +unix, closed"));
  EXPECT_THAT(words, HasSubstr("Let one side speak while the other listens"));
}

}  // namespace
}  // namespace e2e
