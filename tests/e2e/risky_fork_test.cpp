// What the look around before a fork finds, from the library to the report.
#include "e2e/line.hpp"

#include <gmock/gmock.h>

namespace e2e {
namespace {

using testing::HasSubstr;

TEST(RecordAndReport, ARiskyForkIsToldAsANotice) {
  const Line line;
  const std::string file = line.file("fork.mpr");
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "-o", file, "--", MP_RISKY_FORK_PROGRAM}),
      std::chrono::seconds(60));
  ASSERT_TRUE(record.ok()) << record.text();

  const auto rows = Line::query(file, "select rule from alarm");
  EXPECT_EQ(rows, std::vector<std::string>{"fork-risk"}) << testing::PrintToString(rows);
  const auto report = line.report(file, {"--fail-on", "any"});
  EXPECT_EQ(report.code, 0) << report.text();
  EXPECT_THAT(report.output, HasSubstr("No problems seen"));
  EXPECT_THAT(report.output, HasSubstr("i  MainProcess forked worker-1 while "));
  EXPECT_THAT(report.output, HasSubstr("lock ledger was held"));
  EXPECT_THAT(report.output, HasSubstr("What to do: Start processes before threads"));
}

TEST(RecordAndReport, ARiskyForkFailsTheReportOfWhoAsksForIt) {
  const Line line;
  const std::string file = line.file("fork.mpr");
  support::run_command(Line::inspector({"record", "-q", "-o", file, "--", MP_RISKY_FORK_PROGRAM}),
                       std::chrono::seconds(60));

  EXPECT_EQ(line.report(file, {"--fail-on", "fork-risk"}).code, 1);
}

}  // namespace
}  // namespace e2e
