#include "ui/registry.hpp"

#include <imgui_internal.h>

namespace inspector::ui {

std::string Path::text() const {
  std::string all;
  for (const std::string_view part : parts_) all += part;
  return all;
}

ImGuiID Path::id() const {
  ImGuiID id = ImGui::GetCurrentWindow()->IDStack.back();
  for (const std::string_view part : parts_) {
    if (!part.empty()) id = ImHashData(part.data(), part.size(), id);
  }
  return id;
}

void Registry::begin_frame() {
  count_ = 0;
  index_.clear();
}

void Registry::add(const Path& path, ImVec2 low, ImVec2 high, bool clickable, bool visible,
                   bool enabled, std::string_view value) {
  if (!recording_) return;
  std::string name = path.text();
  if (index_.contains(name)) {
    int copy = 2;
    while (index_.contains(name + '#' + std::to_string(copy))) ++copy;
    name += '#' + std::to_string(copy);
  }
  index_.emplace(name, count_);
  if (count_ == entries_.size()) entries_.emplace_back();
  Entry& entry = entries_[count_++];
  entry.path = std::move(name);
  entry.value.assign(value);
  entry.low = low;
  entry.high = high;
  entry.clickable = clickable;
  entry.visible = visible;
  entry.enabled = enabled;
}

const Registry::Entry* Registry::find(std::string_view path) const {
  const auto found = index_.find(std::string(path));
  return found == index_.end() ? nullptr : &entries_[found->second];
}

std::string Registry::dump() const {
  std::string out;
  for (std::size_t i = 0; i < count_; ++i) {
    const Entry& entry = entries_[i];
    if (!entry.visible) continue;
    out += entry.path;
    if (!entry.value.empty()) out += " = " + entry.value;
    if (!entry.enabled) out += " (disabled)";
    out += '\n';
  }
  return out;
}

}  // namespace inspector::ui
