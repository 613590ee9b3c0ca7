#include "present/label_places.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

constexpr float kWidth = 60;
constexpr float kHeight = 16;

ArrowLabel label_on(std::vector<LayoutPoint> route) { return {std::move(route), kWidth, kHeight}; }

bool overlap(LayoutPoint a, LayoutPoint b) {
  return std::abs(a.x - b.x) < kWidth && std::abs(a.y - b.y) < kHeight;
}

TEST(LabelPlaces, AloneItIsInTheMiddleOfItsArrow) {
  const auto places = place_labels({label_on({{0, 0}, {100, 0}, {100, 100}})}, {});
  EXPECT_EQ(places, (std::vector<LayoutPoint>{{100, 0}}));
}

TEST(LabelPlaces, OfArrowsThatCrossAreBesideEachOther) {
  const auto places =
      place_labels({label_on({{0, 0}, {80, 100}}), label_on({{80, 0}, {0, 100}})}, {});

  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0], (LayoutPoint{40, 50}));
  EXPECT_FALSE(overlap(places[0], places[1])) << places[1].x << ", " << places[1].y;
}

TEST(LabelPlaces, OfManyAlikeNoTwoOverlap) {
  std::vector<ArrowLabel> labels;
  for (int i = 0; i < 4; ++i) labels.push_back(label_on({{0, 0}, {static_cast<float>(i), 400}}));
  const auto places = place_labels(labels, {});

  for (std::size_t i = 0; i < places.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(places[i], places[k])) << i << k;
  }
}

TEST(LabelPlaces, ABoxOnTheWayIsNotCovered) {
  const LabelObstacle box{{50, 50}, {40, 30}};
  const auto places = place_labels({label_on({{50, 0}, {50, 200}})}, {box});
  EXPECT_GE(places[0].y, 50 + (30 + kHeight) / 2) << "the middle, at 100, is free: " << places[0].y;

  const auto squeezed = place_labels({label_on({{50, 0}, {50, 100}})}, {box});
  EXPECT_TRUE(squeezed[0].y < 35 || squeezed[0].y > 65) << squeezed[0].y;
}

TEST(LabelPlaces, WithoutRoomItIsOnItsArrowAllTheSame) {
  const auto places = place_labels({label_on({{7, 7}}), label_on({{7, 7}, {7, 7}})}, {});
  EXPECT_EQ(places, (std::vector<LayoutPoint>{{7, 7}, {7, 7}}));
}

}  // namespace
}  // namespace inspector::present
