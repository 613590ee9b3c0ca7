#include "ui/timeline.hpp"

#include "ui/plot.hpp"
#include "ui/scope.hpp"

#include <algorithm>
#include <cmath>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

using present::Tone;

constexpr float kLane = 30;
constexpr float kLaneName = 168;
constexpr float kLeastBar = 3;  // a bad state is never thinner

float across(const Rect& area, float fraction) { return area.low.x + fraction * area.width(); }

// A symmetrical blob: quiet moments are a thin line, busy ones a belly.
void draw_density(const Context& context, const present::TimeStripVm& strip, const Rect& area) {
  const std::size_t count = strip.density.size();
  if (count < 2) return;
  const float middle = (area.low.y + area.high.y) / 2;
  const float reach = area.height() / 2 - context.px(3);
  const float step = area.width() / static_cast<float>(count);
  const float playhead = across(area, strip.playhead);
  const ImU32 before = with_alpha(context.theme.accent, 0.6F);
  const ImU32 after = with_alpha(context.theme.text_faint, 0.35F);
  const auto half = [&](std::size_t i) {
    const float value = strip.density[std::min(i, count - 1)];
    return std::max(context.px(0.75F), std::clamp(value, 0.0F, 1.0F) * reach);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const float x = area.low.x + static_cast<float>(i) * step;
    const ImU32 colour = x < playhead ? before : after;
    area_quad(ImVec2(x, middle - half(i)), ImVec2(x + step, middle - half(i + 1)), middle, colour,
              colour, colour);
    area_quad(ImVec2(x, middle + half(i)), ImVec2(x + step, middle + half(i + 1)), middle, colour,
              colour, colour);
  }
}

void draw_ticks(const Context& context, const std::vector<present::Tick>& ticks, const Rect& area,
                float label_y) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const present::Tick& tick : ticks) {
    const float x = across(area, tick.at);
    list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                  with_alpha(context.theme.line, tick.major ? 0.9F : 0.5F));
    const float wide = measure(context, Face::MonoSmall, tick.label).x;
    const float left =
        std::clamp(x - wide / 2, area.low.x, std::max(area.low.x, area.high.x - wide));
    put(context, ImVec2(left, label_y), Face::MonoSmall, context.theme.text_faint, tick.label);
  }
}

void draw_marks(Context& context, const std::string& base, const present::TimeStripVm& strip,
                const Rect& area) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  int number = 0;
  for (const present::TimeStripVm::Mark& mark : strip.marks) {
    const float x = across(area, mark.at);
    const ImU32 colour = context.theme.tone(mark.tone);
    const float r = context.px(5);
    const Rect box{ImVec2(x - r - 1, area.low.y),
                   ImVec2(x + r + 1, area.low.y + 2 * r + context.px(4))};
    const Hit h =
        hit(context, Path(base, "/alarm/", std::to_string(number++)), box, true, mark.tip.what);
    list->AddLine(ImVec2(x, area.low.y + r), ImVec2(x, area.high.y), with_alpha(colour, 0.55F),
                  context.px(1.2F));
    const ImVec2 c(x, area.low.y + r + context.px(1));
    const float size = h.hovered || context.lit(mark.ref) ? r * 1.25F : r;
    list->AddQuadFilled(ImVec2(c.x, c.y - size), ImVec2(c.x + size, c.y), ImVec2(c.x, c.y + size),
                        ImVec2(c.x - size, c.y), colour);
    if (!h.hovered) continue;
    context.hovering = mark.ref;
    tooltip(context, mark.tip);
    if (h.clicked) context.send(present::ShowEvidence{mark.ref, true});
  }
}

void draw_playhead(const Context& context, const present::TimeStripVm& strip, const Rect& area) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (strip.range_from && strip.range_to) {
    const Rect range{ImVec2(across(area, *strip.range_from), area.low.y),
                     ImVec2(across(area, *strip.range_to), area.high.y)};
    list->AddRectFilled(range.low, range.high, with_alpha(context.theme.accent, 0.16F));
    list->AddLine(range.low, ImVec2(range.low.x, range.high.y), context.theme.accent);
    list->AddLine(ImVec2(range.high.x, range.low.y), range.high, context.theme.accent);
  }
  if (strip.probe) {
    const float x = across(area, *strip.probe);
    list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                  with_alpha(context.theme.text, 0.35F));
  }
  const ImU32 colour = strip.past ? context.theme.past : context.theme.accent;
  const float x = std::min(across(area, strip.playhead), area.high.x - 1);
  list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y), colour, context.px(2));
  const float r = context.px(6);
  list->AddTriangleFilled(ImVec2(x - r, area.low.y - r * 0.4F),
                          ImVec2(x + r, area.low.y - r * 0.4F), ImVec2(x, area.low.y + r * 0.9F),
                          colour);
}

float strength_of(const present::LaneBar& bar, bool by_tone, bool lit) {
  if (lit) return 0.9F;
  if (bar.tone == Tone::Blocked || bar.tone == Tone::Alarm || bar.tone == Tone::Dead) return 0.8F;
  if (!by_tone) return bar.folded ? 0.28F : 0.56F;
  return bar.tone == Tone::Running ? 0.42F : bar.tone == Tone::Idle ? 0.12F : 0.66F;
}

void draw_bar(Context& context, const Path& path, const present::LaneBar& bar, const Rect& track,
              bool by_tone) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float from = across(track, bar.from);
  const float to = std::max(across(track, bar.to), from + context.px(kLeastBar));
  const Rect box{ImVec2(from, track.low.y), ImVec2(to, track.high.y)};
  const bool bad = bar.tone == Tone::Blocked || bar.tone == Tone::Alarm || bar.tone == Tone::Dead;
  const ImU32 colour =
      bad || by_tone ? context.theme.tone(bar.tone) : context.theme.identity(bar.hue);
  const bool wide = box.width() > context.px(10);
  const Hit h = wide ? hit(context, path, box, true, bar.label, true) : Hit{};
  const bool lit = h.hovered || context.lit(bar.ref);
  const float strength = strength_of(bar, by_tone, lit);
  // Round corners cost thirty times what square ones do: for the few that are long.
  const float radius = box.width() > context.px(48) ? context.px(3) : 0.0F;
  list->AddRectFilled(box.low, box.high, mix(context.theme.card, colour, strength), radius);
  if (bar.waiting && wide) hatch(context, box, with_alpha(context.theme.canvas, 0.45F));
  if (box.width() > context.px(34)) {
    const ImU32 ground = mix(context.theme.card, colour, strength);
    const ImU32 ink = contrast(ground, IM_COL32_BLACK) > contrast(ground, IM_COL32_WHITE)
                          ? IM_COL32_BLACK
                          : IM_COL32_WHITE;
    const Rect inner{ImVec2(box.low.x + context.px(6), box.low.y),
                     ImVec2(box.high.x - context.px(4), box.high.y)};
    put_in(context, inner, Face::Small, ink, bar.label);
  }
  if (!h.hovered) return;
  context.hovering = bar.ref;
  if (tip_due(context)) tooltip(context, bar.tip);
  if (h.clicked && bar.ref) context.send(present::Select{bar.ref, ImGui::GetIO().KeyCtrl});
}

}  // namespace

void density_strip(Context& context, const Path& path, const present::TimeStripVm& strip,
                   Rect area) {
  const std::string base = path.text();
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Rect track{area.low, ImVec2(area.high.x, area.high.y - context.px(18))};
  list->AddRectFilled(track.low, track.high, context.theme.card, context.px(metric::kSmallRadius));
  draw_ticks(context, strip.ticks, track, track.high.y + context.px(4));
  draw_density(context, strip, track);
  for (const present::Band& band : strip.bands) {
    hatch(context,
          {ImVec2(across(track, band.from), track.low.y),
           ImVec2(across(track, band.to), track.high.y)},
          with_alpha(context.theme.tone(band.tone), 0.4F));
  }
  const ImGuiIO& io = ImGui::GetIO();
  const Hit h = hit(context, base, track, strip.can_seek, strip.cursor_text, true);
  const float here =
      std::clamp((io.MousePos.x - track.low.x) / std::max(1.0F, track.width()), 0.0F, 1.0F);
  const bool moved = io.MouseDelta.x != 0 || ImGui::IsMouseClicked(ImGuiMouseButton_Left);
  if (h.held && strip.can_seek && moved) context.send(present::Seek{strip.window.at(here)});
  if (h.hovered) {
    context.probing = true;
    const present::Probe probe{"strip", here};
    if (context.view.probe != probe) context.send(present::SetProbe{probe});
    if (io.MouseWheel != 0)
      context.send(present::SetWindow{strip.window.zoomed(here, io.MouseWheel > 0 ? 0.8 : 1.25)});
    if (!strip.probe_text.empty()) tooltip(context, strip.probe_text);
  }
  draw_marks(context, base, strip, track);
  draw_playhead(context, strip, track);
}

void lanes(Context& context, const Path& path, const present::Lanes& value, float width) {
  const std::string base = path.text();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float name_width = std::min(context.px(kLaneName), width * 0.3F);
  const float row = context.px(kLane);
  const float height = row * static_cast<float>(value.lanes.size());
  const Rect area{ImVec2(at.x + name_width, at.y), ImVec2(at.x + width, at.y + height)};
  if (!value.empty.empty() || value.lanes.empty()) {
    label(context, Path(base, "/empty"), Face::Small, context.theme.text_faint, value.empty);
    return;
  }
  time_input(context, Path(base, "/time"), area, value.window, "lanes");
  ImGui::SetItemAllowOverlap();
  draw_ticks(context, value.x_ticks, area, area.high.y + context.px(4));
  float y = at.y;
  const ImRect sight = ImGui::GetCurrentWindow()->ClipRect;
  for (const present::Lane& lane : value.lanes) {
    if (y + row < sight.Min.y || y > sight.Max.y) {
      y += row;
      continue;
    }
    chip_at(context, Path(base, "/", lane.chip.label), ImVec2(at.x, y + context.px(3)), lane.chip,
            name_width - context.px(10));
    const Rect track{ImVec2(area.low.x, y + context.px(4)),
                     ImVec2(area.high.x, y + row - context.px(4))};
    ImGui::GetWindowDrawList()->AddRectFilled(
        track.low, track.high, with_alpha(context.theme.raised, 0.5F), context.px(3));
    int number = 0;
    for (const present::LaneBar& bar : lane.bars) {
      scope::Id id(number);
      draw_bar(context, Path(base, "/", lane.chip.label, "/bar"), bar, track, value.by_tone);
      ++number;
    }
    for (const present::Band& band : value.bands) {
      hatch(context,
            {ImVec2(across(area, band.from), track.low.y),
             ImVec2(across(area, band.to), track.high.y)},
            with_alpha(context.theme.tone(band.tone), 0.35F));
    }
    y += row;
  }
  if (value.cursor) {
    const float x = across(area, *value.cursor);
    ImGui::GetWindowDrawList()->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                                        context.theme.past, context.px(1.5F));
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, height + context.px(22)));
}

void lanes_card(Context& context, const std::string& base, const present::Lanes& value,
                ImVec2 room) {
  scope::Child child(base.c_str(), room);
  Card card(context, base + "_card", ImGui::GetContentRegionAvail().x);
  heading(context, value.title, value.note);
  lanes(context, base, value, card.inner_width());
}

}  // namespace inspector::ui
