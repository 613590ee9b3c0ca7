// The time strip at the foot of the window: how busy each moment was, where the alarms are, where
// we look.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <optional>
#include <string>
#include <vector>

namespace inspector::present {

struct TimeStripVm {
  bool open = false;
  TimeRange window{};          // what the strip's width stands for
  std::vector<float> density;  // 0..1 per bucket, oldest first
  std::vector<Tick> ticks;     // time labels
  std::vector<Band> bands;     // lost events, before attach

  struct Mark {
    float at = 0;
    Tone tone = Tone::Alarm;
    EntityRef ref{};  // an alarm: a click shows its evidence
    Tip tip{};
  };
  std::vector<Mark> marks;

  float playhead = 1;
  std::optional<float> range_from{};
  std::optional<float> range_to{};

  Mode mode = Mode::Live;
  bool past = false;
  std::string past_text;    // "viewing 12.4 s ago"
  std::string cursor_text;  // "12:04:31.250"
  std::string range_text;   // "range 1.2 s"; empty without one
  std::string probe_text;   // for the mouse at ViewState::probe, plot "strip"
  std::optional<float> probe{};

  bool can_pause = false;
  bool can_seek = false;
  bool can_follow = false;
  bool playing = false;  // time moves: live or playing
  bool loop = false;
  double speed = 1;
  struct Speed {
    double speed = 1;
    std::string text;  // "1x"
  };
  std::vector<Speed> speeds;
  std::string speed_text;
};

// `width`: in how many buckets the density is wanted.
TimeStripVm build_time_strip(const model::Model&, const SessionFacts&, const ViewState&,
                             int width = 600);

}  // namespace inspector::present
