// The programs of Python's documentation that share memory print what the documentation prints.
#include "support/child_scope.hpp"

#include <gtest/gtest.h>

namespace {

using support::run_command;

TEST(SharingExamples, ValueAndArrayPrintWhatTheDocumentPrints) {
  const auto end = run_command({SHARING_STATE});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_EQ(end.output,
            "3.1415927\n"
            "[0, -1, -2, -3, -4, -5, -6, -7, -8, -9]\n");
}

// The document shows the second line as 0.11111111111111111: the same number, as Python before 3.1
// wrote it.
TEST(SharingExamples, SharedctypesPrintsWhatTheDocumentPrints) {
  const auto end = run_command({SHAREDCTYPES});

  EXPECT_EQ(end.code, 0) << end.text();
  EXPECT_EQ(end.output,
            "49\n"
            "0.1111111111111111\n"
            "HELLO WORLD\n"
            "[(3.515625, 39.0625), (33.0625, 4.0), (5.640625, 90.25)]\n");
}

}  // namespace
