#include "present/plotting.hpp"

#include "present/format.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace inspector::present {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

// Index of the last point at or before `t`; points.size() if there is none.
std::size_t in_force(std::span<const StepPoint> points, Moment t) {
  const auto after =
      std::upper_bound(points.begin(), points.end(), t,
                       [](Moment moment, const StepPoint& point) { return moment < point.t; });
  return after == points.begin() ? points.size()
                                 : static_cast<std::size_t>(after - points.begin()) - 1;
}

double seconds(Moment ns) { return static_cast<double>(ns) / 1e9; }

}  // namespace

std::vector<Bucket> decimate(std::span<const StepPoint> points, TimeRange window, int count,
                             double top, Moment known_until) {
  std::vector<Bucket> buckets(static_cast<std::size_t>(std::max(count, 0)),
                              {kUnknown, kUnknown, kUnknown});
  if (points.empty() || window.end <= window.begin || top <= 0) return buckets;
  const auto scaled = [top](double value) {
    return static_cast<float>(std::clamp(value / top, 0.0, 1.0));
  };
  std::size_t next = 0;  // first point that is not yet in force
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const Moment begin = window.at(static_cast<double>(i) / count);
    const Moment end = window.at(static_cast<double>(i + 1) / count);
    if (begin > known_until) break;
    if (i == 0) {
      const std::size_t at = in_force(points, begin);
      next = at == points.size() ? 0 : at + 1;
    }
    bool known = next > 0 && !std::isnan(points[next - 1].value);
    double low = known ? points[next - 1].value : 0;
    double high = low;
    double last = low;
    for (; next < points.size() && points[next].t < end; ++next) {
      const double value = points[next].value;
      if (std::isnan(value)) continue;
      low = known ? std::min(low, value) : value;
      high = known ? std::max(high, value) : value;
      last = value;
      known = true;
    }
    if (known) buckets[i] = {scaled(low), scaled(high), scaled(last)};
  }
  return buckets;
}

double highest(std::span<const StepPoint> points, TimeRange window) {
  double top = 0;
  const std::size_t first = in_force(points, window.begin);
  for (std::size_t i = first == points.size() ? 0 : first;
       i < points.size() && points[i].t <= window.end; ++i) {
    if (!std::isnan(points[i].value)) top = std::max(top, points[i].value);
  }
  return top;
}

int badness(Tone tone) {
  switch (tone) {
    case Tone::Neutral:
    case Tone::Ok:
    case Tone::Info:
      return 0;
    case Tone::Idle:
      return 1;
    case Tone::Running:
      return 2;
    case Tone::Holding:
      return 3;
    case Tone::Unknown:
      return 4;
    case Tone::Warning:
      return 5;
    case Tone::Waiting:
      return 6;
    case Tone::Blocked:
      return 7;
    case Tone::Alarm:
      return 8;
    case Tone::Dead:
      return 9;
  }
  return 0;
}

std::vector<FoldedStretch> fold(std::span<const Stretch> lane, TimeRange window, int pixels,
                                double min_pixels) {
  if (window.end <= window.begin || pixels <= 0) return {};
  const auto least = std::max<Moment>(
      1, static_cast<Moment>(min_pixels * static_cast<double>(window.end - window.begin) / pixels));
  const auto is_bad = [](Tone tone) { return badness(tone) >= badness(Tone::Waiting); };
  std::vector<FoldedStretch> good;
  std::vector<FoldedStretch> bad;

  // Joins the stretch to the last one of the list if both are narrow and near, else adds it.
  const auto add = [least](std::vector<FoldedStretch>& list, const Stretch& stretch) {
    if (!list.empty()) {
      FoldedStretch& last = list.back();
      const bool narrow = stretch.end - stretch.begin < least &&
                          (last.count > 1 || last.stretch.end - last.stretch.begin < least);
      if (narrow && stretch.begin - last.stretch.end < least) {
        if (badness(stretch.tone) > badness(last.stretch.tone)) {
          last.stretch.tone = stretch.tone;
          last.stretch.ref = stretch.ref;
        }
        last.stretch.end = std::max(last.stretch.end, stretch.end);
        last.stretch.waiting = last.stretch.waiting || stretch.waiting;
        ++last.count;
        return;
      }
    }
    list.push_back({stretch, 1});
  };

  auto at = std::partition_point(
      lane.begin(), lane.end(), [&](const Stretch& stretch) { return stretch.end < window.begin; });
  for (; at != lane.end() && at->begin <= window.end; ++at) add(is_bad(at->tone) ? bad : good, *at);
  for (FoldedStretch& folded : bad)
    folded.stretch.end = std::max(folded.stretch.end, folded.stretch.begin + least);
  good.insert(good.end(), bad.begin(), bad.end());
  return good;
}

double round_top(double value) {
  if (!(value > 1)) return 1;
  const double power = std::pow(10.0, std::floor(std::log10(value)));
  for (const double step : {1.0, 2.0, 4.0, 6.0, 8.0, 10.0}) {
    if (step * power >= value * (1 - 1e-9)) return step * power;
  }
  return 10 * power;
}

std::vector<Tick> time_ticks(TimeRange window, Moment origin, int wanted) {
  if (window.end <= window.begin || wanted <= 0) return {};
  constexpr std::array<double, 12> kSteps = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600};
  const double span = seconds(window.end - window.begin);
  double step = std::pow(10.0, std::floor(std::log10(span / wanted)));
  if (span / wanted >= 1) {
    step = 3600 * std::ceil(span / wanted / 3600);
    for (const double candidate : kSteps) {
      if (candidate >= span / wanted) {
        step = candidate;
        break;
      }
    }
  } else {
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
      if (factor * step >= span / wanted) {
        step *= factor;
        break;
      }
    }
  }
  std::vector<Tick> ticks;
  const double first = std::ceil(seconds(window.begin - origin) / step - 1e-9);
  for (double index = first;; index += 1) {
    const auto moment = origin + static_cast<Moment>(std::llround(index * step * 1e9));
    if (moment > window.end || ticks.size() > 100) break;
    ticks.push_back({fraction_of(moment, window), axis_time_text(moment - origin, step), true});
  }
  return ticks;
}

std::vector<Tick> value_ticks(double top) {
  std::vector<Tick> ticks{{0, "0", true}};
  if (top >= 2) ticks.push_back({0.5f, short_number(top / 2), false});
  ticks.push_back({1, short_number(top), true});
  return ticks;
}

float identity_hue(std::string_view role_path) {
  std::uint64_t hash = 14695981039346656037ull;
  for (const char c : role_path) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  hash *= 11400714819323198485ull;  // golden ratio: neighbours in hash become far apart in hue
  return static_cast<float>(hash >> 40) / static_cast<float>(1u << 24);
}

float fraction_of(Moment moment, TimeRange window) {
  if (window.end <= window.begin) return 0;
  const double at =
      static_cast<double>(moment - window.begin) / static_cast<double>(window.end - window.begin);
  return static_cast<float>(std::clamp(at, 0.0, 1.0));
}

}  // namespace inspector::present
