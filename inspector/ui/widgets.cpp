#include "ui/widgets.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"

#include <algorithm>

#include <imgui_internal.h>
#include <imgui_stdlib.h>

namespace inspector::ui {
namespace {

constexpr float kTipDelay = 0.35F;
constexpr double kCopiedFor = 1.2;

struct Paint {
  ImU32 fill;
  ImU32 text;
  ImU32 border;
};

Paint paint_of(const Theme& theme, Look look, bool hot) {
  const auto loud = [&](present::Tone tone) {
    return Paint{hot ? mix(theme.card, theme.tone(tone), 0.22F) : theme.wash(tone),
                 theme.tone(tone), 0};
  };
  switch (look) {
    case Look::Primary:
      return {mix(theme.accent, theme.text, hot ? 0.15F : 0.0F), theme.on_accent, 0};
    case Look::Caution:
      return loud(present::Tone::Warning);
    case Look::Danger:
      return loud(present::Tone::Alarm);
    case Look::Quiet:
      return {hot ? theme.raised : 0, hot ? theme.text : theme.text_dim, 0};
    case Look::Normal:
      break;
  }
  return {hot ? mix(theme.raised, theme.text, 0.08F) : theme.raised, theme.text, theme.line};
}

Rect take(ImVec2 size) {
  const ImVec2 low = ImGui::GetCursorScreenPos();
  return {low, ImVec2(low.x + size.x, low.y + size.y)};
}

}  // namespace

Hit hit(Context& context, const Path& path, Rect rect, bool enabled, std::string_view value,
        bool under) {
  const ImRect box(rect.low, rect.high);
  const ImGuiID id = path.id();
  ImGui::KeepAliveID(id);  // 1.86 does so for ids of its own making only: a press would end at once
  const bool visible = ImGui::ItemAdd(box, id);
  if (context.registry.recording()) {
    ImVec2 low = rect.low;
    ImVec2 high = rect.high;
    if (visible) {  // the part that can be clicked
      const ImRect clip = ImGui::GetCurrentWindow()->ClipRect;
      low = ImVec2(std::max(low.x, clip.Min.x), std::max(low.y, clip.Min.y));
      high = ImVec2(std::min(high.x, clip.Max.x), std::min(high.y, clip.Max.y));
    }
    context.registry.add(path, low, high, true, visible, enabled, value);
  }
  Hit result;
  if (!visible) return result;
  if (!enabled) {
    result.hovered = ImGui::ItemHoverable(box, id);
    return result;
  }
  ImGuiButtonFlags flags = 0;
  if (under) flags |= ImGuiButtonFlags_AllowItemOverlap;
  result.clicked = ImGui::ButtonBehavior(box, id, &result.hovered, &result.held, flags);
  if (under) ImGui::SetItemAllowOverlap();
  result.double_clicked = result.hovered && ImGui::IsMouseDoubleClicked(ImGuiMouseButton_Left);
  return result;
}

bool tip_due(const Context& context) { return context.hovered_for > kTipDelay; }

float button_width(const Context& context, std::string_view words) {
  return measure(context, Face::Body, words).x + context.px(28);
}

bool button(Context& context, const Path& path, std::string_view words, Look look, bool enabled,
            std::string_view tip) {
  const ImVec2 size(button_width(context, words), context.px(metric::kButton));
  const Rect box = take(size);
  const Hit h = hit(context, path, box, enabled, words);
  const Paint paint = paint_of(context.theme, look, h.hovered && enabled);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = context.px(metric::kSmallRadius + 1);
  const float strength = enabled ? 1.0F : 0.4F;
  if (paint.fill != 0)
    list->AddRectFilled(box.low, box.high, with_alpha(paint.fill, strength), radius);
  if (paint.border != 0)
    list->AddRect(box.low, box.high, with_alpha(paint.border, strength), radius);
  put_in(context, box, look == Look::Primary ? Face::Strong : Face::Body,
         with_alpha(paint.text, strength), words, Align::Center);
  if (h.hovered && !tip.empty() && tip_due(context)) tooltip(context, tip);
  ImGui::Dummy(size);
  return h.clicked;
}

bool icon_button(Context& context, const Path& path, const char* icon, std::string_view tip,
                 bool on, bool enabled, ImU32 colour) {
  const float side = context.px(metric::kButton);
  const Rect box = take(ImVec2(side, side));
  const Hit h = hit(context, path, box, enabled, on ? "on" : "");
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float radius = context.px(metric::kSmallRadius + 1);
  if (on || (h.hovered && enabled))
    list->AddRectFilled(box.low, box.high, context.theme.raised, radius);
  ImU32 ink = colour != 0 ? colour
              : on        ? context.theme.accent
              : h.hovered ? context.theme.text
                          : context.theme.text_dim;
  if (!enabled) ink = with_alpha(context.theme.text_faint, 0.45F);
  put_in(context, box, Face::Body, ink, icon, Align::Center);
  if (h.hovered && !tip.empty() && tip_due(context)) tooltip(context, tip);
  ImGui::Dummy(ImVec2(side, side));
  return h.clicked;
}

int segmented(Context& context, const Path& path, std::initializer_list<std::string_view> names,
              int current) {
  const std::string base = path.text();
  const float height = context.px(metric::kButton);
  const float inset = context.px(3);
  float width = 2 * inset;
  for (const auto name : names) width += measure(context, Face::Small, name).x + context.px(24);
  const Rect box = take(ImVec2(width, height));
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.low, box.high, context.theme.raised,
                      context.px(metric::kSmallRadius + 2));
  int chosen = -1;
  int index = 0;
  float x = box.low.x + inset;
  for (const auto name : names) {
    const float wide = measure(context, Face::Small, name).x + context.px(24);
    const Rect part{ImVec2(x, box.low.y + inset), ImVec2(x + wide, box.high.y - inset)};
    const bool on = index == current;
    const Hit h = hit(context, Path(base, "/", name), part, true, on ? "on" : "");
    if (on) {
      list->AddRectFilled(
          part.low, part.high,
          mix(context.theme.card, context.theme.text, context.theme.dark ? 0.14F : 0.0F),
          context.px(metric::kSmallRadius));
    }
    put_in(context, part, Face::Small,
           on || h.hovered ? context.theme.text : context.theme.text_dim, name, Align::Center);
    if (h.clicked && !on) chosen = index;
    x += wide;
    ++index;
  }
  ImGui::Dummy(ImVec2(width, height));
  return chosen;
}

bool search_field(Context& context, const Path& path, std::string& value, const char* hint,
                  float width) {
  const std::string name = path.text();
  const Rect box = take(ImVec2(width, context.px(metric::kButton)));
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.low, box.high, context.theme.raised,
                      context.px(metric::kSmallRadius + 1));
  put_in(context, {ImVec2(box.low.x + context.px(10), box.low.y), box.high}, Face::Small,
         context.theme.text_faint, icon::kSearch);
  ImGui::SetCursorScreenPos(ImVec2(box.low.x + context.px(26), box.low.y));
  ImGui::SetNextItemWidth(width - context.px(34));
  bool changed = false;
  {
    scope::Color clear(ImGuiCol_FrameBg, 0);
    scope::Style pad(
        ImGuiStyleVar_FramePadding,
        ImVec2(context.px(4), (box.height() - context.fonts[Face::Body]->FontSize) / 2));
    changed = ImGui::InputTextWithHint(("##" + name).c_str(), hint, &value);
  }
  context.registry.add(name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), true,
                       ImGui::IsItemVisible(), true, value);
  if (ImGui::IsItemActive())
    list->AddRect(box.low, box.high, with_alpha(context.theme.accent, 0.7F),
                  context.px(metric::kSmallRadius + 1));
  return changed;
}

void copy_button(Context& context, const Path& path, std::string_view value) {
  ImGuiStorage* storage = ImGui::GetStateStorage();
  const ImGuiID id = path.id() ^ 0x5f3759dfU;
  const double now = ImGui::GetTime();
  const bool copied = now - static_cast<double>(storage->GetFloat(id, -1e6F)) < kCopiedFor;
  if (copied) context.animating = true;
  const ImU32 colour = copied ? context.theme.tone(present::Tone::Ok) : 0;
  if (icon_button(context, path, copied ? icon::kCheck : icon::kCopy, copied ? "Copied" : "Copy",
                  false, true, colour)) {
    ImGui::SetClipboardText(std::string(value).c_str());
    storage->SetFloat(id, static_cast<float>(now));
  }
}

void tooltip(Context& context, std::string_view words) {
  scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(12), context.px(8)));
  scope::Tooltip tip;
  const float wide = std::min(measure(context, Face::Small, words).x + 1, context.px(340));
  paragraph(context, Face::Small, context.theme.text, words, wide);
}

// Always in this order: what, state, since when, numbers, who else, hint.
void tooltip(Context& context, const present::Tip& tip) {
  if (tip.empty()) return;
  const Theme& theme = context.theme;
  scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(14), context.px(12)));
  scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(8), context.px(3)));
  scope::Tooltip open;
  int number = 0;
  const auto line = [&](Face face, ImU32 colour, std::string_view words) {
    if (!words.empty()) label(context, Path("tip/", std::to_string(number++)), face, colour, words);
  };
  line(Face::Strong, theme.text, tip.what);
  line(Face::Small, theme.text_dim, tip.state);
  line(Face::Small, theme.text_dim, tip.since);
  for (const std::string& words : tip.numbers) line(Face::MonoSmall, theme.text_dim, words);
  line(Face::Small, theme.text_dim, tip.others);
  space(context, 2);
  line(Face::Small, theme.text_faint,
       tip.hint.empty() ? "click: select   double-click: open" : tip.hint.c_str());
}

}  // namespace inspector::ui
