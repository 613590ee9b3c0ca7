#include "ui/top_bar.hpp"

#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <string>

namespace inspector::ui {
namespace {

using present::Tone;

void draw_mode(Context& context, const present::TopBarVm& vm) {
  const Theme& theme = context.theme;
  const ImU32 colour = vm.past ? theme.past : vm.live ? theme.tone(Tone::Ok) : theme.text_dim;
  const float height = context.px(26);
  const float words = measure(context, Face::SmallStrong, vm.mode_text).x;
  const float clock = measure(context, Face::Mono, vm.clock).x;
  const float width = context.px(26) + words + context.px(12) + clock + context.px(12);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(at, ImVec2(at.x + width, at.y + height),
                      mix(theme.panel, colour, theme.dark ? 0.14F : 0.09F), height / 2);
  const float middle = at.y + height / 2;
  list->AddCircleFilled(ImVec2(at.x + context.px(14), middle), context.px(3.6F), colour, 14);
  float x = at.x + context.px(24);
  put_in(context, {ImVec2(x, at.y), ImVec2(x + words + 1, at.y + height)}, Face::SmallStrong,
         colour, vm.mode_text);
  x += words + context.px(10);
  put_in(context, {ImVec2(x, at.y), ImVec2(x + clock + 1, at.y + height)}, Face::Mono, theme.text,
         vm.clock);
  ImGui::Dummy(ImVec2(width, height));
  context.registry.add("top/mode", at, ImGui::GetItemRectMax(), false, true, true, vm.mode_text);
  context.registry.add("top/clock", at, ImGui::GetItemRectMax(), false, true, true, vm.clock);
}

// As many as there is room for; each is "41 processes".
void draw_facts(Context& context, const present::TopBarVm& vm, ImVec2 at, float until) {
  float x = at.x;
  for (const present::Fact& fact : vm.facts) {
    const float value = measure(context, Face::Mono, fact.value).x;
    const std::string words = fact.label + fact.unit;
    const float wide =
        value + context.px(6) + measure(context, Face::Small, words).x + context.px(20);
    if (x + wide > until) return;
    const float middle = at.y + context.px(13);
    const ImU32 colour =
        fact.tone == Tone::Neutral ? context.theme.text : context.theme.tone(fact.tone);
    put_in(context,
           {ImVec2(x, middle - context.px(12)), ImVec2(x + value + 1, middle + context.px(12))},
           Face::Mono, colour, fact.value);
    put_in(context,
           {ImVec2(x + value + context.px(6), middle - context.px(12)),
            ImVec2(x + wide, middle + context.px(12))},
           Face::Small, context.theme.text_dim, words);
    context.registry.add(Path("top/facts/", fact.label), ImVec2(x, at.y),
                         ImVec2(x + wide - context.px(20), at.y + context.px(26)), false, true,
                         true, fact.value);
    x += wide;
  }
}

void draw_levels(Context& context, const present::TopBarVm& vm) {
  const auto level = static_cast<std::size_t>(vm.level);
  const std::string name = level < vm.level_names.size() ? vm.level_names[level] : std::string();
  if (button(context, "top/level", name + "  " + icon::kChevronDown, Look::Quiet, vm.can_set_level,
             "How much is recorded")) {
    ImGui::OpenPopup("levels");
  }
  scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(8), context.px(8)));
  scope::Popup popup("levels");
  if (!popup) return;
  for (std::size_t i = 0; i < vm.level_names.size(); ++i) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Rect box{at, ImVec2(at.x + context.px(380), at.y + context.px(44))};
    const Hit h = hit(context, Path("top/level/", vm.level_names[i]), box, true, vm.level_tips[i]);
    if (h.hovered)
      ImGui::GetWindowDrawList()->AddRectFilled(
          box.low, box.high, with_alpha(context.theme.text, 0.06F), context.px(6));
    const float left = at.x + context.px(34);
    if (i == level)
      put(context, ImVec2(at.x + context.px(10), at.y + context.px(6)), Face::Body,
          context.theme.accent, icon::kCheck);
    put(context, ImVec2(left, at.y + context.px(4)), Face::Body, context.theme.text,
        vm.level_names[i]);
    put(context, ImVec2(left, at.y + context.px(23)), Face::Small, context.theme.text_dim,
        vm.level_tips[i], context.px(336));
    if (h.clicked) {
      context.send(present::SetLevel{static_cast<int>(i)});
      ImGui::CloseCurrentPopup();
    }
    ImGui::Dummy(ImVec2(context.px(380), context.px(44)));
  }
}

void draw_record(Context& context, const present::TopBarVm& vm) {
  const std::string mark = "\xe2\x97\x8f  ";
  if (vm.recording) {
    if (button(context, "top/stop", std::string(icon::kStop) + "  " + vm.recording_text,
               Look::Danger, true, "Stop recording")) {
      context.send(present::StopRecording{});
    }
  } else if (vm.can_record && button(context, "top/record", mark + "Record", Look::Quiet, true,
                                     "Record this session into a file")) {
    context.send(present::StartRecording{});
  }
}

// Everything that stands at the right end; returns where it begins.
float draw_right(Context& context, Memory& memory, const present::TopBarVm& vm, float right,
                 float y) {
  const float side = context.px(metric::kButton);
  const float gap = context.px(4);
  const std::string alarms = std::string(icon::kWarning) + "  " + vm.alarms_text;
  float width = 3 * (side + gap);
  if (vm.alarms > 0) width += button_width(context, alarms) + gap;
  if (vm.recording)
    width += button_width(context, std::string(icon::kStop) + "  " + vm.recording_text) + gap;
  else if (vm.can_record)
    width += button_width(context, "\xe2\x97\x8f  Record") + gap;
  const auto level = static_cast<std::size_t>(vm.level);
  if (vm.can_set_level && level < vm.level_names.size())
    width += button_width(context, vm.level_names[level] + "  " + icon::kChevronDown) + gap;
  const float left = right - width;
  ImGui::SetCursorScreenPos(ImVec2(left, y));
  scope::Style spacing(ImGuiStyleVar_ItemSpacing, ImVec2(gap, 0));
  if (vm.can_set_level) {
    draw_levels(context, vm);
    ImGui::SameLine();
  }
  if (vm.recording || vm.can_record) {
    draw_record(context, vm);
    ImGui::SameLine();
  }
  if (vm.alarms > 0) {
    const bool red = vm.alarms_tone == Tone::Alarm;
    if (button(context, "top/alarms", alarms, red ? Look::Danger : Look::Caution, true,
               "Show the alarms"))
      context.send(present::GoTo{present::Screen::Overview});
    ImGui::SameLine();
  }
  if (icon_button(context, "top/search", icon::kSearch, "Find anything (Ctrl+P)")) {
    memory.palette_open = true;
    memory.palette_focus = true;
  }
  ImGui::SameLine();
  const bool at_home = context.view.screen == present::Screen::Sessions;
  const bool shown = context.view.detail_open && !at_home;
  const bool dark = context.theme.dark;
  if (icon_button(context, "top/theme", dark ? icon::kSun : icon::kMoon,
                  dark ? "Light colours" : "Dark colours")) {
    context.send(present::SetTheme{dark ? present::Theme::Light : present::Theme::Dark});
  }
  ImGui::SameLine();
  if (icon_button(context, "top/detail", icon::kColumns, "Detail panel (D)", shown, !at_home)) {
    context.send(present::SetDetailOpen{!context.view.detail_open});
  }
  return left;
}

}  // namespace

void draw_top_bar(Context& context, Memory& memory, const present::TopBarVm& vm) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = context.px(metric::kTopBar);
  const float right = draw_right(context, memory, vm, at.x + width - context.px(10),
                                 at.y + (height - context.px(metric::kButton)) / 2);
  float x = at.x + context.px(18);
  const float name_room = std::max(context.px(60), std::min(context.px(260), (right - x) * 0.4F));
  const float name = std::min(measure(context, Face::Strong, vm.session).x, name_room);
  put_in(context, {ImVec2(x, at.y), ImVec2(x + name + 1, at.y + height)}, Face::Strong,
         context.theme.text, vm.session);
  context.registry.add("top/session", ImVec2(x, at.y), ImVec2(x + name, at.y + height), false, true,
                       true, vm.session);
  x += name + context.px(8);
  const float origin =
      std::min(measure(context, Face::Small, vm.origin).x, std::max(0.0F, name_room - name));
  if (origin > context.px(30)) {
    put_in(context, {ImVec2(x, at.y + context.px(1)), ImVec2(x + origin + 1, at.y + height)},
           Face::Small, context.theme.text_faint, vm.origin);
    x += origin + context.px(8);
  }
  if (!vm.open) return;
  x += context.px(10);
  ImGui::SetCursorScreenPos(ImVec2(x, at.y + context.px(11)));
  draw_mode(context, vm);
  x = ImGui::GetItemRectMax().x + context.px(20);
  draw_facts(context, vm, ImVec2(x, at.y + context.px(11)), right - context.px(8));
}

}  // namespace inspector::ui
