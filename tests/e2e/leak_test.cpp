// Shared memory that nobody answers for, from the library's probes to the report.
#include "e2e/line.hpp"
#include "support/block_names.hpp"

#include <filesystem>
#include <string>
#include <string_view>

#include <gmock/gmock.h>

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RecordAndReport, ALeakedBlockIsAFindingUnlessTheTrackerHasTakenItAway) {
  const Line line;
  const std::string file = line.file("leak.mpr");
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "-o", file, "--", MP_LEAK_PROGRAM}),
      std::chrono::seconds(60));
  ASSERT_TRUE(record.ok()) << record.text();
  // The tracker's words on the other block may come before or after.
  constexpr std::string_view kWords = "left over: ";
  std::size_t at = record.output.find(kWords);
  ASSERT_NE(at, std::string::npos) << record.text();
  at += kWords.size();
  const std::string name = record.output.substr(at, record.output.find('\n', at) - at);
  ASSERT_TRUE(support::block_exists(name));
  std::filesystem::remove("/dev/shm/" + name);

  const auto report = line.report(file, {"--fail-on", "leak"});
  EXPECT_EQ(report.code, 1) << report.text();
  EXPECT_THAT(report.output, HasSubstr("Shared memory " + name + " (4.1 kB), made by MainProcess"));
  EXPECT_THAT(report.output, HasSubstr("leak_program.cpp:"));
  EXPECT_THAT(report.output, Not(HasSubstr("8.2 kB")));
}

}  // namespace
}  // namespace e2e
