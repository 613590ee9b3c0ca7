// Theme: every colour and every measure of the window, in one place. Two tables, dark and light.
#pragma once

#include "present/command.hpp"
#include "present/parts.hpp"

#include <array>
#include <cstddef>

#include <imgui.h>

namespace inspector::ui {

inline constexpr std::size_t kToneCount = 12;

struct Theme {
  bool dark = true;

  // Surfaces, from the back to the front.
  ImU32 canvas = 0;  // behind the screens
  ImU32 panel = 0;   // bars, rail, detail
  ImU32 card = 0;
  ImU32 raised = 0;  // chips, fields, a hovered row
  ImU32 line = 0;    // separators and borders
  ImU32 shadow = 0;

  ImU32 text = 0;
  ImU32 text_dim = 0;    // labels, units
  ImU32 text_faint = 0;  // axes, hints; still 4.5:1 on every surface

  ImU32 accent = 0;     // selection, primary buttons, links
  ImU32 on_accent = 0;  // text on it
  ImU32 past = 0;       // amber: what you see is not now

  std::array<ImU32, kToneCount> tones{};

  ImU32 tone(present::Tone tone) const { return tones[static_cast<std::size_t>(tone)]; }
  // The tone as a quiet background.
  ImU32 wash(present::Tone tone) const;
  // The colour of "who it is": same lightness for all, hue 0..1.
  ImU32 identity(float hue) const;
};

const Theme& theme_of(present::Theme which);

// Sizes in pixels at scale 1.
namespace metric {
inline constexpr float kTopBar = 48;
inline constexpr float kRail = 68;
inline constexpr float kStrip = 76;
inline constexpr float kStatus = 26;
inline constexpr float kDetail = 328;
inline constexpr float kRow = 32;
inline constexpr float kChip = 22;
inline constexpr float kButton = 30;
inline constexpr float kRadius = 8;
inline constexpr float kSmallRadius = 5;
inline constexpr float kPad = 20;  // around a screen
inline constexpr float kCardPad = 16;
inline constexpr float kGap = 12;  // between cards
}  // namespace metric

// Writes colours and measures into ImGui's style, from scratch: may be called for each change of
// scale or theme.
void apply_style(const Theme& theme, float scale);

ImU32 with_alpha(ImU32 colour, float alpha);
// `amount` of `over` on top of `under`, opaque.
ImU32 mix(ImU32 under, ImU32 over, float amount);
// WCAG contrast of two opaque colours, 1 to 21.
double contrast(ImU32 a, ImU32 b);

}  // namespace inspector::ui
