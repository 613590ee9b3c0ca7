// Ui: the whole window, one call per frame. Knows ImGui, nothing of windows, clocks, sessions or
// models.
#pragma once

#include "present/vms.hpp"
#include "ui/fonts.hpp"
#include "ui/memory.hpp"
#include "ui/registry.hpp"

namespace inspector::ui {

class Ui {
 public:
  // Between frames, and before the first one. Replaces the fonts of the ImGui context: the
  // renderer's font texture has to be made anew. `font_dir` is searched before the usual folders.
  void set_scale(float scale, const std::string& font_dir = {});
  float scale() const { return scale_; }

  // Between ImGui::NewFrame and ImGui::Render. `dt` in seconds moves animations only.
  present::Commands frame(const present::Vms& vms, const present::ViewState& view, float dt);

  // Something moves by itself: draw the next frame soon.
  bool animating() const { return animating_; }
  Registry& registry() { return registry_; }
  const Registry& registry() const { return registry_; }
  const Fonts& fonts() const { return fonts_; }
  // Opens the palette or the list of keys as a click would.
  Memory& memory() { return memory_; }

 private:
  void regions(struct Context& context, const present::Vms& vms);
  void main_view(struct Context& context, const present::Vms& vms);

  Fonts fonts_{};
  float scale_ = 0;
  present::Theme styled_ = present::Theme::Dark;
  float styled_scale_ = 0;
  Memory memory_{};
  Registry registry_{};
  bool animating_ = false;
};

}  // namespace inspector::ui
