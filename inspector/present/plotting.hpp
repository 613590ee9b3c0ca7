// From facts over time to what a plot can draw: buckets of a step curve, folded bars of a lane,
// ticks of an axis.
#pragma once

#include "present/entity.hpp"
#include "present/parts.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace inspector::present {

// A value that holds until the next one. NaN: unknown from here on.
struct StepPoint {
  Moment t = 0;
  double value = 0;
};

// `count` buckets over `window`, as fractions of `top`. Each keeps the lowest and highest value in
// force during it, so no spike is lost; buckets before the first point and after `known_until` are
// NaN. Points are sorted by time.
std::vector<Bucket> decimate(std::span<const StepPoint> points, TimeRange window, int count,
                             double top, Moment known_until);

// The highest value in force during `window`; 0 without points.
double highest(std::span<const StepPoint> points, TimeRange window);

// One stretch of a lane. Stretches of one lane are sorted and do not overlap.
struct Stretch {
  Moment begin = 0;
  Moment end = 0;
  Tone tone = Tone::Holding;
  EntityRef ref{};
  bool waiting = false;  // somebody waited meanwhile
};

// What is left of a lane at a given zoom: a stretch, or `count` of them that were too narrow to
// draw one by one.
struct FoldedStretch {
  Stretch stretch{};  // the worst tone of what it stands for wins
  std::size_t count = 1;
};

// Bars narrower than `min_pixels` with gaps as narrow between them become one. Bad stretches never
// vanish into others: they come last (drawn on top) and are widened to `min_pixels`.
std::vector<FoldedStretch> fold(std::span<const Stretch> lane, TimeRange window, int pixels,
                                double min_pixels = 3);

// How bad a state is when several must share one bar.
int badness(Tone tone);

// A round upper end for an axis that must show `value`: 1, 2, 4, 6, 8, 10, 20, ..., whose half is
// round as well.
double round_top(double value);

// Labels at round distances from `origin` (the session's begin); about `wanted` of them.
std::vector<Tick> time_ticks(TimeRange window, Moment origin, int wanted = 6);
// 0, half and top.
std::vector<Tick> value_ticks(double top);

// Identity colours: 0..1, stable between runs because they depend on the role path, not on ids.
float identity_hue(std::string_view role_path);

// Where `moment` stands in `window`, 0..1, cut at the ends.
float fraction_of(Moment moment, TimeRange window);

}  // namespace inspector::present
