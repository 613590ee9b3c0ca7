#include "app/shot_command.hpp"

#include "analysis/blocks.hpp"
#include "app/complaint.hpp"
#include "app/desk.hpp"
#include "app/window.hpp"
#include "os/clock.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace inspector::app {
namespace {

present::Screen screen_named(const std::string& name) {
  if (name == "sessions") return present::Screen::Sessions;
  if (name == "processes") return present::Screen::Processes;
  if (name == "queues") return present::Screen::Queues;
  if (name == "locks") return present::Screen::Locks;
  if (name == "connections") return present::Screen::Connections;
  if (name == "resources") return present::Screen::Resources;
  return present::Screen::Overview;
}

// The process or object of that name, as a selection.
present::EntityRef entity_named(const model::Model& model, const std::string& name) {
  for (const auto& [puid, process] : model.processes().rows()) {
    if (process.name == name) return {present::EntityKind::Process, puid};
  }
  for (const model::Object& object : model.objects().rows()) {
    if (object.merged_into != 0 || object.name != name) continue;
    if (model.locks().find(object.id) != nullptr) return {present::EntityKind::Lock, object.id};
    if (model.queues().find(object.id) != nullptr) return {present::EntityKind::Queue, object.id};
    if (model.connections().find(object.id) != nullptr)
      return {present::EntityKind::Pipe, object.id};
    if (analysis::is_block(object.kind)) return {present::EntityKind::Block, object.id};
    return {present::EntityKind::Object, object.id};
  }
  return {};
}

// The desk as it is to be drawn. Empty, or what is wrong with the wishes.
std::string prepare(Desk& desk, const ShotOptions& options) {
  if (!options.file.empty()) {
    if (!desk.open_recording(options.file)) return desk.last_notice();
    session::Session& session = desk.watch()->session();
    if (options.at_seconds)
      session.seek(session.begin_ns() + static_cast<std::uint64_t>(*options.at_seconds * 1e9));
    if (!options.select.empty()) {
      const present::EntityRef found = entity_named(session.view(), options.select);
      if (!found)
        return "nothing in " + options.file + " is called '" + options.select + "' at that moment";
      desk.view().selection = {found};
    }
  }
  desk.view().screen = screen_named(options.panel);
  if (options.graph) {
    desk.view().locks_view = present::LocksView::Graph;
    desk.view().queues_view = present::QueuesView::Flow;
  }
  if (options.messages) {
    desk.view().queues_view = present::QueuesView::Messages;
    desk.view().connections_view = present::ConnectionsView::Messages;
  }
  if (options.light) desk.view().theme = present::Theme::Light;
  return {};
}

}  // namespace

int run_shot(const ShotOptions& options) {
  Desk desk({.listen = {}, .key = {}});
  if (const std::string wrong = prepare(desk, options); !wrong.empty()) return complain(wrong);
  auto window = Window::open({.width = options.width,
                              .height = options.height,
                              .hidden = true,
                              .user_scale = options.scale});
  if (!window.ok()) return complain(window.failure());
  const Picture picture = window.value()->capture([&](ui::Ui& ui, float dt) {
    desk.step(mp::os::monotonic_ns());
    desk.carry_out(ui.frame(desk.vms(), desk.view(), dt));
    return Pace::Animate;
  });
  const auto written = write_png(picture, options.output);
  return written.ok() ? 0 : complain(written.failure());
}

}  // namespace inspector::app
