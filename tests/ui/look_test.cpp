// Colours that can be read, fonts that are always there.
#include "ui/fonts.hpp"
#include "ui/icons.hpp"
#include "ui/theme.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <imgui.h>
#include <imgui_internal.h>

#include <gtest/gtest.h>

namespace inspector::ui {
namespace {

constexpr double kReadable = 4.5;  // WCAG AA for text

class Themes : public testing::TestWithParam<present::Theme> {};

TEST_P(Themes, TextIsReadableOnEverySurface) {
  const Theme& theme = theme_of(GetParam());
  for (const ImU32 surface : {theme.canvas, theme.panel, theme.card, theme.raised}) {
    EXPECT_GE(contrast(theme.text, surface), 7.0);
    EXPECT_GE(contrast(theme.text_dim, surface), kReadable);
    EXPECT_GE(contrast(theme.text_faint, surface), kReadable);
    EXPECT_GE(contrast(theme.accent, surface), kReadable);
    EXPECT_GE(contrast(theme.past, surface), kReadable);
    for (std::size_t tone = 0; tone < kToneCount; ++tone)
      EXPECT_GE(contrast(theme.tones[tone], surface), kReadable) << "tone " << tone;
  }
  EXPECT_GE(contrast(theme.on_accent, theme.accent), kReadable);
}

TEST_P(Themes, ATonedWordIsReadableOnItsOwnWash) {
  const Theme& theme = theme_of(GetParam());
  for (std::size_t tone = 0; tone < kToneCount; ++tone) {
    const ImU32 wash = theme.wash(static_cast<present::Tone>(tone));
    EXPECT_GE(contrast(theme.tones[tone], wash), kReadable) << "tone " << tone;
    EXPECT_GE(contrast(theme.text, wash), kReadable) << "tone " << tone;
  }
}

TEST_P(Themes, IdentityColoursAreEquallyLoudAndNeverLookLikeAnAlarm) {
  const Theme& theme = theme_of(GetParam());
  for (int i = 0; i < 24; ++i) {
    const double loud = contrast(theme.identity(static_cast<float>(i) / 24), theme.card);
    EXPECT_GE(loud, 1.8) << i;
    EXPECT_LE(loud, 14.0) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, Themes, testing::Values(present::Theme::Dark, present::Theme::Light),
                         [](const auto& tested) {
                           return tested.param == present::Theme::Dark ? "Dark" : "Light";
                         });

class FontLoading : public testing::Test {
 protected:
  FontLoading() { ImGui::CreateContext(); }
  ~FontLoading() override { ImGui::DestroyContext(); }
};

TEST_F(FontLoading, NeverFailsOnAMachineWithoutFonts) {
  const Fonts fonts = load_fonts(1.0F, {}, {"/nonexistent"});

  EXPECT_EQ(fonts.missing.size(), 3U) << "and says what is missing";
  for (ImFont* face : fonts.faces) {
    ASSERT_NE(face, nullptr);
    EXPECT_GT(face->CalcTextSizeA(face->FontSize, 1e9F, 0, "abc").x, 0);
  }
}

TEST_F(FontLoading, ScaleMakesEveryFaceLarger) {
  const float before = load_fonts(1.0F)[Face::Body]->FontSize;
  const float after = load_fonts(2.0F)[Face::Body]->FontSize;
  EXPECT_FLOAT_EQ(after, 2 * before);
}

TEST_F(FontLoading, DigitsOfTheNumberFaceAreEquallyWide) {
  const Fonts fonts = load_fonts(1.0F);
  if (!fonts.missing.empty()) GTEST_SKIP() << "fonts are not installed here";
  ImFont* mono = fonts[Face::Mono];
  const float one = mono->CalcTextSizeA(mono->FontSize, 1e9F, 0, "1").x;
  for (char digit = '0'; digit <= '9'; ++digit) {
    const std::string text(1, digit);
    EXPECT_FLOAT_EQ(mono->CalcTextSizeA(mono->FontSize, 1e9F, 0, text.c_str()).x, one) << digit;
  }
}

TEST_F(FontLoading, IconsAreInTheTextFace) {
  const Fonts fonts = load_fonts(1.0F);
  if (!fonts.missing.empty()) GTEST_SKIP() << "fonts are not installed here";
  for (const ImWchar code : {ImWchar{0xf023}, ImWchar{0xf0e8}, ImWchar{0xf071}, ImWchar{0xf1b2},
                             ImWchar{0xf01c}, ImWchar{0xf0ec}}) {
    EXPECT_NE(fonts[Face::Body]->FindGlyphNoFallback(code), nullptr) << std::hex << code;
  }
}

// Characters beyond ASCII in the string literals of a source: written out, or as \xe2\x80\xba.
std::set<unsigned> characters_of(const std::string& source) {
  std::string bytes;
  for (std::size_t i = 0; i < source.size(); ++i) {
    if (source.compare(i, 2, "\\x") == 0 && i + 4 <= source.size()) {
      bytes += static_cast<char>(std::stoi(source.substr(i + 2, 2), nullptr, 16));
      i += 3;
    } else {
      bytes += source[i];
    }
  }
  std::set<unsigned> found;
  const char* at = bytes.c_str();
  while (*at != 0) {
    unsigned code = 0;
    at += ImTextCharFromUtf8(&code, at, nullptr);
    if (code > 0x7e) found.insert(code);
  }
  return found;
}

TEST_F(FontLoading, EveryCharacterThatIsShownHasAGlyph) {
  const Fonts fonts = load_fonts(1.0F);
  if (!fonts.missing.empty()) GTEST_SKIP() << "fonts are not installed here";
  for (const char* layer : {"analysis", "present", "ui"}) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(MP_INSPECTOR_SOURCES "/") + layer)) {
      if (entry.path().extension() != ".cpp") continue;
      std::ifstream file(entry.path());
      const std::string source((std::istreambuf_iterator<char>(file)), {});
      for (const unsigned code : characters_of(source)) {
        EXPECT_NE(fonts[Face::Body]->FindGlyphNoFallback(static_cast<ImWchar>(code)), nullptr)
            << std::hex << "U+" << code << " in " << entry.path();
      }
    }
  }
}

}  // namespace
}  // namespace inspector::ui
