// Grid: the table of the list screens. Clickable rows and headings, columns that give way when it
// gets narrow.
#pragma once

#include "ui/widgets.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace inspector::ui {

struct Column {
  const char* name = "";
  int sort = -1;     // what SetSort carries; -1: cannot be sorted by
  float width = 80;  // at scale 1
  float grow = 0;    // share of what is left over
  int rank = 0;      // the highest rank is hidden first when there is no room; 0 stays
  Align align = Align::Left;
};

class Grid {
 public:
  static constexpr std::size_t kMost = 16;

  Grid(Context&, const Path&, std::span<const Column>, present::Screen, present::Sort, ImVec2 size);
  ~Grid();
  Grid(const Grid&) = delete;
  Grid& operator=(const Grid&) = delete;
  explicit operator bool() const { return open_; }

  // Starts a row. Selects `ref` on click, opens it on double click. True while the mouse is on it.
  bool row(present::EntityRef ref, std::string_view name, bool flash = false);
  // Where the column's cell of this row is; empty when the column gave way.
  std::optional<Rect> cell(std::size_t column) const;
  // Text in a cell, findable as <grid>/<row>/<column>.
  void text(std::size_t column, Face, ImU32 colour, std::string_view);
  Path path(std::string_view what) const { return Path(base_, "/", row_name_, what); }
  float row_height() const { return row_height_; }

 private:
  void choose_columns(float width);
  void header(present::Screen, present::Sort);

  Context& context_;
  std::string base_;
  std::span<const Column> columns_;
  std::array<int, kMost> place_{};  // the table's column, or -1
  bool open_ = false;
  float row_height_;
  float row_top_ = 0;
  std::string row_name_;
};

// How the names of a screen's parts begin.
const char* name_of(present::Screen);

// The head of a screen: title, summary, and at the right a field that filters it.
void screen_head(Context&, present::Screen, std::string_view title, std::string_view summary,
                 const std::string* filter);
// With a choice of views before the field. Returns the one that was clicked, else -1.
int screen_head(Context&, present::Screen, std::string_view title, std::string_view summary,
                const std::string& filter, std::initializer_list<std::string_view> views,
                int current);

// A bar between two stacked areas. Drags change `share`, the upper one's part of `height`.
void stack_splitter(Context&, const Path&, float width, float height, float& share);

}  // namespace inspector::ui
