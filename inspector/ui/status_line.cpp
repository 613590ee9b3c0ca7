#include "ui/status_line.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::Tone;

void draw_item(Context& context, const present::StatusVm::Item& item, Rect box, const Path& path) {
  const bool quiet = item.tone == Tone::Neutral || item.tone == Tone::Idle;
  put_in(context, box, Face::Small,
         quiet ? context.theme.text_faint : context.theme.tone(item.tone), item.text);
  const Hit h = hit(context, path, box, false, item.text);
  if (h.hovered && !item.tip.empty()) tooltip(context, item.tip);
}

const char* icon_for(Tone tone) {
  if (tone == Tone::Alarm || tone == Tone::Warning || tone == Tone::Blocked) return icon::kWarning;
  return tone == Tone::Ok ? icon::kCheckCircle : icon::kInfoCircle;
}

}  // namespace

void draw_status_line(Context& context, const present::StatusVm& vm) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = context.px(metric::kStatus);
  const float gap = context.px(18);
  float right = at.x + width - context.px(14);
  for (auto item = vm.right.rbegin(); item != vm.right.rend(); ++item) {
    const float wide = measure(context, Face::Small, item->text).x;
    if (right - wide < at.x + width * 0.4F) break;
    draw_item(context, *item, {ImVec2(right - wide, at.y), ImVec2(right + 1, at.y + height)},
              Path("status/right/", item->text));
    right -= wide + gap;
  }
  float x = at.x + context.px(18);
  for (const present::StatusVm::Item& item : vm.left) {
    const float wide = std::min(measure(context, Face::Small, item.text).x, right - x);
    if (wide < context.px(20)) break;
    draw_item(context, item, {ImVec2(x, at.y), ImVec2(x + wide + 1, at.y + height)},
              Path("status/left/", item.text));
    x += wide + gap;
  }
}

void draw_notices(Context& context, const std::vector<present::NoticeVm>& notices, float bottom) {
  const float width = std::min(context.px(400), ImGui::GetIO().DisplaySize.x - context.px(32));
  const float right = ImGui::GetIO().DisplaySize.x - context.px(16);
  float foot = bottom - context.px(16);
  for (const present::NoticeVm& notice : notices) {
    const std::string name = "notice/" + std::to_string(notice.id);
    ImGui::SetNextWindowPos(ImVec2(right, foot), ImGuiCond_Always, ImVec2(1, 1));
    ImGui::SetNextWindowSizeConstraints(ImVec2(width, 0), ImVec2(width, 1000));
    scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(14), context.px(12)));
    scope::Style round(ImGuiStyleVar_WindowRounding, context.px(metric::kRadius));
    scope::Style border(ImGuiStyleVar_WindowBorderSize, 1);
    scope::Color ground(ImGuiCol_WindowBg,
                        context.theme.dark ? context.theme.raised : context.theme.card);
    scope::Window window(name.c_str(),
                         ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                             ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoSavedSettings |
                             ImGuiWindowFlags_NoFocusOnAppearing | ImGuiWindowFlags_NoNav);
    text(context, Face::Body, context.theme.tone(notice.tone), icon_for(notice.tone));
    ImGui::SameLine(0, context.px(10));
    {
      scope::Group group;
      paragraph(context, Face::Body, context.theme.text, notice.text, width - context.px(100));
    }
    context.registry.add(name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), false, true, true,
                         notice.text);
    ImGui::SameLine(width - context.px(44));
    if (icon_button(context, Path(name, "/dismiss"), icon::kClose, "Dismiss"))
      context.send(present::DismissNotice{notice.id});
    foot -= ImGui::GetWindowHeight() + context.px(8);
  }
}

}  // namespace inspector::ui
