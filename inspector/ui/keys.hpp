// Keys the window reacts to. Characters come from the input queue, so that they follow the
// keyboard's layout; the others are indices into io.KeysDown, as GLFW numbers them.
#pragma once

#include <imgui.h>

namespace inspector::ui::key {

inline constexpr int kP = 'P';
inline constexpr int kO = 'O';
inline constexpr int kF12 = 301;

inline bool pressed(ImGuiKey named) { return ImGui::IsKeyPressed(ImGui::GetKeyIndex(named)); }
inline bool pressed_index(int index) { return ImGui::IsKeyPressed(index, false); }

}  // namespace inspector::ui::key
