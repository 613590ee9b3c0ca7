// Widgets: the thin wrappers every clickable thing and every shown value goes through, so that it
// looks the same everywhere and has a name in the registry.
#pragma once

#include "present/parts.hpp"
#include "ui/context.hpp"

#include <initializer_list>
#include <string>
#include <string_view>

#include <imgui.h>

namespace inspector::ui {

struct Rect {
  ImVec2 low;
  ImVec2 high;
  float width() const { return high.x - low.x; }
  float height() const { return high.y - low.y; }
};

enum class Align : std::uint8_t { Left, Center, Right };
enum class Look : std::uint8_t { Normal, Primary, Quiet, Caution, Danger };

// -- Text ----------------------------------------------------------------------------------------
ImVec2 measure(const Context&, Face, std::string_view text);
// Draws at a place, cut with an ellipsis at `width`; nothing is added to the layout. Returns the
// width used.
float put(const Context&, ImVec2 at, Face, ImU32 colour, std::string_view text, float width = 1e9F);
// Puts text into a box, centred vertically.
void put_in(const Context&, Rect box, Face, ImU32 colour, std::string_view text,
            Align = Align::Left);
// A line of text in the layout; with a path its value can be found by name.
void text(Context&, Face, ImU32 colour, std::string_view text);
void label(Context&, const Path&, Face, ImU32 colour, std::string_view text);
// Wrapped at `width` (0: what is left).
void paragraph(Context&, Face, ImU32 colour, std::string_view text, float width = 0);
// Words and chips, wrapped at `width` (0: what is left).
void sentence(Context&, const Path&, const present::Sentence&, Face = Face::Body, float width = 0);
// The text of a sentence without its chips.
std::string plain(const present::Sentence&);

// -- Things to click -----------------------------------------------------------------------------
struct Hit {
  bool hovered = false;
  bool held = false;
  bool clicked = false;
  bool double_clicked = false;
};
// The one way to a clickable area. It takes part in hovering but adds nothing to the layout.
// `under`: other areas may lie on top of it and win.
Hit hit(Context&, const Path&, Rect, bool enabled = true, std::string_view value = {},
        bool under = false);

bool button(Context&, const Path&, std::string_view text, Look = Look::Normal, bool enabled = true,
            std::string_view tip = {});
float button_width(const Context&, std::string_view text);
bool icon_button(Context&, const Path&, const char* icon, std::string_view tip, bool on = false,
                 bool enabled = true, ImU32 colour = 0);
// Returns the chosen index, or -1 when nothing changed.
int segmented(Context&, const Path&, std::initializer_list<std::string_view> names, int current);
bool search_field(Context&, const Path&, std::string& value, const char* hint, float width);
// Copies `value` when clicked.
void copy_button(Context&, const Path&, std::string_view value);

// -- Parts of the view-models --------------------------------------------------------------------
float chip_width(const Context&, const present::Chip&, float limit = 1e9F);
// Selects on click, opens on double click, lights up the same entity everywhere. At a place; see
// chip() for the layout.
void chip_at(Context&, const Path&, ImVec2 at, const present::Chip&, float limit = 1e9F);
void chip(Context&, const Path&, const present::Chip&, float limit = 1e9F);
// As many as fit on the line, then "+3".
void chips(Context&, const Path&, const std::vector<present::Chip>&, float width);
// All of them, wrapped.
void chip_flow(Context&, const Path&, const std::vector<present::Chip>&);
float badge_width(const Context&, const present::Badge&);
void badge_at(const Context&, ImVec2 at, const present::Badge&);
void badge(Context&, const Path&, const present::Badge&);
void dot(const Context&, ImVec2 center, present::Tone);
void spark(const Context&, Rect, const present::Spark&);
// The area between two points of a curve and the floor, without smoothed edges, so that neighbours
// meet without a seam.
void area_quad(ImVec2 left, ImVec2 right, float floor, ImU32 left_colour, ImU32 right_colour,
               ImU32 floor_colour);
void meter(const Context&, Rect, float fill, present::Tone);
void fact(Context&, const Path&, const present::Fact&);
void tooltip(Context&, const present::Tip&);
void tooltip(Context&, std::string_view text);
// Is it time to show the tooltip of the item that was just drawn and is hovered?
bool tip_due(const Context&);

// -- Surfaces ------------------------------------------------------------------------------------
// A rounded card around what is drawn while it lives.
class Card {
 public:
  Card(Context&, const Path&, float width, present::Tone edge = present::Tone::Neutral,
       float min_height = 0);
  ~Card();
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;
  float inner_width() const { return width_ - 2 * pad_; }

 private:
  Context& context_;
  std::string name_;
  ImDrawList* list_;
  ImDrawListSplitter splitter_;
  ImVec2 low_;
  float width_;
  float pad_;
  float min_height_;
  present::Tone edge_;
};
// A small heading, optionally with a note at the right end.
void heading(Context&, std::string_view text, std::string_view note = {});
// A command to type into a terminal, with a button that copies it.
void command_line(Context&, const Path&, std::string_view command, float width);
// Lines centred on a column.
void centered(Context&, Face, ImU32 colour, std::string_view text, float width);
void empty_state(Context&, const Path&, const present::EmptyState&, const char* icon);
void space(const Context&, float height);
void separator(const Context&);

}  // namespace inspector::ui
