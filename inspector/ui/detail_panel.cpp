#include "ui/detail_panel.hpp"

#include "ui/icons.hpp"
#include "ui/memory.hpp"
#include "ui/plot.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::DetailVm;
using present::Tone;

void block(Context& context, const char* title) {
  space(context, 10);
  text(context, Face::SmallStrong, context.theme.text_dim, title);
  space(context, 1);
}

void draw_title(Context& context, const DetailVm& vm) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float side = context.px(38);
  const Theme& theme = context.theme;
  const bool quiet = vm.tone == Tone::Neutral || vm.tone == Tone::Idle;
  ImGui::GetWindowDrawList()->AddRectFilled(at, ImVec2(at.x + side, at.y + side),
                                            quiet ? theme.raised : theme.wash(vm.tone),
                                            context.px(metric::kRadius));
  put_in(context, {at, ImVec2(at.x + side, at.y + side)}, Face::Title, theme.tone(vm.tone),
         vm.title ? icon::of(vm.title.ref.kind) : icon::kDashboard, Align::Center);
  const float left = at.x + side + context.px(12);
  put(context, ImVec2(left, at.y - context.px(1)), Face::Title, theme.text, vm.title.label,
      at.x + width - left);
  put(context, ImVec2(left, at.y + context.px(23)), Face::Small, theme.text_dim, vm.kind);
  ImGui::Dummy(ImVec2(width, side));
  context.registry.add("detail/title", at, ImGui::GetItemRectMax(), false, true, true,
                       vm.title.label);
  space(context, 4);
  sentence(context, "detail/state", vm.state);
  if (vm.advice.empty()) return;
  space(context, 2);
  paragraph(context, Face::Small, theme.text_dim, vm.advice);
}

void draw_actions(Context& context, Memory& memory, const DetailVm& vm) {
  if (vm.actions.empty()) return;
  space(context, 4);
  bool first = true;
  for (const DetailVm::Action& action : vm.actions) {
    if (!first) ImGui::SameLine();
    first = false;
    if (!button(context, Path("detail/action/", action.id), action.label,
                action.danger ? Look::Danger : Look::Normal))
      continue;
    if (action.confirm.empty())
      context.send(action.command);
    else
      memory.question = Question{action.confirm, action.label, action.command};
  }
}

void draw_facts(Context& context, const DetailVm& vm) {
  if (vm.facts.empty()) return;
  space(context, 8);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float step = width / 2;
  const float line = context.px(52);
  int index = 0;
  for (const present::Fact& one : vm.facts) {
    ImGui::SetCursorScreenPos(ImVec2(at.x + step * static_cast<float>(index % 2),
                                     at.y + line * static_cast<float>(index / 2)));
    fact(context, "detail/facts", one);
    ++index;
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, line * static_cast<float>((index + 1) / 2)));
}

void draw_relations(Context& context, const DetailVm& vm) {
  for (const DetailVm::Relation& relation : vm.relations) {
    block(context, relation.label.c_str());
    chip_flow(context, Path("detail/", relation.label), relation.chips);
    if (!relation.more.empty()) text(context, Face::Small, context.theme.text_faint, relation.more);
  }
}

void draw_events(Context& context, const DetailVm& vm) {
  if (vm.events.empty()) return;
  block(context, "Last events");
  if (!vm.events_note.empty())
    paragraph(context, Face::Small, context.theme.text_faint, vm.events_note);
  const float width = ImGui::GetContentRegionAvail().x;
  int number = 0;
  for (const DetailVm::EventLine& line : vm.events) {
    scope::Id id(number++);
    const float when = line.when.empty() ? 0 : context.px(66);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Rect box{at, ImVec2(at.x + width, at.y + context.px(22))};
    const Hit h = hit(context, Path("detail/event/", line.when), box);
    const std::string words = plain(line.text);
    if (h.hovered)
      ImGui::GetWindowDrawList()->AddRectFilled(box.low, box.high, context.theme.raised,
                                                context.px(4));
    put_in(context, {box.low, ImVec2(at.x + when, box.high.y)}, Face::MonoSmall,
           context.theme.text_faint, line.when, Align::Right);
    const bool quiet = line.tone == Tone::Neutral || line.tone == Tone::Idle;
    put_in(context, {ImVec2(at.x + when + context.px(10), at.y), box.high}, Face::Small,
           quiet ? context.theme.text : context.theme.tone(line.tone), words);
    if (h.hovered && tip_due(context)) tooltip(context, words + "  (click: go there)");
    if (h.clicked) context.send(present::Seek{line.at});
    ImGui::Dummy(ImVec2(width, context.px(22)));
  }
}

void draw_fields(Context& context, const char* title, const char* base,
                 const std::vector<present::Field>& fields) {
  if (fields.empty()) return;
  block(context, title);
  const float width = ImGui::GetContentRegionAvail().x;
  const float names = context.px(92);
  for (const present::Field& field : fields) {
    scope::Id id(field.label.c_str());
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Rect box{at, ImVec2(at.x + width, at.y + context.px(24))};
    put_in(context, {at, ImVec2(at.x + names, box.high.y)}, Face::Small, context.theme.text_dim,
           field.label);
    const Hit h = hit(context, Path(base, field.label), box, field.copyable, field.value);
    const bool hot = h.hovered && field.copyable;
    if (hot)
      ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(at.x + names - context.px(6), at.y),
                                                box.high, context.theme.raised, context.px(4));
    put_in(
        context,
        {ImVec2(at.x + names, at.y), ImVec2(box.high.x - (hot ? context.px(24) : 0), box.high.y)},
        Face::MonoSmall, context.theme.text, field.value);
    if (hot)
      put_in(context, {at, ImVec2(box.high.x - context.px(6), box.high.y)}, Face::Small,
             context.theme.text_dim, icon::kCopy, Align::Right);
    if (h.clicked) ImGui::SetClipboardText(field.value.c_str());
    if (hot && tip_due(context)) tooltip(context, field.value + "  (click: copy)");
    ImGui::Dummy(ImVec2(width, context.px(24)));
  }
}

}  // namespace

void draw_detail(Context& context, Memory& memory, const DetailVm& vm) {
  if (vm.empty) {
    empty_state(context, "detail/empty", vm.empty, icon::kInfoCircle);
    return;
  }
  scope::Style spacing(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(8), context.px(3)));
  draw_title(context, vm);
  draw_actions(context, memory, vm);
  draw_facts(context, vm);
  draw_relations(context, vm);
  for (const present::Plot& one : vm.plots) {
    space(context, 12);
    plot(context, Path("detail/plot/", one.id), one,
         ImVec2(ImGui::GetContentRegionAvail().x, context.px(116)));
  }
  draw_events(context, vm);
  draw_fields(context, "Where it comes from", "detail/provenance/", vm.provenance);
  draw_fields(context, "Ids", "detail/id/", vm.ids);
  space(context, 16);
}

}  // namespace inspector::ui
