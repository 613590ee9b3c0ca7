#include "analysis/words.hpp"

#include <gtest/gtest.h>

namespace inspector::analysis {
namespace {

TEST(Words, DurationsReadInThreeDigitsOrTwoUnits) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(740), "740 ns");
  EXPECT_EQ(duration_text(12'440), "12.4 µs");
  EXPECT_EQ(duration_text(340'000'000), "340 ms");
  EXPECT_EQ(duration_text(2'350'000), "2.4 ms");
  EXPECT_EQ(duration_text(12'400'000'000), "12.4 s");
  EXPECT_EQ(duration_text(125'000'000'000), "2 min 05 s");
  EXPECT_EQ(duration_text(3'720'000'000'000), "1 h 02 min");
  EXPECT_EQ(duration_text(273'600'000'000'000), "3 d 04 h");
}

TEST(Words, DurationsRoundIntoTheNextUnit) {
  EXPECT_EQ(duration_text(999'999), "1.0 ms");
  EXPECT_EQ(duration_text(999'700'000), "1.0 s");
  EXPECT_EQ(duration_text(59'960'000'000), "1 min 00 s");
  EXPECT_EQ(duration_text(3'599'700'000'000), "1 h 00 min");
  EXPECT_EQ(duration_text(86'399'000'000'000), "1 d 00 h");
}

TEST(Words, LongestDurationStillReads) {
  EXPECT_EQ(duration_text(~std::uint64_t{0}), "213504 d 00 h");
}

TEST(Words, BytesUsePowersOfThousand) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(4'096), "4.1 kB");
  EXPECT_EQ(bytes_text(84'000'000), "84.0 MB");
  EXPECT_EQ(bytes_text(999'999'999), "1.0 GB");
}

TEST(Words, CountsAreGrouped) {
  EXPECT_EQ(count_text(812), "812");
  EXPECT_EQ(count_text(1'234'567), "1 234 567");
}

TEST(Words, RatesHaveThreeDigits) {
  EXPECT_EQ(rate_text(0), "0/s");
  EXPECT_EQ(rate_text(0.01), "<0.1/s");
  EXPECT_EQ(rate_text(0.42), "0.4/s");
  EXPECT_EQ(rate_text(41.3), "41/s");
  EXPECT_EQ(rate_text(999.9), "1.0 k/s");
  EXPECT_EQ(rate_text(3'120'000), "3.1 M/s");
}

TEST(Words, ListsEndWithAnd) {
  EXPECT_EQ(list_text({}), "");
  EXPECT_EQ(list_text({"A"}), "A");
  EXPECT_EQ(list_text({"A", "B"}), "A and B");
  EXPECT_EQ(list_text({"A", "B", "C"}), "A, B and C");
  EXPECT_EQ(list_text({"A", "B", "C", "D"}, 3), "A, B and 2 more");
}

}  // namespace
}  // namespace inspector::analysis
