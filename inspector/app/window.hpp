// Window: GLFW, OpenGL and the ImGui context around an inspector::ui::Ui. The only code that knows
// them.
#pragma once

#include "app/picture.hpp"
#include "base/result.hpp"
#include "ui/ui.hpp"

#include <functional>
#include <memory>
#include <string>

namespace inspector::app {

struct WindowOptions {
  std::string title = "mp-inspector";
  int width = 1440;
  int height = 900;
  bool hidden = false;      // never shown: for pictures of a recording
  float user_scale = 1.0F;  // on top of what the display asks for
  std::string font_dir{};   // searched before the usual folders
};

// How soon the next frame is wanted. Input wakes the loop at once, whatever was asked for.
enum class Pace {
  Animate,  // as fast as the display goes: something visible moves
  Live,     // ten times a second: data comes in, nothing visible changed
  Idle,     // twice a second
  Close,    // leave run()
};

class Window {
 public:
  // Draws one frame between NewFrame and Render; `dt` in seconds since the last one.
  using Frame = std::function<Pace(ui::Ui& ui, float dt)>;

  // Fails with one sentence where there is no display or no OpenGL 3.2.
  static mp::Result<std::unique_ptr<Window>> open(const WindowOptions& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  // Until the user closes the window or `frame` says Close. Iconified it sleeps until input or
  // wake().
  void run(const Frame& frame);

  // Draws `frame` a few times, so that layout settles, and returns what stands in the back buffer.
  Picture capture(const Frame& frame, int warm_up = 4);

  // What the last frame of run() showed, for a key that takes a picture. Call from inside `frame`;
  // the picture is handed to `take` when the frame is complete.
  void picture_next(std::function<void(const Picture&)> take);

  // From any thread: something has come, draw a frame.
  static void wake();

  ui::Ui& ui() { return ui_; }

 private:
  struct Parts;
  explicit Window(std::unique_ptr<Parts> parts);
  Pace draw(const Frame& frame, bool always_show);
  void follow_scale();
  double budget(Pace pace) const;

  std::unique_ptr<Parts> parts_;
  ui::Ui ui_;
};

}  // namespace inspector::app
