// Two orders of the same locks, from the library's probes to the report.
#include "e2e/line.hpp"

#include <gmock/gmock.h>

namespace e2e {
namespace {

using testing::HasSubstr;

TEST(RecordAndReport, LocksInBothOrdersAreAWarningThoughNothingHung) {
  const Line line;
  const std::string file = line.file("order.mpr");
  const auto record = support::run_command(
      Line::inspector({"record", "-q", "--level", "3", "-o", file, "--", MP_LOCK_ORDER_PROGRAM}),
      std::chrono::seconds(60));
  ASSERT_TRUE(record.ok()) << record.text();

  const auto report = line.report(file, {"--fail-on", "lock-order"});
  EXPECT_EQ(report.code, 1) << report.text();
  EXPECT_THAT(report.output,
              HasSubstr("1 problem: lock index and lock totals are taken in different orders."));
  EXPECT_THAT(report.output, HasSubstr("worker-1 took lock totals (made at "));
  EXPECT_THAT(report.output, HasSubstr("lock_order_program.cpp:"));
}

}  // namespace
}  // namespace e2e
