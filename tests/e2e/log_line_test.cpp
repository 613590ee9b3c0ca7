// What a program logs, from its logger to the recording's table and the report.
#include "e2e/line.hpp"

#include <gtest/gtest.h>

namespace e2e {
namespace {

TEST(RecordAndReport, WhatAProgramLogsStandsInTheRecordingAndInTheReport) {
  const Line line;
  const std::string file = line.file("log.mpr");
  const auto record =
      support::run_command(Line::inspector({"record", "-q", "-o", file, "--", MP_LOGGING_PROGRAM}),
                           std::chrono::seconds(60));
  ASSERT_TRUE(record.ok()) << record.text();

  const auto rows = Line::query(
      file,
      "select p.name, l.level, l.text from log l join process p on p.id = l.process order by l.t");
  const std::vector<std::string> expected = {"MainProcess|30|doomed",
                                             "SyncManager-1|20|child process calling self.run()",
                                             "MainProcess|20|sending shutdown message to manager",
                                             "SyncManager-1|20|process shutting down",
                                             "SyncManager-1|20|process exiting with exitcode 0",
                                             "MainProcess|20|process shutting down"};
  EXPECT_EQ(rows, expected) << ::testing::PrintToString(rows);

  const auto report = line.report(file);
  EXPECT_NE(report.output.find("WARNING  MainProcess    doomed"), std::string::npos)
      << report.output;
}

}  // namespace
}  // namespace e2e
