#include "ui/resource_panel.hpp"

#include "ui/grid.hpp"
#include "ui/icons.hpp"
#include "ui/scope.hpp"
#include "ui/widgets.hpp"

namespace inspector::ui {
namespace {

using present::ResourceColumn;
using present::ResourceRow;

constexpr int sort_by(ResourceColumn column) { return static_cast<int>(column); }

enum At : std::size_t { kName, kKind, kSize, kState, kMappers, kCreator, kSite, kAge };

constexpr Column kColumns[] = {
    {"block", sort_by(ResourceColumn::Name), 150, 1, 0},
    {"kind", sort_by(ResourceColumn::Kind), 102, 0, 2},
    {"size", sort_by(ResourceColumn::Size), 64, 0, 0, Align::Right},
    {"state", sort_by(ResourceColumn::State), 148, 0, 0},
    {"mapped by", sort_by(ResourceColumn::Mappers), 150, 2, 1},
    {"made by", sort_by(ResourceColumn::Creator), 118, 0.7F, 0},
    {"at", sort_by(ResourceColumn::Site), 126, 1.2F, 3},
    {"age", sort_by(ResourceColumn::Age), 58, 0, 4, Align::Right},
};

void draw_row(Context& context, Grid& grid, const ResourceRow& row) {
  if (grid.row(row.block.ref, row.block.label) && tip_due(context)) tooltip(context, row.block.tip);
  scope::Id id(static_cast<int>(row.block.ref.id));
  const Theme& theme = context.theme;
  const ImU32 colour = row.gone ? theme.text_faint : theme.text;
  const float chip_top = (grid.row_height() - context.px(metric::kChip)) / 2;
  if (const auto cell = grid.cell(kName)) {
    chip_at(context, grid.path("/chip"), ImVec2(cell->low.x, cell->low.y + chip_top), row.block,
            cell->width());
  }
  grid.text(kKind, Face::Small, theme.text_dim, row.kind);
  grid.text(kSize, Face::Mono, colour, row.size);
  if (const auto cell = grid.cell(kState)) {
    badge_at(context, ImVec2(cell->low.x, cell->low.y + (grid.row_height() - context.px(20)) / 2),
             row.state);
    context.registry.add(grid.path("/state"), cell->low, cell->high, false, true, true,
                         row.state.text);
  }
  if (!row.mappers.empty()) {
    if (const auto cell = grid.cell(kMappers)) {
      ImGui::SetCursorScreenPos(ImVec2(cell->low.x, cell->low.y + chip_top));
      chips(context, grid.path("/mappers"), row.mappers, cell->width());
    }
  }
  if (row.creator) {
    if (const auto cell = grid.cell(kCreator))
      chip_at(context, grid.path("/creator"), ImVec2(cell->low.x, cell->low.y + chip_top),
              row.creator, cell->width());
  }
  grid.text(kSite, Face::Small, theme.text_dim, row.site);
  grid.text(kAge, Face::Mono, theme.text_dim, row.age);
}

void draw_table(Context& context, const present::ResourceListVm& vm) {
  Grid grid(context, "resources", kColumns, present::Screen::Resources, vm.sort,
            ImGui::GetContentRegionAvail());
  if (!grid) return;
  ImGuiListClipper clipper;
  clipper.Begin(static_cast<int>(vm.rows.size()), grid.row_height());
  while (clipper.Step()) {
    for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i)
      draw_row(context, grid, vm.rows[static_cast<std::size_t>(i)]);
  }
}

}  // namespace

void draw_resources(Context& context, const present::ResourceListVm& vm) {
  screen_head(context, present::Screen::Resources, "Resources", vm.summary, &vm.filter);
  if (vm.empty)
    empty_state(context, "resources/empty", vm.empty, icon::kDatabase);
  else
    draw_table(context, vm);
}

}  // namespace inspector::ui
