#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

#include <imgui_internal.h>

namespace inspector::ui {

Card::Card(Context& context, const Path& path, float width, present::Tone edge, float min_height)
    : context_(context),
      name_(path.text()),
      list_(ImGui::GetWindowDrawList()),
      low_(ImGui::GetCursorScreenPos()),
      width_(width),
      pad_(context.px(metric::kCardPad)),
      min_height_(min_height),
      edge_(edge) {
  ImGui::PushID(name_.c_str());
  splitter_.Split(list_, 2);
  splitter_.SetCurrentChannel(list_, 1);
  ImGui::SetCursorScreenPos(ImVec2(low_.x + pad_, low_.y + pad_));
  ImGui::BeginGroup();
}

Card::~Card() {
  ImGui::EndGroup();
  const float height = std::max(min_height_, ImGui::GetItemRectMax().y - low_.y + pad_);
  const ImVec2 high(low_.x + width_, low_.y + height);
  const float radius = context_.px(metric::kRadius);
  const Theme& theme = context_.theme;
  splitter_.SetCurrentChannel(list_, 0);
  list_->AddRectFilled(low_, high, theme.card, radius);
  list_->AddRect(low_, high, theme.line, radius);
  if (edge_ != present::Tone::Neutral) {
    scope::Clip clip(list_, low_, ImVec2(low_.x + context_.px(3), high.y));
    list_->AddRectFilled(low_, high, theme.tone(edge_), radius);
  }
  splitter_.Merge(list_);
  ImGui::PopID();
  ImGui::SetCursorScreenPos(low_);
  ImGui::Dummy(ImVec2(width_, height));
  context_.registry.add(name_, low_, high, false, ImGui::IsItemVisible(), true, {});
}

void heading(Context& context, std::string_view words, std::string_view note) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float used = put(context, at, Face::Strong, context.theme.text, words);
  const float height = context.fonts[Face::Strong]->FontSize;
  if (!note.empty()) {
    const float lift = height - context.fonts[Face::Small]->FontSize;
    put(context, ImVec2(at.x + used + context.px(10), at.y + lift - context.px(1)), Face::Small,
        context.theme.text_faint, note);
  }
  ImGui::Dummy(ImVec2(used, height));
  space(context, 4);
}

void empty_state(Context& context, const Path& path, const present::EmptyState& empty,
                 const char* icon) {
  const std::string base = path.text();
  const Theme& theme = context.theme;
  const ImVec2 room = ImGui::GetContentRegionAvail();
  const float width = std::min(room.x, context.px(460));
  const ImVec2 start = ImGui::GetCursorScreenPos();
  const float x = start.x + (room.x - width) / 2;
  float y = start.y + std::max(context.px(24), room.y * 0.28F);
  const Rect symbol{ImVec2(x, y), ImVec2(x + width, y + context.px(40))};
  put_in(context, symbol, Face::Symbol, with_alpha(theme.text_faint, 0.55F), icon, Align::Center);
  y += context.px(58);
  put_in(context, {ImVec2(x, y), ImVec2(x + width, y + context.px(24))}, Face::Title, theme.text,
         empty.title, Align::Center);
  y += context.px(34);
  ImGui::SetCursorScreenPos(ImVec2(x, y));
  centered(context, Face::Body, theme.text_dim, empty.text, width);
  context.registry.add(Path(base, "/title"), symbol.low, symbol.high, false, true, true,
                       empty.title);
  context.registry.add(Path(base, "/text"), ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), false,
                       true, true, empty.text);
  if (empty.command.empty()) return;
  const float long_enough = measure(context, Face::Mono, empty.command).x + context.px(66);
  ImGui::SetCursorScreenPos(
      ImVec2(x + (width - long_enough) / 2, ImGui::GetItemRectMax().y + context.px(16)));
  command_line(context, Path(base, "/command"), empty.command, long_enough);
}

void command_line(Context& context, const Path& path, std::string_view command, float width) {
  const std::string base = path.text();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = context.px(40);
  const Rect box{at, ImVec2(at.x + width, at.y + height)};
  ImDrawList* list = ImGui::GetWindowDrawList();
  list->AddRectFilled(box.low, box.high, context.theme.raised, context.px(metric::kRadius));
  const float left = at.x + context.px(14);
  put_in(context, {ImVec2(left, at.y), ImVec2(box.high.x - context.px(44), box.high.y)}, Face::Mono,
         context.theme.text, command);
  context.registry.add(base, box.low, box.high, false, true, true, command);
  ImGui::SetCursorScreenPos(ImVec2(box.high.x - context.px(metric::kButton + 6),
                                   at.y + (height - context.px(metric::kButton)) / 2));
  copy_button(context, Path(base, "/copy"), command);
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, height));
}

void space(const Context& context, float height) { ImGui::Dummy(ImVec2(0, context.px(height))); }

void separator(const Context& context) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  ImGui::GetWindowDrawList()->AddLine(at, ImVec2(at.x + width, at.y), context.theme.line);
  ImGui::Dummy(ImVec2(width, 1));
}

}  // namespace inspector::ui
