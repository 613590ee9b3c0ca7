#include "ui/strip_panel.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/timeline.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <string>

namespace inspector::ui {
namespace {

constexpr float kTransport = 262;
constexpr float kReturn = 138;

void draw_speeds(Context& context, const present::TimeStripVm& vm) {
  if (button(context, "strip/speed", vm.speed_text, Look::Quiet, vm.can_seek, "Playback speed"))
    ImGui::OpenPopup("speeds");
  scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(6), context.px(6)));
  scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(0, context.px(2)));
  scope::Popup popup("speeds");
  if (!popup) return;
  for (const auto& speed : vm.speeds) {
    const bool on = speed.speed == vm.speed;
    if (button(context, Path("strip/speed/", speed.text), speed.text,
               on ? Look::Normal : Look::Quiet)) {
      context.send(present::SetSpeed{speed.speed});
      ImGui::CloseCurrentPopup();
    }
  }
}

void draw_buttons(Context& context, const present::TimeStripVm& vm) {
  scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(2), 0));
  using present::StepUnit;
  if (icon_button(context, "strip/alarm_before", icon::kStepBack, "To the alarm before  ([)", false,
                  vm.can_seek)) {
    context.send(present::Step{StepUnit::Alarm, false});
  }
  ImGui::SameLine();
  if (icon_button(context, "strip/back", icon::kChevronLeft, "One event back  (,)", false,
                  vm.can_seek)) {
    context.send(present::Step{StepUnit::Event, false});
  }
  ImGui::SameLine();
  if (vm.playing) {
    if (icon_button(context, "strip/pause", icon::kPause,
                    "Pause the view; recording goes on  (Space)", false, vm.can_pause)) {
      context.send(present::Pause{});
    }
  } else if (icon_button(context, "strip/play", icon::kPlay, "Play on from here  (Space)", false,
                         vm.can_seek)) {
    context.send(present::Play{});
  }
  ImGui::SameLine();
  if (icon_button(context, "strip/forward", icon::kChevronRight, "One event on  (.)", false,
                  vm.can_seek)) {
    context.send(present::Step{StepUnit::Event, true});
  }
  ImGui::SameLine();
  if (icon_button(context, "strip/alarm_after", icon::kStepForward, "To the next alarm  (])", false,
                  vm.can_seek)) {
    context.send(present::Step{StepUnit::Alarm, true});
  }
  ImGui::SameLine(0, context.px(6));
  draw_speeds(context, vm);
}

void draw_return(Context& context, const present::TimeStripVm& vm, ImVec2 at, float height) {
  if (!vm.can_follow) return;
  const bool away = vm.past || vm.mode != present::Mode::Live;
  if (!away) {
    const float middle = at.y + height / 2 - context.px(9);
    const ImU32 green = context.theme.tone(present::Tone::Ok);
    ImGui::GetWindowDrawList()->AddCircleFilled(ImVec2(at.x + context.px(22), middle),
                                                context.px(3.6F), green, 14);
    put_in(context,
           {ImVec2(at.x + context.px(34), middle - context.px(10)),
            ImVec2(at.x + context.px(kReturn), middle + context.px(10))},
           Face::Small, context.theme.text_dim, "following live");
    return;
  }
  ImGui::SetCursorScreenPos(ImVec2(at.x + context.px(10), at.y + height / 2 - context.px(24)));
  if (button(context, "strip/live", std::string(icon::kStepForward) + "  Back to live",
             Look::Primary, true, "Follow the newest moment  (End)")) {
    context.send(present::BackToLive{});
  }
}

}  // namespace

void draw_strip(Context& context, const present::TimeStripVm& vm) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const Theme& theme = context.theme;
  ImGui::SetCursorScreenPos(ImVec2(at.x + context.px(12), at.y + context.px(8)));
  draw_buttons(context, vm);
  const float line = at.y + context.px(46);
  const ImVec2 words(at.x + context.px(18), line);
  const float used =
      put(context, words, Face::MonoSmall, vm.past ? theme.past : theme.text_dim, vm.cursor_text);
  const std::string& note = vm.past ? vm.past_text : vm.range_text;
  put(context, ImVec2(words.x + used + context.px(10), line - context.px(1)), Face::Small,
      vm.past ? theme.past : theme.text_faint, note, context.px(kTransport - 24) - used);
  context.registry.add("strip/cursor", words, ImVec2(words.x + used, line + context.px(14)), false,
                       true, true, vm.cursor_text);
  context.registry.add("strip/note", words,
                       ImVec2(at.x + context.px(kTransport), line + context.px(14)), false, true,
                       true, note);
  const float right = vm.can_follow ? context.px(kReturn) : context.px(18);
  const Rect area{ImVec2(at.x + context.px(kTransport) + context.px(8), at.y + context.px(10)),
                  ImVec2(at.x + room.x - right, at.y + room.y - context.px(4))};
  density_strip(context, "strip/time", vm, area);
  draw_return(context, vm, ImVec2(area.high.x, at.y), room.y);
}

}  // namespace inspector::ui
