#include "present/label_places.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

// Shares of an arrow's length, the best first.
constexpr float kShares[] = {0.5F,  0.44F, 0.56F, 0.38F, 0.62F, 0.32F, 0.68F,
                             0.26F, 0.74F, 0.2F,  0.8F,  0.14F, 0.86F};

float length_of(LayoutPoint a, LayoutPoint b) { return std::hypot(b.x - a.x, b.y - a.y); }

LayoutPoint point_at(const std::vector<LayoutPoint>& route, float share) {
  float whole = 0;
  for (std::size_t i = 1; i < route.size(); ++i) whole += length_of(route[i - 1], route[i]);
  float left = whole * share;
  for (std::size_t i = 1; i < route.size(); ++i) {
    const LayoutPoint a = route[i - 1];
    const LayoutPoint b = route[i];
    const float length = length_of(a, b);
    if (length > 0 && left <= length)
      return {a.x + (b.x - a.x) * left / length, a.y + (b.y - a.y) * left / length};
    left -= length;
  }
  return route.back();
}

// The area that two boxes have in common.
float overlap(const LabelObstacle& a, const LabelObstacle& b) {
  const float wide = (a.size.width + b.size.width) / 2 - std::abs(a.center.x - b.center.x);
  const float high = (a.size.height + b.size.height) / 2 - std::abs(a.center.y - b.center.y);
  return std::max(0.0F, wide) * std::max(0.0F, high);
}

}  // namespace

std::vector<LayoutPoint> place_labels(const std::vector<ArrowLabel>& labels,
                                      const std::vector<LabelObstacle>& boxes) {
  std::vector<LabelObstacle> taken = boxes;
  std::vector<LayoutPoint> places;
  for (const ArrowLabel& label : labels) {
    LayoutPoint best;
    float least = -1;
    for (const float share : kShares) {
      const LabelObstacle here{point_at(label.route, share), {label.width, label.height}};
      float hidden = 0;
      for (const LabelObstacle& other : taken) hidden += overlap(here, other);
      if (least >= 0 && hidden >= least) continue;
      least = hidden;
      best = here.center;
      if (hidden <= 0) break;
    }
    taken.push_back({best, {label.width, label.height}});
    places.push_back(best);
  }
  return places;
}

}  // namespace inspector::present
