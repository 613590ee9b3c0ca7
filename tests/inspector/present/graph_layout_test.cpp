#include "present/graph_layout.hpp"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace inspector::present {
namespace {

constexpr LayoutNode kBox{120, 30};

bool overlap(const LayoutNode& a, LayoutPoint at_a, const LayoutNode& b, LayoutPoint at_b) {
  return std::abs(at_a.x - at_b.x) < (a.width + b.width) / 2 - 0.01f &&
         std::abs(at_a.y - at_b.y) < (a.height + b.height) / 2 - 0.01f;
}

TEST(GraphLayout, NothingToDrawHasNoSize) {
  const GraphLayout layout = layout_graph({}, {});

  EXPECT_EQ(layout.width, 0);
  EXPECT_TRUE(layout.centers.empty());
}

TEST(GraphLayout, AChainGoesFromLeftToRightOnOneLine) {
  const GraphLayout layout = layout_graph({kBox, kBox, kBox}, {{0, 1}, {1, 2}});

  EXPECT_LT(layout.centers[0].x, layout.centers[1].x);
  EXPECT_LT(layout.centers[1].x, layout.centers[2].x);
  EXPECT_EQ(layout.centers[0].y, layout.centers[1].y);
  EXPECT_EQ(layout.centers[1].y, layout.centers[2].y);
}

TEST(GraphLayout, ACycleIsARingClockwiseFromTheTop) {
  const GraphLayout layout =
      layout_graph({kBox, kBox, kBox, kBox}, {{0, 1}, {1, 2}, {2, 3}, {3, 0}});

  const auto& at = layout.centers;
  EXPECT_LT(at[0].y, at[1].y);  // top
  EXPECT_GT(at[1].x, at[0].x);  // right
  EXPECT_GT(at[2].y, at[1].y);  // bottom
  EXPECT_LT(at[3].x, at[0].x);  // left
  for (const EdgeRoute& route : layout.routes) EXPECT_TRUE(route.on_ring);
}

TEST(GraphLayout, AWaiterOutsideTheCycleStandsLeftOfTheRing) {
  const GraphLayout layout = layout_graph({kBox, kBox, kBox}, {{0, 1}, {1, 0}, {2, 0}});

  EXPECT_LT(layout.centers[2].x, layout.centers[0].x);
  EXPECT_FALSE(layout.routes[2].on_ring);
}

TEST(GraphLayout, ARingTurnsThoseWhoAreWaitedForTowardsTheWaiters) {
  const GraphLayout layout = layout_graph(std::vector<LayoutNode>(6, kBox),
                                          {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 0}, {5, 1}});

  const auto& at = layout.centers;
  EXPECT_LT(at[0].x, at[2].x);
  EXPECT_LT(at[0].x, at[3].x);
  EXPECT_LT(at[1].x, at[2].x);
  EXPECT_LT(at[1].x, at[3].x);
}

// Two who wait for different members of a ring: each stands on the side of its own.
TEST(GraphLayout, ArrowsIntoARingDoNotCross) {
  for (const bool swapped : {false, true}) {
    const std::size_t first = swapped ? 4 : 5;
    const std::size_t second = swapped ? 5 : 4;
    const GraphLayout layout =
        layout_graph(std::vector<LayoutNode>(6, kBox),
                     {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {first, 0}, {second, 1}}, {.downward = true});

    const auto x = [&](std::size_t node) { return layout.centers[node].x; };
    ASSERT_NE(x(0), x(1));
    EXPECT_EQ(x(first) < x(second), x(0) < x(1)) << swapped;
  }
}

TEST(GraphLayout, DownwardsAChainGoesFromTheTopToTheBottom) {
  LayoutOptions options;
  options.downward = true;

  const GraphLayout layout = layout_graph({kBox, kBox, kBox}, {{0, 1}, {1, 2}}, options);

  EXPECT_LT(layout.centers[0].y, layout.centers[1].y);
  EXPECT_LT(layout.centers[1].y, layout.centers[2].y);
  EXPECT_EQ(layout.centers[0].x, layout.centers[2].x);
  EXPECT_FLOAT_EQ(layout.routes[0].points[0].y, layout.centers[0].y + 15);
}

TEST(GraphLayout, AnEdgeOverALayerGetsABend) {
  const GraphLayout layout = layout_graph({kBox, kBox, kBox}, {{0, 1}, {1, 2}, {0, 2}});

  EXPECT_EQ(layout.routes[0].points.size(), 2u);
  EXPECT_EQ(layout.routes[2].points.size(), 3u);
}

TEST(GraphLayout, AnArrowStartsAndEndsOnTheBorders) {
  const GraphLayout layout = layout_graph({kBox, kBox}, {{0, 1}});

  ASSERT_EQ(layout.routes[0].points.size(), 2u);
  EXPECT_FLOAT_EQ(layout.routes[0].points[0].x, layout.centers[0].x + 60);
  EXPECT_FLOAT_EQ(layout.routes[0].points[1].x, layout.centers[1].x - 60);
}

TEST(GraphLayout, PartsThatDoNotTouchAreStacked) {
  const GraphLayout layout = layout_graph({kBox, kBox, kBox, kBox}, {{0, 1}, {2, 3}});

  EXPECT_EQ(layout.centers[0].x, layout.centers[2].x);
  EXPECT_GT(layout.centers[2].y, layout.centers[0].y + 30);
}

TEST(GraphLayout, BoxesNeverOverlapAndStayInsideThePicture) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = 1 + random() % 40;
    std::vector<LayoutNode> nodes;
    for (std::size_t i = 0; i < count; ++i) {
      nodes.push_back(
          {static_cast<float>(30 + random() % 200), static_cast<float>(20 + random() % 40)});
    }
    std::vector<LayoutEdge> edges;
    for (std::size_t i = 0; i < random() % (2 * count); ++i)
      edges.push_back({random() % count, random() % count});

    LayoutOptions options;
    options.downward = round % 2 == 1;
    const GraphLayout layout = layout_graph(nodes, edges, options);

    for (std::size_t i = 0; i < count; ++i) {
      const LayoutPoint at = layout.centers[i];
      ASSERT_GE(at.x - nodes[i].width / 2, 0) << "round " << round;
      ASSERT_GE(at.y - nodes[i].height / 2, 0) << "round " << round;
      ASSERT_LE(at.x + nodes[i].width / 2, layout.width + 0.01f) << "round " << round;
      ASSERT_LE(at.y + nodes[i].height / 2, layout.height + 0.01f) << "round " << round;
      for (std::size_t j = i + 1; j < count; ++j) {
        ASSERT_FALSE(overlap(nodes[i], at, nodes[j], layout.centers[j]))
            << "round " << round << ": " << i << ", " << j;
      }
    }
  }
}

TEST(GraphLayout, TheSameGraphGivesTheSamePicture) {
  const std::vector<LayoutNode> nodes(12, kBox);
  const std::vector<LayoutEdge> edges{{0, 1}, {1, 2}, {2, 0}, {3, 0}, {4, 0},
                                      {5, 4}, {6, 7}, {7, 8}, {6, 8}, {9, 1}};

  const GraphLayout first = layout_graph(nodes, edges);
  const GraphLayout second = layout_graph(nodes, edges);

  EXPECT_EQ(first.centers, second.centers);
}

TEST(GraphLayout, ARingOfAHundredStaysApart) {
  const std::vector<LayoutNode> nodes(100, kBox);
  std::vector<LayoutEdge> edges;
  for (std::size_t i = 0; i < 100; ++i) edges.push_back({i, (i + 1) % 100});

  const GraphLayout layout = layout_graph(nodes, edges);

  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_FALSE(overlap(kBox, layout.centers[i], kBox, layout.centers[(i + 1) % 100]));
  }
}

}  // namespace
}  // namespace inspector::present
