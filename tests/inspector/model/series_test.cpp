#include "model/series.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include <gmock/gmock.h>

namespace inspector::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Count {
  std::uint64_t begin_ns = 0;
  int facts = 0;
  void merge(const Count& later) { facts += later.facts; }
};
// In hundreds: the first width is 100, and there is room for four.
using Series = BucketSeries<Count, 4, 100>;

Series with_facts_at(std::initializer_list<std::uint64_t> moments) {
  Series series;
  for (const std::uint64_t moment : moments) series.add({moment, 1});
  return series;
}

std::vector<std::uint64_t> begins(std::span<const Count> buckets) {
  std::vector<std::uint64_t> all;
  for (const Count& bucket : buckets) all.push_back(bucket.begin_ns);
  return all;
}

TEST(BucketSeries, TouchingAreThoseThatHaveAPartInTheStretch) {
  const Series series = with_facts_at({110, 250, 430});
  EXPECT_THAT(begins(series.touching(0, 1000)), ElementsAre(100, 200, 400));
  EXPECT_THAT(begins(series.touching(199, 201)), ElementsAre(100, 200));
  EXPECT_THAT(begins(series.touching(200, 400)), ElementsAre(200)) << "neither end is in both";
  EXPECT_THAT(begins(series.touching(450, 460)), ElementsAre(400)) << "a bucket around it";
}

TEST(BucketSeries, NothingTouchesAGapOrWhatIsOutside) {
  const Series series = with_facts_at({110, 430});
  EXPECT_THAT(begins(series.touching(200, 400)), IsEmpty());
  EXPECT_THAT(begins(series.touching(0, 100)), IsEmpty());
  EXPECT_THAT(begins(series.touching(500, 900)), IsEmpty());
  EXPECT_THAT(begins(series.touching(300, 300)), IsEmpty());
  EXPECT_THAT(begins(Series().touching(0, 1000)), IsEmpty());
}

TEST(BucketSeries, TouchingFollowsAWidthThatHasDoubled) {
  const Series series = with_facts_at({0, 100, 200, 300, 400});
  EXPECT_THAT(begins(series.touching(0, 1000)), ElementsAre(0, 200, 400));
  EXPECT_THAT(begins(series.touching(350, 401)), ElementsAre(200, 400));
}

}  // namespace
}  // namespace inspector::model
