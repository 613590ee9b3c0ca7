// Begin/end pairs of ImGui as scopes: the end cannot be forgotten, early return is safe.
// if (scope::Table table{...}) { ... }
#pragma once

#include <imgui.h>

namespace inspector::ui::scope {

class Pinned {
 public:
  Pinned() = default;
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;
};

// Ends even when it is not visible, as Begin and BeginChild demand.
class Window : Pinned {
 public:
  Window(const char* name, ImGuiWindowFlags flags) : open_(ImGui::Begin(name, nullptr, flags)) {}
  ~Window() { ImGui::End(); }
  explicit operator bool() const { return open_; }

 private:
  bool open_;
};

class Child : Pinned {
 public:
  explicit Child(const char* name, ImVec2 size = ImVec2(0, 0), ImGuiWindowFlags flags = 0)
      : open_(ImGui::BeginChild(name, size, false, flags)) {}
  ~Child() { ImGui::EndChild(); }
  explicit operator bool() const { return open_; }

 private:
  bool open_;
};

class Table : Pinned {
 public:
  Table(const char* name, int columns, ImGuiTableFlags flags, ImVec2 size = ImVec2(0, 0))
      : open_(ImGui::BeginTable(name, columns, flags, size)) {}
  ~Table() {
    if (open_) ImGui::EndTable();
  }
  explicit operator bool() const { return open_; }

 private:
  bool open_;
};

class Popup : Pinned {
 public:
  explicit Popup(const char* name) : open_(ImGui::BeginPopup(name)) {}
  ~Popup() {
    if (open_) ImGui::EndPopup();
  }
  explicit operator bool() const { return open_; }

 private:
  bool open_;
};

class Tooltip : Pinned {
 public:
  Tooltip() { ImGui::BeginTooltip(); }
  ~Tooltip() { ImGui::EndTooltip(); }
};

class Group : Pinned {
 public:
  Group() { ImGui::BeginGroup(); }
  ~Group() { ImGui::EndGroup(); }
};

class Id : Pinned {
 public:
  explicit Id(const void* pointer) { ImGui::PushID(pointer); }
  explicit Id(int number) { ImGui::PushID(number); }
  explicit Id(const char* text) { ImGui::PushID(text); }
  ~Id() { ImGui::PopID(); }
};

class Font : Pinned {
 public:
  explicit Font(ImFont* font) { ImGui::PushFont(font); }
  ~Font() { ImGui::PopFont(); }
};

class Color : Pinned {
 public:
  Color(ImGuiCol which, ImU32 colour) { ImGui::PushStyleColor(which, colour); }
  ~Color() { ImGui::PopStyleColor(); }
};

class Style : Pinned {
 public:
  Style(ImGuiStyleVar which, float value) { ImGui::PushStyleVar(which, value); }
  Style(ImGuiStyleVar which, ImVec2 value) { ImGui::PushStyleVar(which, value); }
  ~Style() { ImGui::PopStyleVar(); }
};

class Clip : Pinned {
 public:
  Clip(ImDrawList* list, ImVec2 low, ImVec2 high) : list_(list) {
    list_->PushClipRect(low, high, true);
  }
  ~Clip() { list_->PopClipRect(); }

 private:
  ImDrawList* list_;
};

}  // namespace inspector::ui::scope
