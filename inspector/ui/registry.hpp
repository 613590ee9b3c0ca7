// Registry: which widgets the last frame drew, by name. Scripts and tests find them here instead of
// guessing pixels.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <imgui.h>

namespace inspector::ui {

// The name of a widget in up to four parts ("processes/", "worker-3", "/state"): put together only
// when somebody records.
class Path {
 public:
  Path(const char* a, std::string_view b = {}, std::string_view c = {}, std::string_view d = {})
      : parts_{std::string_view(a), b, c, d} {}
  Path(std::string_view a, std::string_view b = {}, std::string_view c = {},
       std::string_view d = {})
      : parts_{a, b, c, d} {}
  Path(const std::string& a) : parts_{std::string_view(a), {}, {}, {}} {}

  std::string text() const;
  // Unique below the current window and ID stack.
  ImGuiID id() const;

 private:
  std::string_view parts_[4];
};

class Registry {
 public:
  struct Entry {
    std::string path;
    std::string value;
    ImVec2 low;
    ImVec2 high;
    bool clickable = false;
    bool visible = true;  // at least partly inside its window
    bool enabled = true;
    ImVec2 center() const { return {(low.x + high.x) / 2, (low.y + high.y) / 2}; }
  };

  // Off by default: recording costs strings.
  void record(bool on) { recording_ = on; }
  bool recording() const { return recording_; }

  void begin_frame();
  // A second widget of the same name in a frame becomes "name#2".
  void add(const Path& path, ImVec2 low, ImVec2 high, bool clickable, bool visible, bool enabled,
           std::string_view value);

  // Null: the last frame had no such widget.
  const Entry* find(std::string_view path) const;
  std::size_t size() const { return count_; }
  const Entry& operator[](std::size_t i) const { return entries_[i]; }
  // One line per visible widget: name, "= value" if it has one, state if it is unusual. In drawing
  // order, without places.
  std::string dump() const;

 private:
  std::vector<Entry> entries_;  // the first count_ are of this frame
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> index_;
  bool recording_ = false;
};

}  // namespace inspector::ui
