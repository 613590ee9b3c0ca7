#include "ui/grid.hpp"

#include "ui/icons.hpp"
#include "ui/scope.hpp"

#include <algorithm>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

constexpr float kHeader = 30;

}  // namespace

const char* name_of(present::Screen screen) {
  switch (screen) {
    case present::Screen::Sessions:
      return "sessions";
    case present::Screen::Overview:
      return "overview";
    case present::Screen::Processes:
      return "processes";
    case present::Screen::Queues:
      return "queues";
    case present::Screen::Locks:
      return "locks";
    case present::Screen::Resources:
      return "resources";
    case present::Screen::Connections:
      return "connections";
  }
  return "";
}

Grid::Grid(Context& context, const Path& path, std::span<const Column> columns,
           present::Screen screen, present::Sort sort, ImVec2 size)
    : context_(context),
      base_(path.text()),
      columns_(columns),
      row_height_(context.px(metric::kRow)) {
  IM_ASSERT(columns.size() <= kMost);
  choose_columns(size.x > 0 ? size.x : ImGui::GetContentRegionAvail().x);
  ImGui::PushStyleVar(ImGuiStyleVar_CellPadding, ImVec2(context.px(8), 0));
  const int count =
      1 + *std::max_element(place_.begin(),
                            place_.begin() + static_cast<std::ptrdiff_t>(columns.size()));
  const ImGuiTableFlags flags = ImGuiTableFlags_ScrollY | ImGuiTableFlags_Resizable |
                                ImGuiTableFlags_NoSavedSettings | ImGuiTableFlags_NoBordersInBody |
                                ImGuiTableFlags_PadOuterX;
  open_ = ImGui::BeginTable((base_ + std::to_string(count)).c_str(), count, flags, size);
  if (!open_) return;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (place_[i] < 0) continue;
    const bool grows = columns[i].grow > 0;
    ImGui::TableSetupColumn(
        columns[i].name,
        grows ? ImGuiTableColumnFlags_WidthStretch : ImGuiTableColumnFlags_WidthFixed,
        grows ? columns[i].grow : context.px(columns[i].width));
  }
  ImGui::TableSetupScrollFreeze(0, 1);
  header(screen, sort);
}

Grid::~Grid() {
  if (open_) ImGui::EndTable();
  ImGui::PopStyleVar();
}

void Grid::choose_columns(float width) {
  const float pad = 2 * context_.px(8);
  float needed = context_.px(14);
  for (const Column& column : columns_) needed += context_.px(column.width) + pad;
  std::array<bool, kMost> hidden{};
  while (needed > width) {
    int worst = -1;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (hidden[i] || columns_[i].rank == 0) continue;
      if (worst < 0 || columns_[i].rank > columns_[static_cast<std::size_t>(worst)].rank)
        worst = static_cast<int>(i);
    }
    if (worst < 0) break;
    hidden[static_cast<std::size_t>(worst)] = true;
    needed -= context_.px(columns_[static_cast<std::size_t>(worst)].width) + pad;
  }
  int next = 0;
  for (std::size_t i = 0; i < columns_.size(); ++i) place_[i] = hidden[i] ? -1 : next++;
}

void Grid::header(present::Screen screen, present::Sort sort) {
  const float height = context_.px(kHeader);
  ImGui::TableNextRow(ImGuiTableRowFlags_Headers, height);
  row_top_ = ImGui::GetCursorScreenPos().y;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (place_[i] < 0 || !ImGui::TableSetColumnIndex(place_[i])) continue;
    const Column& column = columns_[i];
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Rect box{ImVec2(at.x, at.y),
                   ImVec2(at.x + ImGui::GetContentRegionAvail().x, at.y + height)};
    const bool sorted = column.sort >= 0 && sort.column == column.sort;
    const Hit h = hit(context_, Path(base_, "/sort/", column.name), box, column.sort >= 0,
                      sorted ? (sort.descending ? "descending" : "ascending") : "");
    const ImU32 colour =
        sorted || (h.hovered && column.sort >= 0) ? context_.theme.text : context_.theme.text_faint;
    if (sorted) {
      const float mark = context_.px(14);
      const Rect words{box.low, ImVec2(box.high.x - mark, box.high.y)};
      put_in(context_, words, Face::Small, colour, column.name, column.align);
      const float used = std::min(words.width(), measure(context_, Face::Small, column.name).x);
      const float x = column.align == Align::Right ? words.high.x + context_.px(3)
                                                   : words.low.x + used + context_.px(4);
      put_in(context_, {ImVec2(x, box.low.y), ImVec2(x + mark, box.high.y)}, Face::Small,
             context_.theme.accent, sort.descending ? "\xe2\x86\x93" : "\xe2\x86\x91");
    } else {
      put_in(context_, box, Face::Small, colour, column.name, column.align);
    }
    if (h.clicked)
      context_.send(present::SetSort{screen, column.sort, sorted ? !sort.descending : true});
    ImGui::Dummy(ImVec2(1, height));
  }
  const ImGuiTable* table = ImGui::GetCurrentTable();
  ImGui::TablePushBackgroundChannel();
  ImGui::GetWindowDrawList()->AddLine(ImVec2(table->WorkRect.Min.x, row_top_ + height - 1),
                                      ImVec2(table->WorkRect.Max.x, row_top_ + height - 1),
                                      context_.theme.line);
  ImGui::TablePopBackgroundChannel();
}

bool Grid::row(present::EntityRef ref, std::string_view name, bool flash) {
  ImGui::TableNextRow(ImGuiTableRowFlags_None, row_height_);
  ImGui::TableSetColumnIndex(0);
  row_name_.assign(name);
  row_top_ = ImGui::GetCursorScreenPos().y;
  const ImGuiTable* table = ImGui::GetCurrentTable();
  const Rect box{ImVec2(table->WorkRect.Min.x, row_top_),
                 ImVec2(table->WorkRect.Max.x, row_top_ + row_height_)};
  ImGui::TablePushBackgroundChannel();
  scope::Id id(static_cast<int>(ref.id * 8 + static_cast<std::uint64_t>(ref.kind)));
  const Hit h = hit(context_, Path(base_, "/", row_name_), box, true, {}, true);
  const bool chosen = context_.view.selected(ref);
  ImDrawList* list = ImGui::GetWindowDrawList();
  const Theme& theme = context_.theme;
  if (chosen) {
    list->AddRectFilled(box.low, box.high,
                        mix(theme.canvas, theme.accent, theme.dark ? 0.16F : 0.10F));
    list->AddRectFilled(box.low, ImVec2(box.low.x + context_.px(2.5F), box.high.y), theme.accent);
  } else if (h.hovered || context_.lit(ref)) {
    list->AddRectFilled(box.low, box.high, with_alpha(theme.raised, 0.6F));
  } else if (flash) {
    list->AddRectFilled(box.low, box.high, with_alpha(theme.tone(present::Tone::Ok), 0.10F));
  }
  list->AddLine(ImVec2(box.low.x, box.high.y - 1), ImVec2(box.high.x, box.high.y - 1),
                with_alpha(theme.line, 0.55F));
  ImGui::TablePopBackgroundChannel();
  if (h.hovered) context_.hovering = ref;
  if (h.double_clicked)
    context_.send(present::Open{ref});
  else if (h.clicked)
    context_.send(present::Select{ref, ImGui::GetIO().KeyCtrl});
  return h.hovered;
}

std::optional<Rect> Grid::cell(std::size_t column) const {
  if (place_[column] < 0 || !ImGui::TableSetColumnIndex(place_[column])) return std::nullopt;
  const float x = ImGui::GetCursorScreenPos().x;
  return Rect{ImVec2(x, row_top_),
              ImVec2(x + ImGui::GetContentRegionAvail().x, row_top_ + row_height_)};
}

void Grid::text(std::size_t column, Face face, ImU32 colour, std::string_view words) {
  if (words.empty()) return;
  const auto box = cell(column);
  if (!box) return;
  put_in(context_, *box, face, colour, words, columns_[column].align);
  context_.registry.add(Path(base_, "/", row_name_, std::string("/") + columns_[column].name),
                        box->low, box->high, false, true, true, words);
}

namespace {

float field_width(const Context& context, float width) {
  return std::min(context.px(240), width * 0.34F);
}

// `right` is kept free.
void head(Context& context, present::Screen screen, std::string_view title,
          std::string_view summary, const std::string* filter, float right) {
  const std::string base = name_of(screen);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  const float height = context.px(metric::kButton);
  const float field = filter != nullptr ? field_width(context, width) : 0.0F;
  const float taken = field + right + context.px(16);
  const Rect line{at, ImVec2(at.x + width - taken, at.y + height)};
  put_in(context, line, Face::Title, context.theme.text, title);
  const float used = measure(context, Face::Title, title).x + context.px(14);
  put_in(context, {ImVec2(at.x + used, at.y + context.px(3)), line.high}, Face::Small,
         context.theme.text_dim, summary);
  context.registry.add(Path(base, "/summary"), line.low, line.high, false, true, true, summary);
  if (filter != nullptr) {
    std::string value = *filter;
    ImGui::SetCursorScreenPos(ImVec2(at.x + width - field, at.y));
    if (search_field(context, Path(base, "/filter"), value, "Filter", field))
      context.send(present::SetFilter{screen, value});
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(width, height));
  space(context, 6);
}

}  // namespace

void screen_head(Context& context, present::Screen screen, std::string_view title,
                 std::string_view summary, const std::string* filter) {
  head(context, screen, title, summary, filter, 0);
}

int screen_head(Context& context, present::Screen screen, std::string_view title,
                std::string_view summary, const std::string& filter,
                std::initializer_list<std::string_view> views, int current) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  float toggle = context.px(12);
  for (const std::string_view view : views)
    toggle += measure(context, Face::Small, view).x + context.px(27);
  head(context, screen, title, summary, &filter, toggle);
  const ImVec2 after = ImGui::GetCursorScreenPos();
  ImGui::SetCursorScreenPos(ImVec2(at.x + width - field_width(context, width) - toggle, at.y));
  const int chosen = segmented(context, Path(name_of(screen), "/view"), views, current);
  ImGui::SetCursorScreenPos(after);
  return chosen;
}
void stack_splitter(Context& context, const Path& path, float width, float height, float& share) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float thick = context.px(10);
  const Rect box{at, ImVec2(at.x + width, at.y + thick)};
  const Hit h = hit(context, path, box);
  if (h.hovered || h.held) {
    ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeNS);
    const float y = at.y + thick / 2;
    ImGui::GetWindowDrawList()->AddLine(ImVec2(at.x, y), ImVec2(at.x + width, y),
                                        with_alpha(context.theme.accent, 0.7F), context.px(2));
  }
  if (h.held && height > 1)
    share = std::clamp(share + ImGui::GetIO().MouseDelta.y / height, 0.2F, 0.8F);
  ImGui::Dummy(ImVec2(width, thick));
}

}  // namespace inspector::ui
