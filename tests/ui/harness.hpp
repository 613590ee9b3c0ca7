// Harness: real ImGui frames without a window, a GPU or a display. Scripts act on widgets by name,
// never by place.
#pragma once

#include "sample_vms.hpp"
#include "ui/ui.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <imgui.h>

namespace uitest {

class Harness {
 public:
  explicit Harness(Scene scene, float width = 1280, float height = 720, float scale = 1);
  ~Harness();
  Harness(const Harness&) = delete;
  Harness& operator=(const Harness&) = delete;

  // -- Acting. A name that the last frame did not draw, or drew out of reach, fails the test.
  // --------
  void frames(int count = 1);
  void hover(std::string_view path);
  void click(std::string_view path);
  void double_click(std::string_view path);
  void ctrl_click(std::string_view path);
  // Presses at one fraction of the widget's width and releases at another.
  void drag(std::string_view path, float from, float to);
  void wheel(std::string_view path, float amount, bool ctrl = false);
  void type(std::string_view text);
  // "Escape", "Ctrl+P", "Alt+LeftArrow", "1", "Space".
  void key(std::string_view name);
  bool wait_until(const std::function<bool()>& done, int most_frames = 240);
  // Raw input for the monkey: the pointer goes where it likes.
  void point(ImVec2 at, bool pressed);

  // -- Looking
  // ---------------------------------------------------------------------------------------
  bool has(std::string_view path) const { return ui.registry().find(path) != nullptr; }
  std::string text(std::string_view path) const;
  // The newest command of a kind; null when none was sent since the last forget().
  template <typename Kind>
  const Kind* sent() const {
    for (auto command = commands.rbegin(); command != commands.rend(); ++command) {
      if (const Kind* found = std::get_if<Kind>(&*command)) return found;
    }
    return nullptr;
  }
  void forget() { commands.clear(); }
  int quads() const;  // triangles of the last frame, in pairs

  Scene scene;  // commands that concern the view change scene.view
  inspector::ui::Ui ui;
  inspector::present::Commands commands;  // all since the last forget()

 private:
  const inspector::ui::Registry::Entry& reach(std::string_view path) const;
  void press_at(ImVec2 at, bool ctrl, int times);
};

}  // namespace uitest
