#include "ui/fonts.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <initializer_list>

namespace inspector::ui {
namespace {

namespace fs = std::filesystem;

// Latin-1, general punctuation, arrows, Greek letters used in units, the minus and infinity signs,
// geometric marks.
constexpr ImWchar kTextRanges[] = {0x0020, 0x00ff, 0x0394, 0x0394, 0x03bc, 0x03c3, 0x2010,
                                   0x2027, 0x2039, 0x203a, 0x2190, 0x2193, 0x21c4, 0x21c4,
                                   0x2212, 0x2212, 0x221e, 0x221e, 0x2248, 0x2248, 0x2264,
                                   0x2265, 0x25cf, 0x25cf, 0};
constexpr ImWchar kIconRanges[] = {0xf000, 0xf2e0, 0};

using Names = std::initializer_list<const char*>;

struct Places {
  const std::string& extra_dir;
  const std::vector<std::string>& roots;
};

std::string find_font(const Places& places, Names relative) {
  std::error_code ignored;
  for (const char* name : relative) {
    const fs::path path(name);
    if (!places.extra_dir.empty() &&
        fs::is_regular_file(fs::path(places.extra_dir) / path.filename(), ignored)) {
      return (fs::path(places.extra_dir) / path.filename()).string();
    }
    for (const std::string& root : places.roots) {
      if (fs::is_regular_file(fs::path(root) / path, ignored))
        return (fs::path(root) / path).string();
    }
  }
  return {};
}

struct Files {
  std::string regular, strong, mono, icons;
};

Files find_files(const Places& dir, std::vector<std::string>& missing) {
  Files files;
  files.regular = find_font(dir, {"opentype/inter/Inter-Regular.otf",
                                  "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
                                  "truetype/dejavu/DejaVuSans.ttf", "dejavu/DejaVuSans.ttf"});
  files.strong = find_font(dir, {"opentype/inter/Inter-SemiBold.otf",
                                 "truetype/roboto/unhinted/RobotoTTF/Roboto-Medium.ttf",
                                 "truetype/dejavu/DejaVuSans-Bold.ttf"});
  files.mono = find_font(dir, {"truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
                               "truetype/dejavu/DejaVuSansMono.ttf"});
  files.icons = find_font(dir, {"truetype/font-awesome/fontawesome-webfont.ttf",
                                "fontawesome/fontawesome-webfont.ttf"});
  if (files.regular.find("Inter") == std::string::npos) missing.emplace_back("Inter");
  if (files.mono.find("JetBrains") == std::string::npos) missing.emplace_back("JetBrains Mono");
  if (files.icons.empty()) missing.emplace_back("Font Awesome");
  if (files.strong.empty()) files.strong = files.regular;
  if (files.mono.empty()) files.mono = files.regular;
  return files;
}

ImFontConfig config_for(float size) {
  ImFontConfig config;
  config.SizePixels = size;
  config.OversampleH = 2;
  config.OversampleV = 1;
  config.PixelSnapH = true;
  return config;
}

ImFont* add_face(const std::string& file, float size) {
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  ImFontConfig config = config_for(size);
  ImFont* font = nullptr;
  if (!file.empty()) font = atlas->AddFontFromFileTTF(file.c_str(), size, &config, kTextRanges);
  return font != nullptr ? font : atlas->AddFontDefault(&config);
}

// Symbols are a little smaller than the text and centred on it; all have the same advance so that
// they line up.
void merge_icons(const std::string& file, float text_size) {
  if (file.empty()) return;
  const float size = std::round(text_size * 0.94F);
  ImFontConfig config = config_for(size);
  config.MergeMode = true;
  config.GlyphMinAdvanceX = size * 1.2F;
  config.GlyphOffset = ImVec2(0, std::round(text_size * 0.02F));
  ImGui::GetIO().Fonts->AddFontFromFileTTF(file.c_str(), size, &config, kIconRanges);
}

}  // namespace

Fonts load_fonts(float scale, const std::string& extra_dir, const std::vector<std::string>& roots) {
  struct Want {
    Face face;
    std::string Files::* file;
    float size;
    bool icons;
  };
  static const Want kWants[] = {
      {Face::Body, &Files::regular, 15, true},    {Face::Strong, &Files::strong, 15, true},
      {Face::Small, &Files::regular, 13, true},   {Face::SmallStrong, &Files::strong, 13, false},
      {Face::Tiny, &Files::regular, 11, false},   {Face::Title, &Files::strong, 19, true},
      {Face::Display, &Files::strong, 26, false}, {Face::Mono, &Files::mono, 14, false},
      {Face::MonoSmall, &Files::mono, 12, false}, {Face::MonoLarge, &Files::mono, 21, false},
      {Face::Symbol, &Files::icons, 34, false},
  };
  Fonts fonts;
  ImFontAtlas* atlas = ImGui::GetIO().Fonts;
  atlas->Clear();
  atlas->TexGlyphPadding = 1;
  const Files files = find_files({extra_dir, roots}, fonts.missing);
  for (const Want& want : kWants) {
    const float size = std::max(8.0F, std::round(want.size * scale));
    ImFont*& font = fonts.faces[static_cast<std::size_t>(want.face)];
    if (want.face == Face::Symbol && !files.icons.empty()) {
      ImFontConfig config = config_for(size);
      font = atlas->AddFontFromFileTTF(files.icons.c_str(), size, &config, kIconRanges);
    } else {
      font = add_face(files.*want.file, size);
      if (want.icons) merge_icons(files.icons, size);
    }
    if (font == nullptr) font = atlas->AddFontDefault();
  }
  atlas->Build();
  ImGui::GetIO().FontDefault = fonts[Face::Body];
  return fonts;
}

}  // namespace inspector::ui
