#include "app/gui_command.hpp"

#include "app/complaint.hpp"
#include "app/desk.hpp"
#include "app/window.hpp"
#include "os/clock.hpp"
#include "os/stop_signals.hpp"
#include "report/inspector_place.hpp"
#include <libmp/exceptions.hpp>

#include <cstdio>
#include <ctime>

#include <fmt/format.h>

namespace inspector::app {
namespace {

constexpr char kWithoutDisplay[] =
    "; record, report and ls need none, shot and demo --headless run under xvfb-run";

std::string picture_name() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char text[64];
  return std::string(text,
                     std::strftime(text, sizeof text, "mp-inspector-%Y%m%d-%H%M%S.png", &local));
}

Desk::Settings settings_of(const GuiOptions& options) {
  Desk::Settings settings;
  settings.listen.insert(settings.listen.end(), options.listen.begin(), options.listen.end());
  settings.key = mp::report::inspector_key();
  return settings;
}

// What the command line asked for. Failures become notices in the window: it opens in any case.
void open_what_was_asked_for(Desk& desk, const GuiOptions& options) {
  if (options.light) desk.view().theme = present::Theme::Light;
  if (!options.file.empty()) desk.open_recording(options.file);
  if (options.attach != 0) desk.attach_to_pid(options.attach);
  if (!options.program.empty()) desk.start_program(options.program);
  if (!options.demo.empty()) desk.start_demo(options.demo);
}

}  // namespace

int run_gui(const GuiOptions& options) {
  Desk::Settings settings;
  try {
    settings = settings_of(options);
  } catch (const mp::Error& error) {
    fmt::print(stderr, "mp-inspector: programs cannot connect: {}\n", error.what());
    settings.listen.clear();
  }
  auto window = Window::open({.user_scale = options.scale > 0 ? options.scale : 1.0F});
  if (!window.ok()) return complain(words(window.failure()) + kWithoutDisplay);
  mp::os::count_stop_signals();
  Desk desk(settings);
  open_what_was_asked_for(desk, options);
  window.value()->run([&](ui::Ui& ui, float dt) {
    if (dt > 0) desk.set_frames_per_second(1 / dt);
    desk.step(mp::os::monotonic_ns());
    desk.carry_out(ui.frame(desk.vms(), desk.view(), dt));
    if (desk.take_picture_request()) {
      window.value()->picture_next([&desk](const Picture& picture) {
        const std::string name = picture_name();
        const auto written = write_png(picture, name);
        desk.say(written.ok() ? present::Tone::Ok : present::Tone::Alarm,
                 written.ok() ? "Picture saved as " + name : words(written.failure()));
      });
    }
    if (desk.wants_to_quit() || mp::os::stop_signals_seen() > 0) return Pace::Close;
    return ui.animating() || desk.lively() ? Pace::Animate
           : desk.watch() != nullptr       ? Pace::Live
                                           : Pace::Idle;
  });
  return 0;
}

}  // namespace inspector::app
