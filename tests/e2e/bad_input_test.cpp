// Bad input gets one clear line, and nothing else is disturbed.
#include "e2e/line.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace e2e {
namespace {

void expect_one_line(const support::ChildEnd& end, std::string_view part) {
  EXPECT_EQ(end.code, 2) << end.text();
  EXPECT_EQ(std::count(end.output.begin(), end.output.end(), '\n'), 1) << end.output;
  EXPECT_NE(end.output.find(part), std::string::npos) << end.output;
}

TEST(BadRecording, ThatIsNotThereIsOneLine) {
  const Line line;
  expect_one_line(line.report(line.file("none.mpr")), "none.mpr");
}

TEST(BadRecording, OfForeignBytesIsOneLine) {
  const Line line;
  std::ofstream(line.file("text.mpr"))
      << "this is no recording, but it is long enough to be one: " << std::string(10'000, 'x');
  expect_one_line(line.report(line.file("text.mpr")), "text.mpr");
}

TEST(BadRecording, AnotherProgramsDatabaseIsOneLine) {
  const Line line;
  sqlite3* db = nullptr;
  ASSERT_EQ(::sqlite3_open(line.file("other.mpr").c_str(), &db), SQLITE_OK);
  ::sqlite3_exec(db, "create table process(x); insert into process values (1)", nullptr, nullptr,
                 nullptr);
  ::sqlite3_close(db);
  expect_one_line(line.report(line.file("other.mpr")), "other.mpr");
}

TEST(BadRecording, CutShortAnywhereIsAReportOrOneLineButNeverMore) {
  const Line line;
  line.record(line.file("whole.mpr"), {"ok", "--files", "20", "--size", "64k"});
  const auto whole = std::filesystem::file_size(line.file("whole.mpr"));
  for (int i = 1; i <= 12; ++i) {
    std::filesystem::copy_file(line.file("whole.mpr"), line.file("cut.mpr"),
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::resize_file(line.file("cut.mpr"), whole * static_cast<std::uintmax_t>(i) / 13);

    const auto end = line.report(line.file("cut.mpr"));

    ASSERT_TRUE(end.code.has_value()) << end.text();
    if (end.code != 0) expect_one_line(end, "cut.mpr");
  }
}

TEST(BadCommandLine, AnUnknownRuleListsTheKnownOnes) {
  const Line line;
  line.record(line.file("ok.mpr"), {"ok", "--files", "10", "--size", "16k"});

  expect_one_line(line.report(line.file("ok.mpr"), {"--fail-on", "deadlok"}), "deadlock");
}

TEST(BadCommandLine, AProgramThatIsNotThereIsOneLine) {
  const Line line;
  const auto end = support::run_command(
      Line::inspector({"record", "-o", line.file("x.mpr"), "--", "/no/such/program"}),
      std::chrono::seconds(30));

  EXPECT_EQ(std::count(end.output.begin(), end.output.end(), '\n'), 1) << end.output;
  EXPECT_EQ(end.code, 127) << end.text();
  EXPECT_FALSE(std::filesystem::exists(line.file("x.mpr")));
}

TEST(BadCommandLine, AWordThatIsNeitherCommandNorFileIsOneLine) {
  expect_one_line(support::run_command(Line::inspector({"recrod"}), std::chrono::seconds(30)),
                  "recrod");
}

TEST(BadCommandLine, AFolderThatIsNotThereIsNamed) {
  const Line line;
  expect_one_line(line.record(line.file("no/such/x.mpr"), {"ok"}),
                  "there is no folder " + line.file("no/such"));
}

TEST(Help, OfEachCommandTeachesByExample) {
  for (const std::string command :
       {"replay", "attach", "run", "record", "report", "shot", "ls", "demo"}) {
    const auto end =
        support::run_command(Line::inspector({command, "--help"}), std::chrono::seconds(30));

    EXPECT_EQ(end.code, 0) << end.text();
    EXPECT_NE(end.output.find("\n  mp-inspector " + command), std::string::npos) << end.output;
  }
}

TEST(Help, OfTheProgramNamesEachCommandInOneLine) {
  const auto end = support::run_command(Line::inspector({"--help"}), std::chrono::seconds(30));

  const std::string commands = end.output.substr(end.output.find("Subcommands:"));
  EXPECT_EQ(std::count(commands.begin(), commands.end(), '\n'), 11) << commands;
}

TEST(BadCommandLine, AnExistingFileIsNotOverwritten) {
  const Line line;
  std::ofstream(line.file("mine.mpr")) << "precious";

  const auto end = line.record(line.file("mine.mpr"), {"ok"});

  expect_one_line(end, "--force");
  EXPECT_EQ(std::filesystem::file_size(line.file("mine.mpr")), 8u);
}

}  // namespace
}  // namespace e2e
