#include "present/curves.hpp"

#include "present/format.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

constexpr int kBuckets = 600;
constexpr int kRateBins = 120;

std::string value_at(const std::vector<StepPoint>& points, Moment moment) {
  const auto after = std::upper_bound(points.begin(), points.end(), moment,
                                      [](Moment t, const StepPoint& point) { return t < point.t; });
  if (after == points.begin()) return "-";
  return short_number(std::round(std::prev(after)->value * 10) / 10);
}

}  // namespace

void add_lines(const Look& look, Plot& plot, std::vector<Line> lines, double least_top,
               const std::string& unit) {
  double top = least_top;
  for (const Line& line : lines) top = std::max(top, highest(line.points, plot.window));
  top = round_top(top);
  add_axes(look, plot, top, unit);
  for (Line& line : lines) {
    line.curve.buckets = decimate(line.points, plot.window, kBuckets, top, look.now());
    if (plot.probe)
      plot.probe_lines.push_back(line.curve.name + " " +
                                 value_at(line.points, plot.window.at(*plot.probe)));
    plot.curves.push_back(std::move(line.curve));
  }
}

void add_axes(const Look& look, Plot& plot, double top, const std::string& unit) {
  plot.range = "0 to " + short_number(top) + (unit.empty() ? "" : " " + unit);
  plot.x_ticks = time_ticks(plot.window, look.begin());
  plot.y_ticks = value_ticks(top);
  plot.bands = look.bands(plot.window);
  plot.cursor = look.cursor_in(plot.window);
  if (look.view.probe && look.view.probe->plot == plot.id) {
    plot.probe = look.view.probe->fraction;
    plot.probe_lines.push_back(
        moment_text(plot.window.at(*plot.probe), look.facts.wall_at_zero, look.begin()));
  }
}

std::vector<StepPoint> rate_points(const Look& look, TimeRange window, std::uint64_t width_ns,
                                   const std::vector<Amount>& amounts) {
  const Moment width = std::max<Moment>(
      {static_cast<Moment>(width_ns), (window.end - window.begin) / kRateBins, 100'000'000});
  const Moment first = window.begin - window.begin % width;
  const auto count = static_cast<std::size_t>(
      std::max<Moment>((std::min(window.end, look.now()) - first) / width + 1, 0));
  std::vector<StepPoint> points;
  if (count > 10'000) return points;
  for (std::size_t i = 0; i < count; ++i)
    points.push_back({first + static_cast<Moment>(i) * width, 0});
  for (const Amount& amount : amounts) {
    const Moment at = static_cast<Moment>(amount.begin_ns) - first;
    if (at < 0) continue;
    const auto bin = static_cast<std::size_t>(at / width);
    if (bin < count) points[bin].value += amount.value;
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    // The newest bin is not over: it is measured over the part that is.
    const Moment reached = i + 1 == points.size()
                               ? std::clamp<Moment>(look.now() - points[i].t, width / 4, width)
                               : width;
    points[i].value /= static_cast<double>(reached) / 1e9;
  }
  return points;
}

}  // namespace inspector::present
