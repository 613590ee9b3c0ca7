#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "e2e/line.hpp"

namespace e2e {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(RecordAndReport, ADeadlockIsOneSentenceWithBothProcessesBothLocksAndHowLong) {
  const Line line;
  line.record(line.file("hang.mpr"), {"deadlock", "--seconds", "3"});

  const auto report = line.report(line.file("hang.mpr"), {"--fail-on", "deadlock"});

  EXPECT_EQ(report.code, 1) << report.text();
  std::istringstream lines(report.output);
  std::string sentence;
  while (std::getline(lines, sentence) && !(has(sentence, "eadlock") && has(sentence, "worker-1") && has(sentence, "worker-2"))) {
  }
  EXPECT_TRUE(has(report.output, "worker-1") && has(report.output, "worker-2")) << report.output;
  EXPECT_TRUE(has(report.output, "index") && has(report.output, "totals")) << report.output;
  EXPECT_TRUE(has(sentence, " s")) << report.output;
}

TEST(RecordAndReport, WhatTheRecorderEndsItselfIsNoProblemOfTheProgram) {
  const Line line;
  const std::string file = line.file("ended.mpr");
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "-o", file, "--for", "2", "--", MP_PIPELINE_PROGRAM, "deadlock", "--seconds", "50"}),
      std::chrono::seconds(60));

  const auto report = line.report(file, {"--fail-on", "worker-died"});

  EXPECT_EQ(report.code, 0) << record.text() << report.text();
  EXPECT_TRUE(has(report.output, "1 problem: deadlock of worker-1 and worker-2")) << report.output;
}

TEST(RecordAndReport, AGoodRunHasNoFindingAndExitsWithZero) {
  const Line line;
  const auto record = line.record(line.file("ok.mpr"), {"ok"});
  EXPECT_TRUE(record.ok()) << record.text();

  const auto report = line.report(line.file("ok.mpr"), {"--fail-on", "deadlock,owner-died,worker-died"});

  EXPECT_EQ(report.code, 0) << report.text();
}

TEST(RecordAndReport, AKilledWorkerIsNamedWithItsSignalWhatItHeldAndWhatItDid) {
  const Line line;
  const auto record = line.record(line.file("kill.mpr"), {"kill"});
  EXPECT_TRUE(record.ok()) << record.text();

  const auto report = line.report(line.file("kill.mpr"), {"--fail-on", "worker-died"});

  EXPECT_EQ(report.code, 1) << report.text();
  EXPECT_TRUE(has(report.output, "worker-2")) << report.output;
  EXPECT_TRUE(has(report.output, "SIGKILL")) << report.output;
  EXPECT_TRUE(has(report.output, "totals")) << report.output;
  EXPECT_TRUE(has(report.output, "photo-")) << "what it did: " << report.output;
}

TEST(RecordAndReport, TheExitCodeOfTheProgramIsThatOfRecord) {
  const Line line;
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "-o", line.file("x.mpr"), "--", MP_PIPELINE_PROGRAM, "--no-such-option"}),
      std::chrono::seconds(60));

  EXPECT_EQ(record.code, 2) << record.text();
}

TEST(RecordAndReport, StockSqliteListsProcessesObjectsWaitsAndSamples) {
  const Line line;
  line.record(line.file("run.mpr"), {"slow", "--seconds", "3"});

  const auto names = Line::query(line.file("run.mpr"), "select name from process order by name");
  EXPECT_TRUE(std::find(names.begin(), names.end(), "worker-1") != names.end()) << ::testing::PrintToString(names);
  const auto objects = Line::query(line.file("run.mpr"), "select name from object where name in ('jobs', 'results', 'totals') order by name");
  EXPECT_EQ(objects, (std::vector<std::string>{"jobs", "results", "totals"}));
  const auto waits = Line::query(line.file("run.mpr"), "select count(*) > 0 from wait");
  EXPECT_EQ(waits, std::vector<std::string>{"1"});
  const auto samples = Line::query(line.file("run.mpr"), "select count(*) > 0 from sample where rss > 0");
  EXPECT_EQ(samples, std::vector<std::string>{"1"});
}

TEST(RecordAndReport, JsonNamesTheFindingAndItsSubjects) {
  const Line line;
  line.record(line.file("hang.mpr"), {"deadlock", "--seconds", "2"});

  const auto report = line.report(line.file("hang.mpr"), {"--format", "json"});

  EXPECT_EQ(report.code, 0) << report.text();
  EXPECT_TRUE(has(report.output, "\"deadlock\"")) << report.output;
  EXPECT_TRUE(has(report.output, "\"complete\"")) << report.output;
}

TEST(Attach, AfterTheHangShowsTheSameDeadlock) {
  const Line line;
  support::ChildScope program({MP_PIPELINE_PROGRAM, "deadlock", "--seconds", "30"}, std::chrono::seconds(60));
  // Nothing was reported so far; what the recorder learns it reads from the live pages. The program hangs within a second
  // of its start, but when is its own affair: ask until it does.
  std::string output;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::string file = line.file("attach" + std::to_string(attempt) + ".mpr");
    const auto record = support::run_command(
        Line::inspector({"record", "-q", "-o", file, "--attach", std::to_string(program.pid()), "--for", "1"}),
        std::chrono::seconds(30));
    const auto report = line.report(file, {"--fail-on", "deadlock"});
    output = record.text() + report.text();
    if (report.code == 1) break;
  }

  EXPECT_TRUE(has(output, "worker-1") && has(output, "worker-2") && has(output, "index") && has(output, "totals")) << output;
  program.signal_group(SIGKILL);
}

}  // namespace
}  // namespace e2e
