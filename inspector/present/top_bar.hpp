// The frame around the screens: top bar, rail badges, status line, notices.
#pragma once

#include "present/command.hpp"
#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

struct TopBarVm {
  std::string session;  // "pipeline"; "mp-inspector" when nothing is open
  std::string origin;   // "this machine"
  bool open = false;

  Mode mode = Mode::Live;
  bool past = false;      // the whole window shows the past: amber
  bool live = false;      // what is shown happens now
  std::string mode_text;  // "LIVE", "PAUSED", "REPLAY 4x", "ENDED"
  std::string clock;      // "00:12:31.4", how long the session has run at the cursor

  std::vector<Fact> facts;  // {"processes of 41","40"}, {"events","212 k","/s"}, {"lost","0"}

  bool can_set_level = false;
  int level = 1;
  std::array<std::string, 4> level_names;  // "off", "stand-by", "normal", "full"
  std::array<std::string, 4> level_tips;   // what it records, what it costs

  bool can_record = false;
  bool recording = false;
  std::string recording_text;  // "00:03:12 · 41 MB"

  std::size_t alarms = 0;
  std::string alarms_text;  // "2"
  Tone alarms_tone = Tone::Neutral;
  Tip alarms_tip{};
};

struct RailVm {
  struct Item {
    Screen screen = Screen::Overview;
    std::string name;  // "Overview"
    Badge badge{};     // empty text: none
  };
  std::vector<Item> items;
};

struct StatusVm {
  struct Item {
    std::string text;
    Tone tone = Tone::Neutral;
    std::string tip{};
  };
  std::vector<Item> left;   // breadcrumb, filters in force, hidden rows
  std::vector<Item> right;  // losses, clock error, file, frames per second
};

struct NoticeVm {
  std::uint64_t id = 0;
  Tone tone = Tone::Info;
  std::string text;
};

TopBarVm build_top_bar(const model::Model&, const SessionFacts&, const ViewState&);
RailVm build_rail(const model::Model&, const SessionFacts&, const ViewState&);
StatusVm build_status(const model::Model&, const SessionFacts&, const ViewState&);
std::vector<NoticeVm> build_notices(const SessionFacts&);

}  // namespace inspector::present
