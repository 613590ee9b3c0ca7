#include "app/window.hpp"

#define GLFW_INCLUDE_NONE
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include <imgui.h>

#include <GL/gl.h>
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>

namespace inspector::app {
namespace {

constexpr double kAfterInput = 1.0;   // seconds of full rate after the last input
constexpr int kFramesAfterInput = 3;  // ImGui needs two to settle its layout
constexpr double kAnimate = 1.0 / 60;
constexpr double kUnfocused = 1.0 / 20;
constexpr double kLive = 0.1;
constexpr double kIdle = 0.5;
constexpr float kLongestStep = 0.1F;  // a frame after a long sleep does not jump

std::string last_glfw_error;

void remember_error(int, const char* text) { last_glfw_error = text != nullptr ? text : ""; }

// What the last frame drew, to leave out frames that change nothing.
class DrawnBytes {
 public:
  bool changed(const ImDrawData& data) {
    std::size_t size = 0;
    bool same = true;
    const auto compare = [&](const void* bytes, std::size_t count) {
      const auto* from = static_cast<const unsigned char*>(bytes);
      if (size + count > kept_.size()) kept_.resize(size + count), same = false;
      if (same && std::memcmp(kept_.data() + size, from, count) == 0) {
        size += count;
        return;
      }
      same = false;
      std::memcpy(kept_.data() + size, from, count);
      size += count;
    };
    for (int i = 0; i < data.CmdListsCount; ++i) {
      const ImDrawList& list = *data.CmdLists[i];
      compare(list.VtxBuffer.Data, static_cast<std::size_t>(list.VtxBuffer.size_in_bytes()));
      compare(list.IdxBuffer.Data, static_cast<std::size_t>(list.IdxBuffer.size_in_bytes()));
      for (const ImDrawCmd& command : list.CmdBuffer)
        compare(&command.ClipRect, sizeof(command.ClipRect));
    }
    same = same && size == used_;
    used_ = size;
    return !same;
  }
  void forget() { used_ = 0; }

 private:
  std::vector<unsigned char> kept_;
  std::size_t used_ = 0;
};

}  // namespace

struct Window::Parts {
  GLFWwindow* window = nullptr;
  WindowOptions options;
  DrawnBytes drawn;
  std::function<void(const Picture&)> take_picture;
  double last_frame = 0;
  double last_input = 0;
  int frames_due = kFramesAfterInput;
  ImVec2 last_mouse{};
  bool gl_ready = false;

  void note_input();
  Picture read_back() const;
};

// Mouse, keys and wheel as ImGui saw them: no callbacks of our own to fight with the back end's.
void Window::Parts::note_input() {
  const ImGuiIO& io = ImGui::GetIO();
  bool input = io.MousePos.x != last_mouse.x || io.MousePos.y != last_mouse.y ||
               io.MouseWheel != 0 || io.InputQueueCharacters.Size > 0;
  for (const bool down : io.MouseDown) input = input || down;
  for (const bool down : io.KeysDown) input = input || down;
  last_mouse = io.MousePos;
  if (!input) return;
  last_input = ::glfwGetTime();
  frames_due = kFramesAfterInput;
}

Picture Window::Parts::read_back() const {
  Picture picture;
  ::glfwGetFramebufferSize(window, &picture.width, &picture.height);
  const auto stride = static_cast<std::size_t>(picture.width) * 4;
  std::vector<std::uint8_t> upside_down(stride * static_cast<std::size_t>(picture.height));
  ::glPixelStorei(GL_PACK_ALIGNMENT, 1);
  ::glReadBuffer(GL_BACK);
  ::glReadPixels(0, 0, picture.width, picture.height, GL_RGBA, GL_UNSIGNED_BYTE,
                 upside_down.data());
  picture.rgba.resize(upside_down.size());
  for (std::size_t y = 0; y < static_cast<std::size_t>(picture.height); ++y) {
    const std::size_t from = (static_cast<std::size_t>(picture.height) - 1 - y) * stride;
    std::memcpy(picture.rgba.data() + y * stride, upside_down.data() + from, stride);
  }
  for (std::size_t i = 3; i < picture.rgba.size(); i += 4) picture.rgba[i] = 0xff;
  return picture;
}

mp::Result<std::unique_ptr<Window>> Window::open(const WindowOptions& options) {
  const auto failed = [](const char* what) {
    return mp::Failure{mp::FailureCode::Os,
                       std::string(what) + (last_glfw_error.empty() ? "" : ": " + last_glfw_error),
                       {}};
  };
  last_glfw_error.clear();
  ::glfwSetErrorCallback(remember_error);
  if (::glfwInit() == GLFW_FALSE) return failed("there is no display to open a window on");
  ::glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
  ::glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
  ::glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
  ::glfwWindowHint(GLFW_VISIBLE, options.hidden ? GLFW_FALSE : GLFW_TRUE);
  ::glfwWindowHint(GLFW_SCALE_TO_MONITOR, options.hidden ? GLFW_FALSE : GLFW_TRUE);
  GLFWwindow* handle =
      ::glfwCreateWindow(options.width, options.height, options.title.c_str(), nullptr, nullptr);
  if (handle == nullptr) {
    ::glfwTerminate();
    return failed("cannot open a window with OpenGL 3.2");
  }
  ::glfwMakeContextCurrent(handle);
  ::glfwSwapInterval(options.hidden ? 0 : 1);
  ::glfwSetWindowSizeLimits(handle, 800, 520, GLFW_DONT_CARE, GLFW_DONT_CARE);
  auto parts = std::make_unique<Parts>();
  parts->window = handle;
  parts->options = options;
  std::unique_ptr<Window> window(new Window(std::move(parts)));
  if (!window->parts_->gl_ready) return failed("cannot start the OpenGL renderer");
  return window;
}

Window::Window(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigWindowsMoveFromTitleBarOnly = true;
  ImGui_ImplGlfw_InitForOpenGL(parts_->window, true);
  parts_->gl_ready = ImGui_ImplOpenGL3_Init("#version 150");
  if (parts_->gl_ready) follow_scale();
}

Window::~Window() {
  if (parts_->gl_ready) ImGui_ImplOpenGL3_Shutdown();
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  ::glfwDestroyWindow(parts_->window);
  ::glfwTerminate();
}

// Fonts are pixels: when the window moves to a display of another density they are made anew,
// between frames.
void Window::follow_scale() {
  float x = 1;
  float y = 1;
  if (!parts_->options.hidden) ::glfwGetWindowContentScale(parts_->window, &x, &y);
  const float wanted = std::max(0.5F, x) * parts_->options.user_scale;
  if (std::abs(wanted - ui_.scale()) < 0.01F) return;
  ui_.set_scale(wanted, parts_->options.font_dir);
  ImGui_ImplOpenGL3_DestroyFontsTexture();
  ImGui_ImplOpenGL3_CreateFontsTexture();
}

Pace Window::draw(const Frame& frame, bool always_show) {
  follow_scale();
  ImGui_ImplOpenGL3_NewFrame();
  ImGui_ImplGlfw_NewFrame();
  parts_->note_input();
  ImGui::NewFrame();
  const double now = ::glfwGetTime();
  const auto dt = static_cast<float>(now - std::exchange(parts_->last_frame, now));
  const Pace pace = frame(ui_, std::clamp(dt, 0.0F, kLongestStep));
  ImGui::Render();
  const bool wanted = static_cast<bool>(parts_->take_picture);
  if (!parts_->drawn.changed(*ImGui::GetDrawData()) && !always_show && !wanted) return pace;
  int width = 0;
  int height = 0;
  ::glfwGetFramebufferSize(parts_->window, &width, &height);
  ::glViewport(0, 0, width, height);
  ::glClearColor(0, 0, 0, 1);
  ::glClear(GL_COLOR_BUFFER_BIT);
  ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
  if (wanted) std::exchange(parts_->take_picture, nullptr)(parts_->read_back());
  if (!always_show) ::glfwSwapBuffers(parts_->window);
  return pace;
}

double Window::budget(Pace pace) const {
  if (parts_->frames_due > 0) return 0;
  const bool recent = ::glfwGetTime() - parts_->last_input < kAfterInput;
  const bool focused = ::glfwGetWindowAttrib(parts_->window, GLFW_FOCUSED) == GLFW_TRUE;
  if (pace == Pace::Animate || recent) return focused ? kAnimate : kUnfocused;
  return pace == Pace::Live ? kLive : kIdle;
}

void Window::run(const Frame& frame) {
  Pace pace = Pace::Animate;
  int width = 0;
  int height = 0;
  while (::glfwWindowShouldClose(parts_->window) == GLFW_FALSE && pace != Pace::Close) {
    if (::glfwGetWindowAttrib(parts_->window, GLFW_ICONIFIED) == GLFW_TRUE) {
      ::glfwWaitEvents();
    } else if (const double wait = budget(pace); wait > 0) {
      const double passed = ::glfwGetTime() - parts_->last_frame;
      if (wait > passed)
        ::glfwWaitEventsTimeout(wait - passed);
      else
        ::glfwPollEvents();
    } else {
      ::glfwPollEvents();
    }
    int now_width = 0;
    int now_height = 0;
    ::glfwGetFramebufferSize(parts_->window, &now_width, &now_height);
    if (now_width != width || now_height != height) parts_->drawn.forget();
    width = now_width;
    height = now_height;
    pace = draw(frame, false);
    if (ui_.animating() && pace != Pace::Close) pace = Pace::Animate;
    parts_->frames_due = std::max(0, parts_->frames_due - 1);
  }
}

Picture Window::capture(const Frame& frame, int warm_up) {
  ::glfwPollEvents();
  for (int i = 0; i <= warm_up; ++i) draw(frame, true);
  return parts_->read_back();
}

void Window::picture_next(std::function<void(const Picture&)> take) {
  parts_->take_picture = std::move(take);
}

void Window::wake() { ::glfwPostEmptyEvent(); }

}  // namespace inspector::app
