#include "ui/overview_panel.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>
#include <utility>

namespace inspector::ui {
namespace {

using present::OverviewVm;
using present::Tone;

constexpr float kLine = 46;

bool is_bad(Tone tone) {
  return tone == Tone::Alarm || tone == Tone::Blocked || tone == Tone::Dead;
}

const char* verdict_icon(Tone tone) {
  if (tone == Tone::Ok || tone == Tone::Running) return icon::kCheck;
  return is_bad(tone) || tone == Tone::Warning ? icon::kWarning : icon::kInfoCircle;
}

void draw_facts(Context& context, const OverviewVm& vm, float width) {
  if (vm.facts.empty()) return;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float step = context.px(138);
  const auto columns = std::max<std::size_t>(1, static_cast<std::size_t>(width / step));
  const float line = context.px(52);
  for (std::size_t i = 0; i < vm.facts.size(); ++i) {
    ImGui::SetCursorScreenPos(ImVec2(at.x + step * static_cast<float>(i % columns),
                                     at.y + line * static_cast<float>(i / columns)));
    fact(context, "overview/facts", vm.facts[i]);
  }
}

void draw_verdict(Context& context, const OverviewVm& vm, float width) {
  Card card(context, "overview/verdict_card", width);
  const Theme& theme = context.theme;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float side = context.px(44);
  const ImVec2 center(at.x + side / 2, at.y + side / 2);
  ImGui::GetWindowDrawList()->AddCircleFilled(center, side / 2, theme.wash(vm.tone), 40);
  put_in(context, {at, ImVec2(at.x + side, at.y + side)}, Face::Title, theme.tone(vm.tone),
         verdict_icon(vm.tone), Align::Center);
  const float left = side + context.px(18);
  const float inner = card.inner_width() - left;
  ImGui::SetCursorScreenPos(ImVec2(at.x + left, at.y - context.px(1)));
  scope::Group group;
  sentence(context, "overview/verdict", vm.verdict, Face::Title, inner);
  label(context, "overview/subline", Face::Small, theme.text_dim, vm.subline);
  if (!vm.facts.empty()) space(context, 8);
  draw_facts(context, vm, inner);
}

// Returns the height that it would like to have.
float draw_alarm(Context& context, const present::AlarmCard& alarm, float width, float least) {
  const std::string base = "overview/alarm/" + alarm.title;
  const float top = ImGui::GetCursorScreenPos().y;
  Card card(context, base, width, alarm.over ? Tone::Neutral : alarm.tone, least);
  const float inner = card.inner_width();
  const ImVec2 at = ImGui::GetCursorScreenPos();
  put(context, at, Face::Strong, context.theme.tone(alarm.tone), alarm.title, inner * 0.6F);
  float x =
      at.x + std::min(measure(context, Face::Strong, alarm.title).x, inner * 0.6F) + context.px(10);
  const present::Badge sure{alarm.confidence, Tone::Neutral};
  badge_at(context, ImVec2(x, at.y - context.px(1)), sure);
  x += badge_width(context, sure) + context.px(10);
  put_in(context, {ImVec2(x, at.y), ImVec2(at.x + inner, at.y + context.px(18))}, Face::Small,
         context.theme.text_dim, alarm.age, Align::Right);
  ImGui::Dummy(ImVec2(inner, context.px(20)));
  sentence(context, Path(base, "/sentence"), alarm.sentence, Face::Body, inner);
  if (!alarm.advice.empty()) {
    space(context, 1);
    paragraph(context, Face::Small, context.theme.text_dim, alarm.advice, inner);
  }
  space(context, 3);
  if (button(context, Path(base, "/show"), alarm.action + "  " + icon::kArrowRight,
             is_bad(alarm.tone) && !alarm.over ? Look::Danger : Look::Normal)) {
    context.send(present::ShowEvidence{alarm.alarm});
  }
  return ImGui::GetItemRectMax().y + context.px(metric::kCardPad) - top;
}

// Two columns; of an odd number the first, the worst, takes the whole width. Cards beside each
// other are as tall as the taller one was in the last frame.
void draw_alarms(Context& context, const OverviewVm& vm, float width) {
  const float gap = context.px(metric::kGap);
  const std::size_t count = vm.alarms.size();
  const bool two = width > context.px(820) && count > 1;
  const float column = two ? (width - gap) / 2 : width;
  const ImVec2 start = ImGui::GetCursorScreenPos();
  float y = start.y;
  for (std::size_t i = 0; i < count;) {
    const bool whole = !two || (i == 0 && count % 2 == 1);
    scope::Id row(static_cast<int>(i));
    float& height = *ImGui::GetStateStorage()->GetFloatRef(Path("row").id(), 0);
    float tallest = 0;
    float lowest = y;
    for (std::size_t k = 0; k < (whole ? 1U : 2U); ++k, ++i) {
      scope::Id id(static_cast<int>(k));
      ImGui::SetCursorScreenPos(ImVec2(start.x + static_cast<float>(k) * (column + gap), y));
      tallest = std::max(
          tallest, draw_alarm(context, vm.alarms[i], whole ? width : column, whole ? 0 : height));
      lowest = std::max(lowest, ImGui::GetItemRectMax().y);
    }
    height = tallest;
    y = lowest + gap;
  }
  if (count == 0) return;
  ImGui::SetCursorScreenPos(ImVec2(start.x, y - gap));
  ImGui::Dummy(ImVec2(width, 0));
}

void draw_notes(Context& context, const OverviewVm& vm, float width) {
  if (vm.notes.empty()) return;
  Card card(context, "overview/notes", width);
  heading(context, vm.notes_title);
  const float right = context.px(150);
  int number = 0;
  for (const present::AlarmCard& note : vm.notes) {
    scope::Id id(number);
    const std::string base = "overview/note/" + std::to_string(number++);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float left = at.x + context.px(20);
    dot(context, ImVec2(at.x + context.px(5), at.y + context.px(14)), note.tone);
    ImGui::SetCursorScreenPos(ImVec2(left, at.y));
    {
      scope::Group group;
      sentence(context, Path(base, "/sentence"), note.sentence, Face::Body,
               card.inner_width() - (left - at.x) - right);
    }
    const float below = ImGui::GetItemRectMax().y;
    const ImVec2 end(at.x + card.inner_width(), at.y + context.px(28));
    const float side = context.px(metric::kButton);
    put_in(context, {ImVec2(end.x - right, at.y), ImVec2(end.x - side - context.px(6), end.y)},
           Face::Small, context.theme.text_dim, note.age, Align::Right);
    ImGui::SetCursorScreenPos(ImVec2(end.x - side, at.y - context.px(1)));
    if (icon_button(context, Path(base, "/show"), icon::kArrowRight, note.action))
      context.send(present::ShowEvidence{note.alarm});
    ImGui::SetCursorScreenPos(ImVec2(at.x, below));
    ImGui::Dummy(ImVec2(card.inner_width(), 0));
  }
}

void draw_checks(Context& context, const OverviewVm& vm, float width) {
  if (vm.checks.empty()) return;
  Card card(context, "overview/checks", width);
  heading(context, "What was checked");
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const int columns = std::max(1, static_cast<int>(card.inner_width() / context.px(300)));
  const float step = card.inner_width() / static_cast<float>(columns);
  const float line = context.px(26);
  int index = 0;
  for (const std::string& check : vm.checks) {
    const float x = at.x + step * static_cast<float>(index % columns);
    const float y = at.y + line * static_cast<float>(index / columns);
    put_in(context, {ImVec2(x, y), ImVec2(x + context.px(20), y + line)}, Face::Small,
           context.theme.tone(Tone::Ok), icon::kCheck);
    put_in(context, {ImVec2(x + context.px(22), y), ImVec2(x + step - context.px(12), y + line)},
           Face::Body, context.theme.text_dim, check);
    ++index;
  }
  ImGui::Dummy(
      ImVec2(card.inner_width(), line * static_cast<float>((index + columns - 1) / columns)));
}

// The frame of one line in the two lists: separator, hover, click. Returns its box.
Rect line_box(Context& context, const Path& path, present::EntityRef ref, bool first, float width) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const Rect box{at, ImVec2(at.x + width, at.y + context.px(kLine))};
  if (!first)
    ImGui::GetWindowDrawList()->AddLine(at, ImVec2(at.x + width, at.y),
                                        with_alpha(context.theme.line, 0.7F));
  const Hit h = hit(context, path, box, true, {}, true);
  if (h.hovered || context.lit(ref)) {
    const float over = context.px(8);
    ImGui::GetWindowDrawList()->AddRectFilled(
        ImVec2(at.x - over, at.y + 1), ImVec2(box.high.x + over, box.high.y),
        with_alpha(context.theme.raised, 0.6F), context.px(6));
  }
  if (h.hovered) context.hovering = ref;
  if (h.clicked) context.send(present::Open{ref});
  return box;
}

void draw_queue(Context& context, const OverviewVm::QueueLine& one, bool first, float width) {
  const std::string base = "overview/queue/" + one.queue.label;
  const Rect box = line_box(context, base, one.queue.ref, first, width);
  const Theme& theme = context.theme;
  const float middle = (box.low.y + box.high.y) / 2;
  const float numbers = context.px(116);
  const bool curve = width > context.px(420);
  const float spark_wide = curve ? context.px(84) : 0.0F;
  const float badge_wide = badge_width(context, one.verdict);
  const float chip_room = width - numbers - spark_wide - context.px(24) -
                          (badge_wide > 0 ? badge_wide + context.px(10) : 0);
  chip_at(context, Path(base, "/chip"), ImVec2(box.low.x, middle - context.px(11)), one.queue,
          std::max(context.px(90), chip_room));
  const float x = box.low.x + chip_width(context, one.queue, std::max(context.px(90), chip_room)) +
                  context.px(10);
  if (badge_wide > 0 && x + badge_wide < box.high.x - numbers - spark_wide - context.px(12))
    badge_at(context, ImVec2(x, middle - context.px(10)), one.verdict);
  const Rect right{ImVec2(box.high.x - numbers, box.low.y), box.high};
  put_in(context, {right.low, ImVec2(right.high.x, middle + context.px(2))}, Face::Mono, theme.text,
         one.depth, Align::Right);
  put_in(context, {ImVec2(right.low.x, middle - context.px(2)), right.high}, Face::MonoSmall,
         theme.text_faint, "\xe2\x86\x93" + one.rate_in + "  \xe2\x86\x91" + one.rate_out,
         Align::Right);
  if (curve) {
    const float left = right.low.x - spark_wide - context.px(14);
    spark(context,
          {ImVec2(left, box.low.y + context.px(12)),
           ImVec2(left + spark_wide, box.high.y - context.px(12))},
          one.spark);
  }
  context.registry.add(Path(base, "/verdict"), box.low, box.high, false, true, true,
                       one.verdict.text);
  ImGui::SetCursorScreenPos(box.low);
  ImGui::Dummy(ImVec2(width, box.height()));
}

void draw_lock(Context& context, const OverviewVm::LockLine& one, bool first, float width) {
  const std::string base = "overview/lock/" + one.lock.label;
  const Rect box = line_box(context, base, one.lock.ref, first, width);
  const Theme& theme = context.theme;
  const float middle = (box.low.y + box.high.y) / 2;
  const float numbers = context.px(86);
  const float room = width - numbers - context.px(20);
  chip_at(context, Path(base, "/chip"), ImVec2(box.low.x, middle - context.px(11)), one.lock,
          room * 0.5F);
  float x = box.low.x + chip_width(context, one.lock, room * 0.5F) + context.px(10);
  if (one.holder) {
    const float words = measure(context, Face::Small, "held by").x;
    put_in(context, {ImVec2(x, box.low.y), ImVec2(x + words + 1, box.high.y)}, Face::Small,
           theme.text_dim, "held by");
    x += words + context.px(8);
    const float left = box.low.x + room - x;
    if (left > context.px(50)) {
      chip_at(context, Path(base, "/holder"), ImVec2(x, middle - context.px(11)), one.holder, left);
      x += chip_width(context, one.holder, left) + context.px(8);
      put_in(context, {ImVec2(x, box.low.y), ImVec2(std::max(x, box.low.x + room), box.high.y)},
             Face::Small, theme.text_dim, one.held_for);
    }
  }
  const Rect right{ImVec2(box.high.x - numbers, box.low.y), box.high};
  put_in(context, {right.low, ImVec2(right.high.x, middle + context.px(2))}, Face::Small,
         one.tone == Tone::Neutral ? theme.text_dim : theme.tone(one.tone), one.waiters,
         Align::Right);
  put_in(context, {ImVec2(right.low.x, middle - context.px(2)), right.high}, Face::MonoSmall,
         theme.text_faint, one.wait, Align::Right);
  ImGui::SetCursorScreenPos(box.low);
  ImGui::Dummy(ImVec2(width, box.height()));
}

void draw_lists(Context& context, const OverviewVm& vm, float width) {
  const float gap = context.px(metric::kGap);
  const bool two = width > context.px(820);
  const float column = two ? (width - gap) / 2 : width;
  const std::size_t lines = std::max<std::size_t>({vm.queues.size(), vm.locks.size(), 1});
  const float least = two ? context.px(kLine) * static_cast<float>(lines) + context.px(64) : 0.0F;
  const ImVec2 at = ImGui::GetCursorScreenPos();
  {
    Card card(context, "overview/queues", column, Tone::Neutral, least);
    heading(context, "Queues", "the fullest first");
    scope::Style tight(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    bool first = true;
    for (const auto& one : vm.queues)
      draw_queue(context, one, std::exchange(first, false), card.inner_width());
    if (vm.queues.empty())
      paragraph(context, Face::Body, context.theme.text_dim, vm.queues_empty, card.inner_width());
  }
  const float below = ImGui::GetItemRectMax().y;
  ImGui::SetCursorScreenPos(two ? ImVec2(at.x + column + gap, at.y) : ImVec2(at.x, below + gap));
  {
    Card card(context, "overview/locks", column, Tone::Neutral, least);
    heading(context, "Locks", "the most waited for first");
    scope::Style tight(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    bool first = true;
    for (const auto& one : vm.locks)
      draw_lock(context, one, std::exchange(first, false), card.inner_width());
    if (vm.locks.empty())
      paragraph(context, Face::Body, context.theme.text_dim, vm.locks_empty, card.inner_width());
  }
  const float end = std::max(below, ImGui::GetItemRectMax().y);
  ImGui::SetCursorScreenPos(ImVec2(at.x, end));
  ImGui::Dummy(ImVec2(width, 0));
}

void draw_tile(Context& context, const OverviewVm::ProcessTile& tile, Rect box) {
  const std::string base = "overview/process/" + tile.process.label;
  const Hit h = hit(context, base, box, true, tile.state, true);
  if (!ImGui::IsRectVisible(box.low, box.high)) return;
  const Theme& theme = context.theme;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool lit = h.hovered || context.lit(tile.process.ref);
  const float radius = context.px(metric::kRadius);
  list->AddRectFilled(box.low, box.high, lit ? theme.raised : theme.card, radius);
  list->AddRect(box.low, box.high,
                context.view.selected(tile.process.ref) ? theme.accent : theme.line, radius);
  const float pad = context.px(12);
  const float width = box.width() - 2 * pad;
  dot(context, ImVec2(box.low.x + pad + context.px(4), box.low.y + context.px(20)),
      tile.process.tone);
  put_in(context,
         {ImVec2(box.low.x + pad + context.px(16), box.low.y + context.px(9)),
          ImVec2(box.high.x - context.px(62), box.low.y + context.px(31))},
         Face::Body, theme.text, tile.process.label);
  put_in(context,
         {ImVec2(box.high.x - pad - context.px(60), box.low.y + context.px(9)),
          ImVec2(box.high.x - pad, box.low.y + context.px(31))},
         Face::Mono, theme.text, tile.cpu, Align::Right);
  const bool quiet = tile.process.tone == Tone::Idle || tile.process.tone == Tone::Neutral;
  const float half = width * 0.58F;
  put(context, ImVec2(box.low.x + pad, box.low.y + context.px(36)), Face::Small,
      quiet ? theme.text_dim : theme.tone(tile.process.tone), tile.state, half);
  spark(context,
        {ImVec2(box.high.x - pad - width * 0.38F, box.low.y + context.px(34)),
         ImVec2(box.high.x - pad, box.high.y - context.px(11))},
        tile.spark);
  if (!h.hovered) return;
  context.hovering = tile.process.ref;
  if (tip_due(context)) tooltip(context, tile.process.tip);
  if (h.double_clicked)
    context.send(present::Open{tile.process.ref});
  else if (h.clicked)
    context.send(present::Select{tile.process.ref, ImGui::GetIO().KeyCtrl});
}

void draw_processes(Context& context, const OverviewVm& vm, float width) {
  if (vm.processes.empty()) return;
  heading(context, "Processes", vm.more_processes);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float gap = context.px(10);
  const int columns = std::max(1, static_cast<int>((width + gap) / context.px(216)));
  const float wide = (width - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns);
  const float high = context.px(62);
  int index = 0;
  for (const OverviewVm::ProcessTile& tile : vm.processes) {
    scope::Id id(index);
    const ImVec2 low(at.x + static_cast<float>(index % columns) * (wide + gap),
                     at.y + static_cast<float>(index / columns) * (high + gap));
    draw_tile(context, tile, {low, ImVec2(low.x + wide, low.y + high)});
    ++index;
  }
  const int rows = (index + columns - 1) / columns;
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, static_cast<float>(rows) * (high + gap)));
}

}  // namespace

void draw_overview(Context& context, const OverviewVm& vm) {
  if (vm.empty) {
    empty_state(context, "overview/empty", vm.empty, icon::kPlug);
    return;
  }
  const float width = ImGui::GetContentRegionAvail().x;
  scope::Style spacing(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(8), context.px(6)));
  draw_verdict(context, vm, width);
  space(context, 2);
  draw_alarms(context, vm, width);
  if (vm.alarms.empty()) draw_checks(context, vm, width);
  space(context, 2);
  draw_lists(context, vm, width);
  space(context, 2);
  draw_notes(context, vm, width);
  space(context, 6);
  draw_processes(context, vm, width);
}

}  // namespace inspector::ui
