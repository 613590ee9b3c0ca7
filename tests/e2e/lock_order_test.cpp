// Two orders of the same locks, from the library's probes to the report.
#include "e2e/line.hpp"

#include <filesystem>
#include <fstream>
#include <regex>

#include <gmock/gmock.h>

namespace e2e {
namespace {

using testing::HasSubstr;
using testing::Not;

class LockOrder : public testing::Test {
 protected:
  // Records a program of two orders to its end.
  std::string recorded(const std::string& program, const std::string& mode) {
    const std::string file = line.file("order.mpr");
    const auto record = support::run_command(
        Line::inspector({"record", "-q", "--level", "3", "-o", file, "--", program, mode}),
        std::chrono::seconds(60));
    EXPECT_TRUE(record.ok()) << record.text();
    return file;
  }

  std::string report(const std::string& file) {
    const auto report = line.report(file, {"--fail-on", "lock-order"});
    EXPECT_EQ(report.code, 1) << report.text();
    // Lines of the report are as long as a terminal is wide.
    return std::regex_replace(report.output, std::regex("\\n +"), " ");
  }

  std::string copy_of_the_program() {
    std::string copy = line.file("teller");
    std::filesystem::copy_file(MP_LOCK_ORDER_PROGRAM, copy);
    return copy;
  }

  // "e2e/lock_order_program.cpp:41", where the source has that remark.
  static std::string place_of(const std::string& remark) {
    std::ifstream source(MP_LOCK_ORDER_SOURCE);
    std::string text;
    for (int number = 1; std::getline(source, text); ++number) {
      if (text.ends_with("// " + remark))
        return "e2e/lock_order_program.cpp:" + std::to_string(number);
    }
    ADD_FAILURE() << "no " << remark << " in " << MP_LOCK_ORDER_SOURCE;
    return {};
  }

  static std::string both_orders() {
    return "worker-1 takes lock totals at " + place_of("transfer: inner") +
           " while it holds lock index and worker-2 takes lock index at " +
           place_of("refund: inner") + " while it holds lock totals: when they meet, both hang.";
  }

  Line line;
};

class LockOrderOf : public LockOrder, public testing::WithParamInterface<const char*> {};

// A child of spawn has the program elsewhere in its memory than its parent and its siblings.
TEST_P(LockOrderOf, IsAWarningThatNamesBothPlacesThoughNothingHung) {
  const std::string text = report(recorded(MP_LOCK_ORDER_PROGRAM, GetParam()));

  EXPECT_THAT(text,
              HasSubstr("1 problem: lock index and lock totals are taken in different orders."));
  EXPECT_THAT(text, HasSubstr(both_orders()));
  EXPECT_THAT(text, HasSubstr("worker-1 took lock totals (made at "));
  EXPECT_THAT(text, HasSubstr(", taken at " + place_of("transfer: outer") + ": 1 time"));
  EXPECT_THAT(text, HasSubstr(", taken at " + place_of("refund: outer") + ": 1 time"));
}

INSTANTIATE_TEST_SUITE_P(Method, LockOrderOf, testing::Values("fork", "spawn", "forkserver"));

// It ran for less time than lies between two looks at it.
TEST_F(LockOrder, IsToldAtTheEndOfTheRecordingToo) {
  const auto record = support::run_command(
      Line::inspector({"record", "--level", "3", "-o", line.file("told.mpr"), "--",
                       MP_LOCK_ORDER_PROGRAM, "fork"}),
      std::chrono::seconds(60));

  EXPECT_THAT(record.output,
              HasSubstr("1 problem: lock index and lock totals are taken in different orders."));
}

TEST_F(LockOrder, IsReadWhereTheProgramIsNot) {
  const std::string program = copy_of_the_program();
  const std::string file = recorded(program, "fork");
  std::filesystem::remove(program);

  EXPECT_THAT(report(file), HasSubstr(both_orders()));
}

TEST_F(LockOrder, OfAStrippedProgramNamesAddresses) {
  const std::string program = copy_of_the_program();
  const auto strip = support::run_command({"strip", program}, std::chrono::seconds(20));
  ASSERT_TRUE(strip.ok()) << strip.text();

  const std::string text = report(recorded(program, "fork"));

  EXPECT_THAT(text, HasSubstr("worker-1 takes lock totals at teller+0x"));
  EXPECT_THAT(text, Not(HasSubstr(place_of("transfer: inner"))));
}

TEST_F(LockOrder, OfAProgramWhoseFileIsGoneNamesAddresses) {
  const std::string text = report(recorded(copy_of_the_program(), "gone"));

  EXPECT_THAT(text, HasSubstr("worker-1 takes lock totals at teller (deleted)+0x"));
}

}  // namespace
}  // namespace e2e
