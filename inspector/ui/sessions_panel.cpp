#include "ui/sessions_panel.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

using present::SessionsVm;
using present::Tone;

constexpr float kItem = 52;

// A line with a name, a note below it, and room for a button at the right end.
struct Item {
  Rect box;
  float right;  // where the text has to end
};

Item item_line(Context& context, bool first, float width, float keep) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float height = context.px(kItem);
  if (!first) {
    ImGui::GetWindowDrawList()->AddLine(at, ImVec2(at.x + width, at.y),
                                        with_alpha(context.theme.line, 0.7F));
  }
  return {{at, ImVec2(at.x + width, at.y + height)}, at.x + width - keep};
}

void two_lines(Context& context, const Item& item, float left, std::string_view name,
               std::string_view note) {
  const float room = item.right - left - context.px(8);
  put(context, ImVec2(left, item.box.low.y + context.px(8)), Face::Body, context.theme.text, name,
      room);
  put(context, ImVec2(left, item.box.low.y + context.px(28)), Face::Small, context.theme.text_dim,
      note, room);
}

void end_item(const Item& item) {
  ImGui::SetCursorScreenPos(item.box.low);
  ImGui::Dummy(ImVec2(item.box.width(), item.box.height()));
}

void nothing(Context& context, const Path& path, const std::string& words, float width) {
  scope::Group group;
  paragraph(context, Face::Body, context.theme.text_dim, words, width);
  context.registry.add(path, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), false, true, true,
                       words);
}

void draw_connect(Context& context, const SessionsVm& vm, float width) {
  Card card(context, "sessions/connect", width);
  const float inner = card.inner_width();
  heading(context, "From a terminal");
  paragraph(context, Face::Body, context.theme.text_dim,
            "Start it like this; it appears here by itself, with all its children.", inner);
  space(context, 4);
  command_line(context, "sessions/command", vm.command, inner);
  space(context, 6);
  for (const SessionsVm::Address& address : vm.listening) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    dot(context, ImVec2(at.x + context.px(6), at.y + context.px(9)), address.tone);
    put(context, ImVec2(at.x + context.px(20), at.y + context.px(1)), Face::MonoSmall,
        context.theme.text_dim, address.text, inner - context.px(20));
    ImGui::Dummy(ImVec2(inner, context.px(18)));
    context.registry.add(Path("sessions/listening/", address.text), at, ImGui::GetItemRectMax(),
                         false, true, true, address.text);
  }
  const std::string& words = vm.problem.empty() ? vm.note : vm.problem;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float indent = vm.listening.empty() ? 0 : context.px(20);
  put(context, ImVec2(at.x + indent, at.y), Face::Small,
      vm.problem.empty() ? context.theme.text_faint : context.theme.tone(Tone::Alarm), words,
      inner - indent);
  ImGui::Dummy(ImVec2(inner, context.px(16)));
  context.registry.add("sessions/note", at, ImGui::GetItemRectMax(), false, true, true, words);
}

void draw_running_item(Context& context, const SessionsVm::Running& one, bool first, float width) {
  scope::Id id(static_cast<int>(one.id));
  const std::string base = "sessions/running/" + one.name;
  const char* action = one.attached ? "Open" : "Attach";
  const float keep = button_width(context, action) + context.px(8);
  const Item item = item_line(context, first, width, keep);
  dot(context, ImVec2(item.box.low.x + context.px(6), item.box.low.y + context.px(17)), one.tone);
  const float left = item.box.low.x + context.px(22);
  const std::string note =
      one.obstacle.empty() ? one.state + "  \xc2\xb7  " + one.age : one.obstacle;
  two_lines(context, item, left, one.name, note);
  const float name =
      std::min(measure(context, Face::Body, one.name).x, item.right - left - context.px(8));
  put(context, ImVec2(left + name + context.px(10), item.box.low.y + context.px(9)),
      Face::MonoSmall, context.theme.text_faint, one.pid,
      std::max(0.0F, item.right - left - name - context.px(16)));
  context.registry.add(Path(base, "/state"), item.box.low, item.box.high, false, true, true, note);
  ImGui::SetCursorScreenPos(ImVec2(item.right + context.px(8), item.box.low.y + context.px(11)));
  const std::string& tip = one.obstacle.empty() ? one.command : one.obstacle;
  if (button(context, Path(base, "/attach"), action, Look::Normal, one.obstacle.empty(), tip)) {
    context.send(present::Attach{one.id});
  }
  end_item(item);
}

void draw_running(Context& context, const SessionsVm& vm, float width) {
  Card card(context, "sessions/running", width);
  heading(context, "Running now", "on this machine, started for inspection or not");
  if (vm.running.empty())
    nothing(context, "sessions/running/empty", vm.running_empty, card.inner_width());
  bool first = true;
  for (const SessionsVm::Running& one : vm.running) {
    draw_running_item(context, one, first, card.inner_width());
    first = false;
  }
  for (const SessionsVm::Recoverable& one : vm.recoverable) {
    const Item item = item_line(context, first, card.inner_width(),
                                button_width(context, "Post-mortem") + context.px(8));
    dot(context, ImVec2(item.box.low.x + context.px(6), item.box.low.y + context.px(17)),
        Tone::Dead);
    two_lines(context, item, item.box.low.x + context.px(22), one.text,
              "what it did last can still be read");
    ImGui::SetCursorScreenPos(ImVec2(item.right + context.px(8), item.box.low.y + context.px(11)));
    if (button(context, Path("sessions/recoverable/", one.path), "Post-mortem")) {
      context.send(present::OpenRecoverable{one.path});
    }
    end_item(item);
    first = false;
  }
  if (!vm.recoverable_more.empty())
    nothing(context, "sessions/recoverable/more", vm.recoverable_more, card.inner_width());
}

void draw_recording_item(Context& context, const SessionsVm::Recording& one, bool first,
                         float width) {
  scope::Id id(one.path.c_str());
  float badges = 0;
  for (const present::Badge& badge : one.badges)
    badges += badge_width(context, badge) + context.px(6);
  const Item item = item_line(context, first, width, badges + context.px(28));
  const bool can_open = one.obstacle.empty();
  const Hit h = hit(context, Path("sessions/recording/", one.name), item.box, can_open);
  if (h.hovered && can_open) {
    ImGui::GetWindowDrawList()->AddRectFilled(
        ImVec2(item.box.low.x - context.px(8), item.box.low.y + 1),
        ImVec2(item.box.high.x + context.px(8), item.box.high.y), context.theme.raised,
        context.px(6));
  }
  const std::string note =
      can_open ? one.when + "  \xc2\xb7  " + one.duration + "  \xc2\xb7  " + one.size
               : one.obstacle;
  two_lines(context, item, item.box.low.x, one.name, note);
  float x = item.right + context.px(4);
  for (const present::Badge& badge : one.badges) {
    badge_at(context, ImVec2(x, item.box.low.y + context.px(16)), badge);
    x += badge_width(context, badge) + context.px(6);
  }
  put_in(context, {ImVec2(item.box.high.x - context.px(14), item.box.low.y), item.box.high},
         Face::Small, context.theme.text_faint, icon::kChevronRight);
  if (h.clicked) context.send(present::OpenRecording{one.path});
  if (h.hovered && tip_due(context)) tooltip(context, can_open ? one.path : one.obstacle);
  end_item(item);
}

void draw_recordings(Context& context, const SessionsVm& vm, float width) {
  Card card(context, "sessions/recordings", width);
  heading(context, "Recent recordings");
  if (vm.recordings.empty())
    nothing(context, "sessions/recordings/empty", vm.recordings_empty, card.inner_width());
  bool first = true;
  for (const SessionsVm::Recording& one : vm.recordings) {
    draw_recording_item(context, one, first, card.inner_width());
    first = false;
  }
}

void draw_demos(Context& context, const SessionsVm& vm, float width) {
  if (vm.demos.empty()) return;
  Card card(context, "sessions/demos", width);
  heading(context, "Try a demo", "a small real job, in four moods");
  bool first = true;
  for (const SessionsVm::Demo& demo : vm.demos) {
    const Item item = item_line(context, first, card.inner_width(),
                                button_width(context, "Start") + context.px(8));
    dot(context, ImVec2(item.box.low.x + context.px(6), item.box.low.y + context.px(17)),
        demo.tone);
    two_lines(context, item, item.box.low.x + context.px(22), demo.name, demo.text);
    ImGui::SetCursorScreenPos(ImVec2(item.right + context.px(8), item.box.low.y + context.px(11)));
    if (button(context, Path("sessions/demo/", demo.id), "Start", Look::Normal, demo.available)) {
      context.send(present::OpenDemo{demo.id});
    }
    end_item(item);
    first = false;
  }
}

}  // namespace

void draw_sessions(Context& context, const SessionsVm& vm) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float room = ImGui::GetContentRegionAvail().x;
  const float width = std::min(room, context.px(1080));
  const float gap = context.px(metric::kGap + 4);
  const bool two = width > context.px(780);
  const float column = two ? (width - gap) / 2 : width;
  const float left = at.x + (room - width) / 2;
  ImGui::SetCursorScreenPos(ImVec2(left, at.y + context.px(16)));
  label(context, "sessions/headline", Face::Display, context.theme.text, vm.headline);
  const float top = ImGui::GetItemRectMax().y + context.px(20);
  scope::Style spacing(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(8), context.px(6)));
  ImGui::SetCursorScreenPos(ImVec2(left, top));
  {
    scope::Group group;
    draw_connect(context, vm, column);
    space(context, 4);
    draw_running(context, vm, column);
  }
  const float below = ImGui::GetItemRectMax().y + gap;
  ImGui::SetCursorScreenPos(two ? ImVec2(left + column + gap, top) : ImVec2(left, below));
  {
    scope::Group group;
    draw_demos(context, vm, column);
    space(context, 4);
    draw_recordings(context, vm, column);
  }
  space(context, 16);
}

}  // namespace inspector::ui
