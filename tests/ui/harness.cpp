#include "harness.hpp"

#include <map>
#include <stdexcept>

namespace uitest {
namespace {

namespace present = inspector::present;

constexpr float kFrame = 1.0F / 60;

// Indices into io.KeysDown, in GLFW's numbering where ui/keys.hpp relies on it.
const std::map<std::string, int>& key_numbers() {
  static const std::map<std::string, int> kNumbers = {
      {"Tab", 258},       {"LeftArrow", 263}, {"RightArrow", 262}, {"UpArrow", 265},
      {"DownArrow", 264}, {"PageUp", 266},    {"PageDown", 267},   {"Home", 268},
      {"End", 269},       {"Delete", 261},    {"Backspace", 259},  {"Enter", 257},
      {"Escape", 256},    {"F12", 301},       {"A", 'A'},          {"O", 'O'},
      {"P", 'P'}};
  return kNumbers;
}

void map_keys(ImGuiIO& io) {
  const auto& keys = key_numbers();
  io.KeyMap[ImGuiKey_Tab] = keys.at("Tab");
  io.KeyMap[ImGuiKey_LeftArrow] = keys.at("LeftArrow");
  io.KeyMap[ImGuiKey_RightArrow] = keys.at("RightArrow");
  io.KeyMap[ImGuiKey_UpArrow] = keys.at("UpArrow");
  io.KeyMap[ImGuiKey_DownArrow] = keys.at("DownArrow");
  io.KeyMap[ImGuiKey_PageUp] = keys.at("PageUp");
  io.KeyMap[ImGuiKey_PageDown] = keys.at("PageDown");
  io.KeyMap[ImGuiKey_Home] = keys.at("Home");
  io.KeyMap[ImGuiKey_End] = keys.at("End");
  io.KeyMap[ImGuiKey_Delete] = keys.at("Delete");
  io.KeyMap[ImGuiKey_Backspace] = keys.at("Backspace");
  io.KeyMap[ImGuiKey_Enter] = keys.at("Enter");
  io.KeyMap[ImGuiKey_Escape] = keys.at("Escape");
  io.KeyMap[ImGuiKey_A] = keys.at("A");
}

}  // namespace

Harness::Harness(Scene start, float width, float height, float scale) : scene(std::move(start)) {
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.ConfigInputTextCursorBlink = false;
  io.DisplaySize = ImVec2(width, height);
  io.MousePos = ImVec2(-1, -1);
  io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  map_keys(io);
  ui.set_scale(scale);
  ui.registry().record(true);
  frames(3);
}

Harness::~Harness() { ImGui::DestroyContext(); }

void Harness::frames(int count) {
  for (int i = 0; i < count; ++i) {
    ImGui::GetIO().DeltaTime = kFrame;
    ImGui::NewFrame();
    for (present::Command& command : ui.frame(scene.vms, scene.view, kFrame)) {
      present::apply(command, scene.view, scene.vms.time_strip.window.end);
      commands.push_back(std::move(command));
    }
    ImGui::Render();
    scene.vms.locks.view = scene.view.locks_view;
    scene.vms.queues.view = scene.view.queues_view;
    scene.vms.connections.view = scene.view.connections_view;
    ImGui::GetIO().MouseWheel = 0;
  }
}

const inspector::ui::Registry::Entry& Harness::reach(std::string_view path) const {
  const auto* entry = ui.registry().find(path);
  if (entry == nullptr)
    throw std::runtime_error("no widget is named " + std::string(path) + "; there are\n" +
                             ui.registry().dump());
  if (!entry->visible) throw std::runtime_error(std::string(path) + " is scrolled out of sight");
  return *entry;
}

void Harness::point(ImVec2 at, bool pressed) {
  ImGui::GetIO().MousePos = at;
  ImGui::GetIO().MouseDown[0] = pressed;
}

void Harness::hover(std::string_view path) {
  point(reach(path).center(), false);
  frames(30);  // until tooltips are due
}

void Harness::press_at(ImVec2 at, bool ctrl, int times) {
  point(at, false);
  frames(2);  // what lies under other things lets them win one frame late
  ImGui::GetIO().KeyCtrl = ctrl;
  for (int i = 0; i < times; ++i) {
    point(at, true);
    frames();
    point(at, false);
    frames();
  }
  ImGui::GetIO().KeyCtrl = false;
  frames();
}

void Harness::click(std::string_view path) { press_at(reach(path).center(), false, 1); }
void Harness::double_click(std::string_view path) { press_at(reach(path).center(), false, 2); }
void Harness::ctrl_click(std::string_view path) { press_at(reach(path).center(), true, 1); }

void Harness::drag(std::string_view path, float from, float to) {
  const auto& entry = reach(path);
  const ImVec2 low = entry.low;
  const ImVec2 high = entry.high;
  const auto at = [&](float share) {
    return ImVec2(low.x + (high.x - low.x) * share, (low.y + high.y) / 2);
  };
  point(at(from), false);
  frames(2);
  point(at(from), true);
  frames();
  for (int step = 1; step <= 8; ++step) {
    point(at(from + (to - from) * static_cast<float>(step) / 8), true);
    frames();
  }
  point(at(to), false);
  frames(2);
}

void Harness::wheel(std::string_view path, float amount, bool ctrl) {
  point(reach(path).center(), false);
  frames(2);
  ImGui::GetIO().KeyCtrl = ctrl;
  ImGui::GetIO().MouseWheel = amount;
  frames();
  ImGui::GetIO().KeyCtrl = false;
  frames();
}

void Harness::type(std::string_view text) {
  for (const char c : text) {
    ImGui::GetIO().AddInputCharacter(static_cast<unsigned char>(c));
    frames();
  }
  frames();
}

void Harness::key(std::string_view name) {
  ImGuiIO& io = ImGui::GetIO();
  const auto strip = [&name](std::string_view prefix) {
    if (!name.starts_with(prefix)) return false;
    name.remove_prefix(prefix.size());
    return true;
  };
  if (strip("Ctrl+")) io.KeyCtrl = true;
  if (strip("Alt+")) io.KeyAlt = true;
  const auto found = key_numbers().find(std::string(name));
  if (found != key_numbers().end())
    io.KeysDown[found->second] = true;
  else
    io.AddInputCharacter(name == "Space" ? ' ' : static_cast<unsigned char>(name.front()));
  frames();
  if (found != key_numbers().end()) io.KeysDown[found->second] = false;
  io.KeyCtrl = false;
  io.KeyAlt = false;
  frames(2);
}

bool Harness::wait_until(const std::function<bool()>& done, int most_frames) {
  for (int i = 0; i < most_frames; ++i) {
    if (done()) return true;
    frames();
  }
  return done();
}

std::string Harness::text(std::string_view path) const {
  const auto* entry = ui.registry().find(path);
  return entry == nullptr ? "(no " + std::string(path) + ")" : entry->value;
}

int Harness::quads() const { return ImGui::GetDrawData()->TotalIdxCount / 6; }

}  // namespace uitest
