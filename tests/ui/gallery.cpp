// ui_gallery: every screen of the inspector from hand-made view-models, as pictures or as a window
// to click in.
//   ui_gallery DIR [WIDTH HEIGHT]   writes DIR/<scene>-<screen>-<theme>.png (needs a display or
//   xvfb-run) ui_gallery                      opens a window on the deadlock scene
#include "app/window.hpp"
#include "sample_vms.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace app = inspector::app;
namespace present = inspector::present;
namespace ui = inspector::ui;

struct Shot {
  std::string name;
  std::function<uitest::Scene()> scene;
  present::Screen screen;
  present::LocksView locks = present::LocksView::Table;
  present::QueuesView queues = present::QueuesView::Table;
  present::ConnectionsView connections = present::ConnectionsView::Table;
};

std::vector<Shot> shots() {
  using present::Screen;
  std::vector<Shot> all = {{"first-sessions", uitest::first_launch, Screen::Sessions},
                           {"home-sessions", uitest::at_home, Screen::Sessions}};
  const auto add = [&all](const std::string& name, const std::function<uitest::Scene()>& scene) {
    all.push_back({name + "-overview", scene, Screen::Overview});
    all.push_back({name + "-processes", scene, Screen::Processes});
    all.push_back({name + "-queues", scene, Screen::Queues});
    all.push_back({name + "-locks", scene, Screen::Locks});
    all.push_back({name + "-resources", scene, Screen::Resources});
    all.push_back({name + "-connections", scene, Screen::Connections});
    all.push_back({name + "-graph", scene, Screen::Locks, present::LocksView::Graph});
    all.push_back({name + "-flow", scene, Screen::Queues, present::LocksView::Table,
                   present::QueuesView::Flow});
    all.push_back({name + "-messages", scene, Screen::Queues, present::LocksView::Table,
                   present::QueuesView::Messages});
  };
  add("empty", uitest::waiting_for_it);
  add("healthy", uitest::healthy);
  add("deadlock", uitest::deadlock);
  add("past", uitest::in_the_past);
  add("crowded", [] { return uitest::crowded(); });
  all.push_back({"connections-messages", uitest::conversation, Screen::Connections,
                 present::LocksView::Table, present::QueuesView::Table,
                 present::ConnectionsView::Messages});
  return all;
}

uitest::Scene prepare(const Shot& shot, present::Theme theme) {
  uitest::Scene scene = shot.scene();
  scene.view.screen = shot.screen;
  scene.view.theme = theme;
  scene.view.locks_view = shot.locks;
  scene.vms.locks.view = shot.locks;
  scene.view.queues_view = shot.queues;
  scene.vms.queues.view = shot.queues;
  scene.view.connections_view = shot.connections;
  scene.vms.connections.view = shot.connections;
  return scene;
}

int write_pictures(app::Window& window, const std::string& folder, std::string_view only) {
  for (const Shot& shot : shots()) {
    if (!only.empty() && shot.name.find(only) == std::string::npos) continue;
    for (const present::Theme theme : {present::Theme::Dark, present::Theme::Light}) {
      const uitest::Scene scene = prepare(shot, theme);
      const app::Picture picture = window.capture([&](ui::Ui& ui, float dt) {
        ui.frame(scene.vms, scene.view, dt);
        return app::Pace::Animate;
      });
      const std::string path =
          folder + "/" + shot.name + (theme == present::Theme::Dark ? "-dark" : "-light") + ".png";
      const auto written = app::write_png(picture, path);
      if (!written.ok()) {
        std::fprintf(stderr, "%s\n", written.failure().message().c_str());
        return 1;
      }
    }
  }
  return 0;
}

int show(app::Window& window) {
  uitest::Scene scene = uitest::deadlock();
  window.run([&](ui::Ui& ui, float dt) {
    for (const present::Command& command : ui.frame(scene.vms, scene.view, dt))
      present::apply(command, scene.view, 192'000'000'000);
    scene.vms.locks.view = scene.view.locks_view;
    scene.vms.queues.view = scene.view.queues_view;
    scene.vms.connections.view = scene.view.connections_view;
    return app::Pace::Idle;
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  app::WindowOptions options;
  options.hidden = argc > 1;
  if (argc > 3) {
    options.width = std::atoi(argv[2]);
    options.height = std::atoi(argv[3]);
  }
  if (argc > 5) options.user_scale = static_cast<float>(std::atof(argv[5]));
  auto window = app::Window::open(options);
  if (!window.ok()) {
    std::fprintf(stderr, "%s\n", window.failure().message().c_str());
    return 1;
  }
  return argc > 1 ? write_pictures(*window.value(), argv[1], argc > 4 ? argv[4] : "")
                  : show(*window.value());
}
