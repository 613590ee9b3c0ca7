#include "ui/theme.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::ui {
namespace {

constexpr ImU32 rgb(std::uint32_t hex) {
  return IM_COL32((hex >> 16) & 0xff, (hex >> 8) & 0xff, hex & 0xff, 0xff);
}

constexpr Theme make_dark() {
  Theme t;
  t.dark = true;
  t.canvas = rgb(0x0e1014);
  t.panel = rgb(0x12151a);
  t.card = rgb(0x171b21);
  t.raised = rgb(0x21262f);
  t.line = rgb(0x262c36);
  t.shadow = IM_COL32(0, 0, 0, 110);
  t.text = rgb(0xe8eaf0);
  t.text_dim = rgb(0xa7afbd);
  t.text_faint = rgb(0x8b94a4);
  t.accent = rgb(0x8b9cff);
  t.on_accent = rgb(0x0c0f1a);
  t.past = rgb(0xf0b04a);
  t.tones = {rgb(0xa7afbd), rgb(0x8b94a4), rgb(0x53c28b), rgb(0x6fb1ff),
             rgb(0xf0b04a), rgb(0xff7a7e), rgb(0xe5777b), rgb(0x949cab),
             rgb(0x53c28b), rgb(0x8b9cff), rgb(0xf0b04a), rgb(0xff7a7e)};
  return t;
}

constexpr Theme make_light() {
  Theme t;
  t.dark = false;
  t.canvas = rgb(0xf6f7f9);
  t.panel = rgb(0xfcfcfd);
  t.card = rgb(0xffffff);
  t.raised = rgb(0xeef0f4);
  t.line = rgb(0xe2e5ea);
  t.shadow = IM_COL32(20, 25, 40, 40);
  t.text = rgb(0x1a1d24);
  t.text_dim = rgb(0x515967);
  t.text_faint = rgb(0x626b7a);
  t.accent = rgb(0x4453d0);
  t.on_accent = rgb(0xffffff);
  t.past = rgb(0x8f5a00);
  t.tones = {rgb(0x515967), rgb(0x626b7a), rgb(0x15713f), rgb(0x1a62b8),
             rgb(0x8f5a00), rgb(0xc1272d), rgb(0x9c2b30), rgb(0x5e6673),
             rgb(0x15713f), rgb(0x4453d0), rgb(0x8f5a00), rgb(0xc1272d)};
  return t;
}

constexpr Theme kDark = make_dark();
constexpr Theme kLight = make_light();

double linear(ImU32 channel) {
  const double c = static_cast<double>(channel & 0xff) / 255.0;
  return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
}

double luminance(ImU32 c) {
  return 0.2126 * linear(c >> IM_COL32_R_SHIFT) + 0.7152 * linear(c >> IM_COL32_G_SHIFT) +
         0.0722 * linear(c >> IM_COL32_B_SHIFT);
}

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

void apply_colours(ImGuiStyle& style, const Theme& t) {
  const ImVec4 none(0, 0, 0, 0);
  for (ImVec4& colour : style.Colors) colour = none;
  style.Colors[ImGuiCol_Text] = vec(t.text);
  style.Colors[ImGuiCol_TextDisabled] = vec(t.text_faint);
  style.Colors[ImGuiCol_WindowBg] = vec(t.canvas);
  style.Colors[ImGuiCol_PopupBg] = vec(t.dark ? t.raised : t.card);
  style.Colors[ImGuiCol_Border] = vec(t.line);
  style.Colors[ImGuiCol_FrameBg] = vec(t.raised);
  style.Colors[ImGuiCol_FrameBgHovered] = vec(t.raised);
  style.Colors[ImGuiCol_FrameBgActive] = vec(t.raised);
  style.Colors[ImGuiCol_ScrollbarGrab] = vec(with_alpha(t.text_faint, 0.25F));
  style.Colors[ImGuiCol_ScrollbarGrabHovered] = vec(with_alpha(t.text_faint, 0.45F));
  style.Colors[ImGuiCol_ScrollbarGrabActive] = vec(with_alpha(t.text_faint, 0.6F));
  style.Colors[ImGuiCol_TableBorderLight] = vec(with_alpha(t.line, 0.0F));
  style.Colors[ImGuiCol_TableBorderStrong] = vec(with_alpha(t.line, 0.0F));
  style.Colors[ImGuiCol_SeparatorHovered] = vec(with_alpha(t.accent, 0.6F));
  style.Colors[ImGuiCol_SeparatorActive] = vec(t.accent);
  style.Colors[ImGuiCol_TextSelectedBg] = vec(with_alpha(t.accent, 0.35F));
  style.Colors[ImGuiCol_ModalWindowDimBg] =
      vec(t.dark ? IM_COL32(4, 5, 8, 150) : IM_COL32(40, 45, 60, 90));
}

}  // namespace

ImU32 Theme::wash(present::Tone which) const {
  return mix(card, tone(which), dark ? 0.14F : 0.10F);
}

ImU32 Theme::identity(float hue) const {
  float r = 0;
  float g = 0;
  float b = 0;
  ImGui::ColorConvertHSVtoRGB(hue - std::floor(hue), dark ? 0.48F : 0.62F, dark ? 0.86F : 0.68F, r,
                              g, b);
  return ImGui::ColorConvertFloat4ToU32(ImVec4(r, g, b, 1));
}

const Theme& theme_of(present::Theme which) {
  return which == present::Theme::Light ? kLight : kDark;
}

void apply_style(const Theme& t, float scale) {
  ImGuiStyle style;
  style.WindowPadding = ImVec2(0, 0);
  style.WindowRounding = 0;
  style.WindowBorderSize = 0;
  style.ChildRounding = 0;
  style.ChildBorderSize = 0;
  style.PopupRounding = metric::kRadius;
  style.PopupBorderSize = 1;
  style.FramePadding = ImVec2(10, 6);
  style.FrameRounding = metric::kSmallRadius + 1;
  style.ItemSpacing = ImVec2(8, 6);
  style.ItemInnerSpacing = ImVec2(6, 4);
  style.CellPadding = ImVec2(8, 4);
  style.ScrollbarSize = 10;
  style.ScrollbarRounding = 5;
  style.GrabRounding = 4;
  apply_colours(style, t);
  style.ScaleAllSizes(scale);
  ImGui::GetStyle() = style;
}

ImU32 with_alpha(ImU32 colour, float alpha) {
  const auto a = static_cast<ImU32>(std::clamp(alpha, 0.0F, 1.0F) * 255.0F + 0.5F);
  return (colour & ~IM_COL32_A_MASK) | (a << IM_COL32_A_SHIFT);
}

ImU32 mix(ImU32 under, ImU32 over, float amount) {
  const auto channel = [&](int shift) {
    const auto a = static_cast<float>((under >> shift) & 0xff);
    const auto b = static_cast<float>((over >> shift) & 0xff);
    return static_cast<ImU32>(a + (b - a) * amount + 0.5F) << shift;
  };
  return channel(IM_COL32_R_SHIFT) | channel(IM_COL32_G_SHIFT) | channel(IM_COL32_B_SHIFT) |
         IM_COL32_A_MASK;
}

double contrast(ImU32 a, ImU32 b) {
  const double light = std::max(luminance(a), luminance(b));
  const double dark = std::min(luminance(a), luminance(b));
  return (light + 0.05) / (dark + 0.05);
}

}  // namespace inspector::ui
