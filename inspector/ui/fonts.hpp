// Fonts: the faces of the window, found on the machine with fallbacks. Loading never fails: the
// last resort is ImGui's built-in face.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <imgui.h>

namespace inspector::ui {

enum class Face : std::uint8_t {
  Body,    // 15 px
  Strong,  // 15 px, semi-bold
  Small,   // 13 px
  SmallStrong,
  Tiny,       // 11 px: rail labels
  Title,      // 20 px, semi-bold
  Display,    // 28 px, semi-bold: the verdict, big numbers
  Mono,       // 14 px: numbers, ids, paths
  MonoSmall,  // 12 px: axes
  MonoLarge,  // 22 px: key numbers
  Symbol,     // 34 px icons for empty states
  Count_,
};

struct Fonts {
  std::array<ImFont*, static_cast<std::size_t>(Face::Count_)> faces{};
  std::vector<std::string> missing;  // families that were not found; each has a stand-in

  ImFont* operator[](Face face) const { return faces[static_cast<std::size_t>(face)]; }
};

// Clears the atlas of the current ImGui context and fills it for `scale`. Between frames only; the
// renderer's texture has to be made anew. `extra_dir` is searched first when not empty.
Fonts load_fonts(float scale, const std::string& extra_dir = {},
                 const std::vector<std::string>& roots = {"/usr/share/fonts",
                                                          "/usr/local/share/fonts"});

}  // namespace inspector::ui
