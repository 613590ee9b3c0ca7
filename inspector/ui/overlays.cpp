#include "ui/overlays.hpp"

#include "ui/icons.hpp"
#include "ui/keys.hpp"
#include "ui/memory.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

#include <algorithm>

namespace inspector::ui {
namespace {

constexpr float kPaletteWidth = 600;
constexpr float kPaletteRow = 40;

constexpr ImGuiWindowFlags kFloating = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                       ImGuiWindowFlags_NoSavedSettings |
                                       ImGuiWindowFlags_AlwaysAutoResize | ImGuiWindowFlags_NoNav;

// Dims what lies below; true when it was clicked.
bool dim(Context& context, const char* name) {
  const ImVec2 size = ImGui::GetIO().DisplaySize;
  ImGui::SetNextWindowPos(ImVec2(0, 0));
  ImGui::SetNextWindowSize(size);
  scope::Color ground(ImGuiCol_WindowBg,
                      context.theme.dark ? IM_COL32(4, 5, 8, 140) : IM_COL32(40, 45, 60, 80));
  scope::Window window(name, ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                 ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav);
  return hit(context, Path(name), {ImVec2(0, 0), size}).clicked;
}

class Floating {
 public:
  Floating(Context& context, const char* name, float width, float from_top)
      : pad_(ImGuiStyleVar_WindowPadding, ImVec2(context.px(16), context.px(16))),
        round_(ImGuiStyleVar_WindowRounding, context.px(12)),
        border_(ImGuiStyleVar_WindowBorderSize, 1),
        ground_(ImGuiCol_WindowBg, context.theme.card) {
    const ImVec2 display = ImGui::GetIO().DisplaySize;
    const float wide = std::min(context.px(width), display.x - context.px(32));
    ImGui::SetNextWindowPos(ImVec2(display.x / 2, display.y * from_top), ImGuiCond_Always,
                            ImVec2(0.5F, 0));
    ImGui::SetNextWindowSizeConstraints(ImVec2(wide, 0), ImVec2(wide, display.y * 0.8F));
    ImGui::Begin(name, nullptr, kFloating);
    if (ImGui::IsWindowAppearing()) ImGui::SetWindowFocus();
  }
  ~Floating() { ImGui::End(); }
  Floating(const Floating&) = delete;
  Floating& operator=(const Floating&) = delete;

 private:
  scope::Style pad_;
  scope::Style round_;
  scope::Style border_;
  scope::Color ground_;
};

void close_palette(Context& context, Memory& memory) {
  memory.palette_open = false;
  memory.palette_row = 0;
  if (!context.view.search.empty()) context.send(present::SetSearch{});
}

bool draw_palette_row(Context& context, const present::PaletteVm::Item& item, int number,
                      bool current) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const Rect box{at, ImVec2(at.x + width, at.y + context.px(kPaletteRow))};
  const Hit h = hit(context, Path("palette/", item.label), box, true, item.note);
  const Theme& theme = context.theme;
  if (current || h.hovered)
    ImGui::GetWindowDrawList()->AddRectFilled(
        box.low, box.high, current ? mix(theme.card, theme.accent, 0.16F) : theme.raised,
        context.px(6));
  const char* symbol = item.ref ? icon::of(item.ref.kind) : icon::kArrowRight;
  put_in(context, {ImVec2(at.x + context.px(10), at.y), ImVec2(at.x + context.px(28), box.high.y)},
         Face::Body, item.ref ? theme.tone(item.tone) : theme.text_faint, symbol, Align::Center);
  const float keys = measure(context, Face::MonoSmall, item.shortcut).x + context.px(12);
  const Rect words{ImVec2(at.x + context.px(40), at.y),
                   ImVec2(box.high.x - keys - context.px(8), box.high.y)};
  put_in(context, words, Face::Body, theme.text, item.label);
  const float used = measure(context, Face::Body, item.label).x + context.px(12);
  if (used < words.width())
    put_in(context, {ImVec2(words.low.x + used, at.y), words.high}, Face::Small, theme.text_faint,
           item.note);
  put_in(context,
         {ImVec2(box.high.x - keys, at.y), ImVec2(box.high.x - context.px(10), box.high.y)},
         Face::MonoSmall, theme.text_dim, item.shortcut, Align::Right);
  ImGui::Dummy(ImVec2(width, context.px(kPaletteRow)));
  (void)number;
  return h.clicked;
}

struct KeyLine {
  const char* key;
  const char* what;
};

constexpr KeyLine kKeyLines[] = {
    {"1  2  3  4  6  7", "Overview, Processes, Queues, Locks, Resources, Connections"},
    {"Ctrl O", "Sessions: attach, recordings, demos"},
    {"Ctrl P", "Find a process, queue, lock or action"},
    {"Space", "Pause the view, play on"},
    {",  .", "One event back, one on"},
    {"[  ]", "To the alarm before, to the next"},
    {"End", "Back to live"},
    {"\xe2\x86\x91  \xe2\x86\x93", "Up and down a list"},
    {"G", "The next view: table, wait graph, flow, messages"},
    {"F", "Zoom to the chosen range, again: all of it"},
    {"D", "Show or hide the detail panel"},
    {"Alt \xe2\x86\x90  \xe2\x86\x92", "Selection before, selection after"},
    {"Esc", "Take back range, selection, filter"},
    {"F12", "Picture of this window"},
    {"?", "This list"},
};

}  // namespace

void draw_palette(Context& context, Memory& memory, const present::PaletteVm& vm) {
  if (!memory.palette_open) return;
  if (dim(context, "palette/outside")) return close_palette(context, memory);
  Floating window(context, "palette", kPaletteWidth, 0.14F);
  const int count = static_cast<int>(vm.items.size());
  std::string search = context.view.search;
  if (memory.palette_focus) ImGui::SetKeyboardFocusHere();
  memory.palette_focus = false;
  if (search_field(context, "palette/search", search, "Process, queue, lock or action",
                   ImGui::GetContentRegionAvail().x)) {
    context.send(present::SetSearch{search});
    memory.palette_row = 0;
  }
  space(context, 4);
  if (key::pressed(ImGuiKey_DownArrow)) ++memory.palette_row;
  if (key::pressed(ImGuiKey_UpArrow)) --memory.palette_row;
  memory.palette_row = count == 0 ? 0 : (memory.palette_row + count) % count;
  int chosen = key::pressed(ImGuiKey_Enter) && count > 0 ? memory.palette_row : -1;
  scope::Style tight(ImGuiStyleVar_ItemSpacing, ImVec2(0, context.px(2)));
  for (int i = 0; i < count; ++i) {
    scope::Id id(i);
    if (draw_palette_row(context, vm.items[static_cast<std::size_t>(i)], i,
                         i == memory.palette_row))
      chosen = i;
  }
  if (count == 0)
    label(context, "palette/empty", Face::Body, context.theme.text_dim, "Nothing of that name.");
  if (chosen >= 0) {
    context.send(vm.items[static_cast<std::size_t>(chosen)].command);
    close_palette(context, memory);
  } else if (key::pressed(ImGuiKey_Escape)) {
    close_palette(context, memory);
  }
}

void draw_help(Context& context, Memory& memory) {
  if (!memory.help_open) return;
  if (dim(context, "help/outside")) memory.help_open = false;
  Floating window(context, "help", 560, 0.12F);
  label(context, "help/title", Face::Title, context.theme.text, "Keys");
  space(context, 6);
  for (const KeyLine& line : kKeyLines) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    put(context, at, Face::Mono, context.theme.text, line.key);
    put(context, ImVec2(at.x + context.px(144), at.y), Face::Body, context.theme.text_dim,
        line.what);
    ImGui::Dummy(ImVec2(ImGui::GetContentRegionAvail().x, context.px(22)));
  }
  space(context, 6);
  if (button(context, "help/close", "Close", Look::Normal)) memory.help_open = false;
}

void draw_confirm(Context& context, Memory& memory) {
  if (!memory.question) return;
  dim(context, "confirm/outside");
  Floating window(context, "confirm", 420, 0.3F);
  const float width = ImGui::GetContentRegionAvail().x;
  {
    scope::Group group;
    paragraph(context, Face::Body, context.theme.text, memory.question->text, width);
  }
  context.registry.add("confirm/text", ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), false,
                       true, true, memory.question->text);
  space(context, 10);
  if (button(context, "confirm/yes", memory.question->action, Look::Danger)) {
    context.send(memory.question->command);
    memory.question.reset();
    return;
  }
  ImGui::SameLine();
  if (button(context, "confirm/no", "Cancel", Look::Quiet) || key::pressed(ImGuiKey_Escape))
    memory.question.reset();
}

}  // namespace inspector::ui
