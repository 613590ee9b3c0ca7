#include "ui/plot.hpp"

#include "ui/scope.hpp"

#include <algorithm>
#include <cmath>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

using present::Tone;

constexpr float kDragStart = 4;  // pixels before a press becomes a drag

float across(const Rect& area, float fraction) { return area.low.x + fraction * area.width(); }
float up(const Rect& area, float fraction) {
  return area.high.y - std::clamp(fraction, 0.0F, 1.0F) * area.height();
}

ImU32 colour_of(const Context& context, const present::Curve& curve) {
  return curve.tone == Tone::Neutral ? context.theme.identity(curve.hue)
                                     : context.theme.tone(curve.tone);
}

void draw_grid(const Context& context, const present::Plot& plot, const Rect& area) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  const float half = context.fonts[Face::MonoSmall]->FontSize / 2;
  for (const present::Tick& tick : plot.y_ticks) {
    const float y = up(area, tick.at);
    list->AddLine(ImVec2(area.low.x, y), ImVec2(area.high.x, y),
                  with_alpha(context.theme.line, 0.75F));
    put_in(context,
           {ImVec2(area.high.x + context.px(6), y - half),
            ImVec2(area.high.x + context.px(54), y + half)},
           Face::MonoSmall, context.theme.text_faint, tick.label);
  }
  for (const present::Tick& tick : plot.x_ticks) {
    const float x = across(area, tick.at);
    if (tick.major)
      list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                    with_alpha(context.theme.line, 0.5F));
    const float wide = measure(context, Face::MonoSmall, tick.label).x;
    const float left =
        std::clamp(x - wide / 2, area.low.x, std::max(area.low.x, area.high.x - wide));
    put(context, ImVec2(left, area.high.y + context.px(5)), Face::MonoSmall,
        context.theme.text_faint, tick.label);
  }
}

// The extremes of each bucket as a bar, so that no spike is lost, and the last values as a line.
void draw_curve(const Context& context, const present::Curve& curve, const Rect& area) {
  const std::size_t count = curve.buckets.size();
  if (count < 2) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImU32 colour = colour_of(context, curve);
  const ImU32 band = with_alpha(colour, 0.28F);
  const float step = area.width() / static_cast<float>(count - 1);
  const float half = std::max(0.5F, step / 2);
  const auto known = [&](std::size_t i) { return i < count && !std::isnan(curve.buckets[i].last); };
  const auto point = [&](std::size_t i) {
    return ImVec2(area.low.x + static_cast<float>(i) * step, up(area, curve.buckets[i].last));
  };
  const auto shade = [&](std::size_t i) {
    return with_alpha(colour, 0.04F + 0.26F * std::clamp(curve.buckets[i].last, 0.0F, 1.0F));
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (!known(i)) continue;
    if (curve.filled && known(i + 1))
      area_quad(point(i), point(i + 1), area.high.y, shade(i), shade(i + 1),
                with_alpha(colour, 0.03F));
    const float low = up(area, curve.buckets[i].low);
    const float high = up(area, curve.buckets[i].high);
    const float x = point(i).x;
    if (low - high > 2) list->AddRectFilled(ImVec2(x - half, high), ImVec2(x + half, low), band);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (known(i)) list->PathLineTo(point(i));
    if (!known(i + 1)) list->PathStroke(colour, 0, context.line(1.6F));
  }
}

void draw_overlays(const Context& context, const present::Plot& plot, const Rect& area) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  for (const present::Band& band : plot.bands) {
    hatch(context,
          {ImVec2(across(area, band.from), area.low.y), ImVec2(across(area, band.to), area.high.y)},
          with_alpha(context.theme.tone(band.tone), 0.35F));
  }
  if (plot.limit) {
    const float y = up(area, *plot.limit);
    const ImU32 colour = with_alpha(context.theme.tone(Tone::Warning), 0.8F);
    for (float x = area.low.x; x < area.high.x; x += context.px(8)) {
      list->AddLine(ImVec2(x, y), ImVec2(std::min(x + context.px(4), area.high.x), y), colour);
    }
  }
  if (plot.cursor) {
    const float x = across(area, *plot.cursor);
    list->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y), context.theme.past,
                  context.px(1.5F));
  }
}

void draw_probe(Context& context, const present::Plot& plot, const Rect& area) {
  if (!plot.probe || plot.probe_lines.empty()) return;
  const float x = across(area, *plot.probe);
  ImGui::GetWindowDrawList()->AddLine(ImVec2(x, area.low.y), ImVec2(x, area.high.y),
                                      with_alpha(context.theme.text, 0.35F));
  scope::Style pad(ImGuiStyleVar_WindowPadding, ImVec2(context.px(12), context.px(8)));
  scope::Style gap(ImGuiStyleVar_ItemSpacing, ImVec2(context.px(8), context.px(3)));
  scope::Tooltip tip;
  bool first = true;
  for (const std::string& line : plot.probe_lines) {
    text(context, Face::MonoSmall, first ? context.theme.text_faint : context.theme.text, line);
    first = false;
  }
}

// From the right: the last curve's latest value stands at the right end, names before values.
void draw_head(const Context& context, const present::Plot& plot, ImVec2 at, float width) {
  const float height = context.fonts[Face::SmallStrong]->FontSize;
  const float used = put(context, at, Face::SmallStrong, context.theme.text, plot.title);
  const float range_at = at.x + used + context.px(10);
  const float range_wide = put(context, ImVec2(range_at, at.y), Face::Small,
                               context.theme.text_faint, plot.range, std::max(0.0F, width - used));
  const float stop = range_at + range_wide + context.px(12);
  float x = at.x + width;
  for (auto curve = plot.curves.rbegin(); curve != plot.curves.rend(); ++curve) {
    const float value = measure(context, Face::MonoSmall, curve->latest).x;
    const float name = measure(context, Face::Small, curve->name).x;
    const float whole = value + name + context.px(24);
    if (x - whole < stop) break;
    x -= value;
    put(context, ImVec2(x, at.y + context.px(1)), Face::MonoSmall, context.theme.text,
        curve->latest);
    x -= name + context.px(7);
    put(context, ImVec2(x, at.y), Face::Small, context.theme.text_dim, curve->name);
    x -= context.px(13);
    ImGui::GetWindowDrawList()->AddRectFilled(
        ImVec2(x, at.y + height / 2 - context.px(1.5F)),
        ImVec2(x + context.px(9), at.y + height / 2 + context.px(1.5F)), colour_of(context, *curve),
        context.px(1.5F));
    x -= context.px(16);
  }
}

}  // namespace

void hatch(const Context& context, Rect box, ImU32 colour) {
  if (box.width() <= 0) return;
  ImDrawList* list = ImGui::GetWindowDrawList();
  scope::Clip clip(list, box.low, box.high);
  const float step = context.px(6);
  const float height = box.height();
  for (float x = box.low.x - height; x < box.high.x; x += step) {
    list->AddLine(ImVec2(x, box.high.y), ImVec2(x + height, box.low.y), colour, context.px(1));
  }
}

void time_input(Context& context, const Path& path, Rect area, const present::TimeRange& window,
                const std::string& id) {
  const Hit h = hit(context, path, area);
  const ImGuiIO& io = ImGui::GetIO();
  if (area.width() < 1 || window.end <= window.begin) return;
  const auto fraction = [&](float x) {
    return std::clamp((x - area.low.x) / area.width(), 0.0F, 1.0F);
  };
  const float here = fraction(io.MousePos.x);
  const bool dragged = io.MouseDragMaxDistanceSqr[0] > kDragStart * kDragStart;
  if (h.held && dragged) {
    const float from = fraction(io.MouseClickedPos[0].x);
    context.send(present::SetRange{
        present::TimeRange{window.at(std::min(from, here)), window.at(std::max(from, here))}});
  } else if (h.double_clicked) {
    context.send(present::SetWindow{});
  } else if (h.clicked && !dragged) {
    context.send(present::Seek{window.at(here)});
  }
  if (!h.hovered) return;
  context.probing = true;
  const present::Probe probe{id, here};
  if (context.view.probe != probe) context.send(present::SetProbe{probe});
  if (io.MouseWheel != 0 && io.KeyCtrl) {
    context.send(present::SetWindow{window.zoomed(here, io.MouseWheel > 0 ? 0.8 : 1.25)});
  }
}

void plot(Context& context, const Path& path, const present::Plot& plot, ImVec2 size) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float head = context.px(24);
  const float right = plot.y_ticks.empty() ? 0.0F : context.px(50);
  const float foot = plot.x_ticks.empty() ? 0.0F : context.px(20);
  draw_head(context, plot, at, size.x);
  const Rect area{ImVec2(at.x, at.y + head), ImVec2(at.x + size.x - right, at.y + size.y - foot)};
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (!plot.empty.empty() || plot.curves.empty()) {
    put_in(context, area, Face::Small, context.theme.text_faint, plot.empty, Align::Center);
  } else {
    draw_grid(context, plot, area);
    {
      scope::Clip clip(list, ImVec2(area.low.x, area.low.y - 1),
                       ImVec2(area.high.x, area.high.y + 1));
      for (const present::Curve& curve : plot.curves) draw_curve(context, curve, area);
    }
    draw_overlays(context, plot, area);
    time_input(context, path, area, plot.window, plot.id);
    draw_probe(context, plot, area);
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(size);
}

}  // namespace inspector::ui
