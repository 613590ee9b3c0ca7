#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <cmath>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

using present::Tone;

float dot_space(const Context& context, Tone tone) {
  return tone == Tone::Neutral ? 0.0F : context.px(13);
}

// At most `room` values: each the highest of those that share its place, so that no spike is lost.
std::vector<float> columns_of(const std::vector<float>& values, float room) {
  const auto most = static_cast<std::size_t>(std::max(room, 2.0F));
  if (values.size() <= most) return values;
  std::vector<float> columns(most, std::nanf(""));
  for (std::size_t i = 0; i < values.size(); ++i) {
    float& column = columns[i * most / values.size()];
    column = std::fmax(column, values[i]);
  }
  return columns;
}

}  // namespace

// Each tone has a shape as well, so that nobody needs the colour to tell them apart.
void dot(const Context& context, ImVec2 c, Tone tone) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImU32 colour = context.theme.tone(tone);
  const float r = context.px(3.6F);
  switch (tone) {
    case Tone::Idle:
    case Tone::Unknown:
      list->AddCircle(c, r - 0.5F, colour, 12, context.px(1.4F));
      break;
    case Tone::Waiting:
    case Tone::Warning:
      list->AddCircle(c, r, colour, 12, context.px(1.3F));
      list->AddCircleFilled(c, r * 0.45F, colour, 8);
      break;
    case Tone::Holding:
      list->AddRectFilled(ImVec2(c.x - r * 0.9F, c.y - r * 0.9F),
                          ImVec2(c.x + r * 0.9F, c.y + r * 0.9F), colour, context.px(1.5F));
      break;
    case Tone::Blocked:
    case Tone::Alarm:
      list->AddQuadFilled(ImVec2(c.x, c.y - r * 1.3F), ImVec2(c.x + r * 1.3F, c.y),
                          ImVec2(c.x, c.y + r * 1.3F), ImVec2(c.x - r * 1.3F, c.y), colour);
      break;
    case Tone::Dead: {
      const float d = r * 0.85F;
      list->AddLine(ImVec2(c.x - d, c.y - d), ImVec2(c.x + d, c.y + d), colour, context.px(1.7F));
      list->AddLine(ImVec2(c.x - d, c.y + d), ImVec2(c.x + d, c.y - d), colour, context.px(1.7F));
      break;
    }
    default:
      list->AddCircleFilled(c, r, colour, 12);
  }
}

float chip_width(const Context& context, const present::Chip& chip, float limit) {
  const float text = measure(context, Face::Small, chip.label).x;
  return std::min(
      limit, context.px(8) + dot_space(context, chip.tone) + context.px(18) + text + context.px(8));
}

void chip_at(Context& context, const Path& path, ImVec2 at, const present::Chip& chip,
             float limit) {
  const Theme& theme = context.theme;
  const float width = chip_width(context, chip, limit);
  const Rect box{at, ImVec2(at.x + width, at.y + context.px(metric::kChip))};
  const Hit h = hit(context, path, box, true, chip.label);
  const bool lit = h.hovered || context.lit(chip.ref);
  const bool chosen = context.view.selected(chip.ref);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = context.px(metric::kSmallRadius + 1);
  const bool loud =
      chip.tone == Tone::Blocked || chip.tone == Tone::Alarm || chip.tone == Tone::Dead;
  ImU32 fill = loud ? theme.wash(chip.tone) : theme.raised;
  if (lit) fill = mix(fill, theme.text, 0.10F);
  list->AddRectFilled(box.low, box.high, fill, radius);
  if (chosen) list->AddRect(box.low, box.high, theme.accent, radius, 0, context.px(1.2F));
  float x = at.x + context.px(8);
  const float middle = at.y + context.px(metric::kChip) / 2;
  if (chip.tone != Tone::Neutral) {
    dot(context, ImVec2(x + context.px(3.5F), middle), chip.tone);
    x += dot_space(context, chip.tone);
  }
  put_in(context, {ImVec2(x, at.y), ImVec2(x + context.px(16), box.high.y)}, Face::Small,
         theme.text_faint, icon::of(chip.ref.kind));
  x += context.px(18);
  put_in(context, {ImVec2(x, at.y), ImVec2(box.high.x - context.px(7), box.high.y)}, Face::Small,
         theme.text, chip.label);
  if (!h.hovered) return;
  context.hovering = chip.ref;
  if (!chip.tip.empty() && tip_due(context)) tooltip(context, chip.tip);
  if (h.double_clicked)
    context.send(present::Open{chip.ref});
  else if (h.clicked)
    context.send(present::Select{chip.ref, ImGui::GetIO().KeyCtrl});
}

void chip(Context& context, const Path& path, const present::Chip& value, float limit) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  chip_at(context, path, at, value, limit);
  ImGui::Dummy(ImVec2(chip_width(context, value, limit), context.px(metric::kChip)));
}

void chips(Context& context, const Path& path, const std::vector<present::Chip>& all, float width) {
  const std::string base = path.text();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float gap = context.px(5);
  const float more_width = context.px(30);
  float x = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool last = i + 1 == all.size();
    const float room = width - x - (last ? 0 : more_width);
    const float wide = chip_width(context, all[i]);
    if (wide > room && i > 0) {
      const std::string more = "+" + std::to_string(all.size() - i);
      put_in(
          context,
          {ImVec2(at.x + x, at.y), ImVec2(at.x + x + more_width, at.y + context.px(metric::kChip))},
          Face::MonoSmall, context.theme.text_dim, more);
      break;
    }
    chip_at(context, Path(base, "/", all[i].label), ImVec2(at.x + x, at.y), all[i],
            std::max(room, context.px(40)));
    x += std::min(wide, room) + gap;
  }
  ImGui::Dummy(ImVec2(width, context.px(metric::kChip)));
}

void chip_flow(Context& context, const Path& path, const std::vector<present::Chip>& all) {
  const std::string base = path.text();
  const float width = ImGui::GetContentRegionAvail().x;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float gap = context.px(6);
  float x = 0;
  float y = 0;
  for (const present::Chip& one : all) {
    const float wide = chip_width(context, one, width);
    if (x > 0 && x + wide > width) {
      x = 0;
      y += context.px(metric::kChip) + gap;
    }
    chip_at(context, Path(base, "/", one.label), ImVec2(at.x + x, at.y + y), one, width);
    x += wide + gap;
  }
  ImGui::Dummy(ImVec2(width, y + context.px(metric::kChip)));
}

float badge_width(const Context& context, const present::Badge& badge) {
  return badge.text.empty() ? 0 : measure(context, Face::Small, badge.text).x + context.px(16);
}

void badge_at(const Context& context, ImVec2 at, const present::Badge& badge) {
  if (badge.text.empty()) return;
  const Rect box{at, ImVec2(at.x + badge_width(context, badge), at.y + context.px(20))};
  const bool quiet = badge.tone == Tone::Neutral || badge.tone == Tone::Idle;
  ImGui::GetWindowDrawList()->AddRectFilled(
      box.low, box.high, quiet ? context.theme.raised : context.theme.wash(badge.tone),
      context.px(10));
  put_in(context, box, Face::Small, context.theme.tone(badge.tone), badge.text, Align::Center);
}

void badge(Context& context, const Path& path, const present::Badge& value) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  badge_at(context, at, value);
  ImGui::Dummy(ImVec2(badge_width(context, value), context.px(20)));
  context.registry.add(path, at, ImGui::GetItemRectMax(), false, ImGui::IsItemVisible(), true,
                       value.text);
}

void area_quad(ImVec2 left, ImVec2 right, float floor, ImU32 left_colour, ImU32 right_colour,
               ImU32 floor_colour) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec2 white = ImGui::GetFontTexUvWhitePixel();
  list->PrimReserve(6, 4);
  const auto first = static_cast<ImDrawIdx>(list->_VtxCurrentIdx);
  for (const int corner : {0, 1, 2, 0, 2, 3})
    list->PrimWriteIdx(static_cast<ImDrawIdx>(first + corner));
  list->PrimWriteVtx(left, white, left_colour);
  list->PrimWriteVtx(right, white, right_colour);
  list->PrimWriteVtx(ImVec2(right.x, floor), white, floor_colour);
  list->PrimWriteVtx(ImVec2(left.x, floor), white, floor_colour);
}

void spark(const Context& context, Rect box, const present::Spark& spark) {
  const std::vector<float> values = columns_of(spark.values, box.width() / context.px(2));
  const std::size_t count = values.size();
  if (count < 2) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImU32 colour = context.theme.tone(spark.tone);
  const ImU32 fill = with_alpha(colour, 0.18F);
  const float step = box.width() / static_cast<float>(count - 1);
  const auto known = [&](std::size_t i) { return i < count && !std::isnan(values[i]); };
  const auto point = [&](std::size_t i) {
    const float value = std::clamp(values[i], 0.0F, 1.0F);
    return ImVec2(box.low.x + static_cast<float>(i) * step,
                  box.high.y - 1 - value * (box.height() - 2));
  };
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (known(i) && known(i + 1))
      area_quad(point(i), point(i + 1), box.high.y, fill, fill, with_alpha(colour, 0.04F));
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (known(i)) list->PathLineTo(point(i));
    if (!known(i + 1)) list->PathStroke(with_alpha(colour, 0.9F), 0, context.line(1.3F));
  }
}

void meter(const Context& context, Rect box, float fill, Tone tone) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = box.height() / 2;
  list->AddRectFilled(box.low, box.high, context.theme.raised, radius);
  const float width = box.width() * std::clamp(fill, 0.0F, 1.0F);
  if (width < 1) return;
  list->AddRectFilled(box.low, ImVec2(box.low.x + std::max(width, box.height()), box.high.y),
                      context.theme.tone(tone), radius);
}

void fact(Context& context, const Path& path, const present::Fact& fact) {
  const Theme& theme = context.theme;
  {
    scope::Group group;
    scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(4), context.px(2)));
    const ImU32 colour = fact.tone == Tone::Neutral ? theme.text : theme.tone(fact.tone);
    text(context, Face::MonoLarge, colour, fact.value);
    if (!fact.unit.empty()) {
      const ImVec2 high = ImGui::GetItemRectMax();
      put(context, ImVec2(high.x + context.px(4), high.y - context.px(17)), Face::Small,
          theme.text_dim, fact.unit);
      ImGui::SameLine(0, 0);
      ImGui::Dummy(ImVec2(measure(context, Face::Small, fact.unit).x + context.px(6), 1));
    }
    text(context, Face::Small, theme.text_dim, fact.label);
  }
  context.registry.add(Path(path.text(), "/", fact.label), ImGui::GetItemRectMin(),
                       ImGui::GetItemRectMax(), false, ImGui::IsItemVisible(), true, fact.value);
}

}  // namespace inspector::ui
