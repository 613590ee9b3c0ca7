#include "ui/graph.hpp"

#include "present/label_places.hpp"
#include "ui/icons.hpp"
#include "ui/scope.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <utility>

#include <imgui_internal.h>

namespace inspector::ui {
namespace {

using present::GraphEdge;
using present::GraphNode;
using present::Tone;

constexpr float kGlide = 0.15F;  // seconds
constexpr float kNodeHeight = 50;
constexpr float kNodePad = 14;
constexpr float kAside = 10.5F;  // half a label's height, so that those of both arrows have room

struct View {
  ImVec2 origin;  // of the layout on the screen
  float zoom = 1;
  ImVec2 operator()(present::LayoutPoint p) const {
    return {origin.x + p.x * zoom, origin.y + p.y * zoom};
  }
};

present::LayoutNode box_of(const Context& context, const GraphNode& node) {
  const float label = measure(context, Face::Strong, node.label).x + context.px(24);
  const float note = measure(context, Face::Small, node.note).x;
  const float width = std::clamp(std::max(label, note), context.px(70), context.px(220));
  return {width + 2 * context.px(kNodePad), context.px(kNodeHeight)};
}

std::size_t fingerprint(const Context& context, const std::vector<GraphNode>& boxes,
                        const std::vector<GraphEdge>& arrows, ImVec2 room) {
  std::size_t seed = std::hash<float>{}(context.scale);
  const auto blend = [&seed](std::size_t value) {
    seed ^= value + 0x9e3779b97f4a7c15ULL + (seed << 6) + (seed >> 2);
  };
  blend(static_cast<std::size_t>(room.x));
  blend(static_cast<std::size_t>(room.y));
  for (const GraphNode& node : boxes) {
    blend(std::hash<std::string>{}(node.label));
    blend(node.note
              .size());  // the text changes with each tick of a clock, the box only with its length
    blend(node.ref.id * 8 + static_cast<std::size_t>(node.ref.kind));
  }
  for (const GraphEdge& edge : arrows) {
    blend(static_cast<std::size_t>(edge.from) * 4096 + static_cast<std::size_t>(edge.to));
  }
  return seed;
}

// Across or downwards, with as much air as fits; else what has to be scaled down least.
void lay_out(const Context& context, const std::vector<GraphNode>& boxes,
             const std::vector<GraphEdge>& arrows, GraphMemory& memory, ImVec2 room) {
  const std::size_t now = fingerprint(context, boxes, arrows, room);
  if (now == memory.fingerprint) return;
  memory.fingerprint = now;
  std::vector<present::LayoutNode> nodes;
  for (const GraphNode& node : boxes) nodes.push_back(box_of(context, node));
  std::vector<present::LayoutEdge> edges;
  float label = context.px(18);
  for (const GraphEdge& edge : arrows) {
    // What leads back must not turn the layers round.
    const int from = edge.feedback ? edge.to : edge.from;
    const int to = edge.feedback ? edge.from : edge.to;
    edges.push_back(
        {static_cast<std::size_t>(from), static_cast<std::size_t>(to), edge.dashed ? 0.25F : 1.0F});
    label = std::max(label, measure(context, Face::Small, edge.label).x + context.px(36));
  }
  present::LayoutOptions options;
  options.margin = context.px(24);
  options.ring_gap = label;
  float best = 0;
  for (const float air : {96.0F, 64.0F, 48.0F}) {
    for (const bool downward : {false, true}) {
      options.downward = downward;
      options.gap_x = downward ? context.px(air) : std::max(context.px(air), label);
      options.gap_y = context.px(downward ? 28.0F : air * 0.5F);
      present::GraphLayout layout = present::layout_graph(nodes, edges, options);
      const float zoom = std::min(room.x / layout.width, room.y / layout.height);
      if (zoom <= best) continue;
      best = zoom;
      memory.layout = std::move(layout);
      if (best >= 1) return;
    }
  }
}

ImVec2 glide(Context& context, GraphMemory& memory, present::EntityRef ref,
             present::LayoutPoint goal) {
  const ImVec2 target(goal.x, goal.y);
  const auto [place, added] = memory.shown.try_emplace(ref, target);
  if (added) return target;
  ImVec2& at = place->second;
  const float share = context.dt <= 0 ? 1.0F : std::min(1.0F, context.dt * 3 / kGlide);
  at.x += (target.x - at.x) * share;
  at.y += (target.y - at.y) * share;
  if (std::abs(at.x - target.x) + std::abs(at.y - target.y) < 0.5F)
    at = target;
  else
    context.animating = true;
  return at;
}

void arrow_head(const Context& context, ImVec2 from, ImVec2 tip, ImU32 colour) {
  const float length = std::hypot(tip.x - from.x, tip.y - from.y);
  if (length < 1) return;
  const ImVec2 d((tip.x - from.x) / length, (tip.y - from.y) / length);
  const float size = context.px(9);
  const ImVec2 base(tip.x - d.x * size, tip.y - d.y * size);
  const float half = size * 0.5F;
  ImGui::GetWindowDrawList()->AddTriangleFilled(
      tip, ImVec2(base.x - d.y * half, base.y + d.x * half),
      ImVec2(base.x + d.y * half, base.y - d.x * half), colour);
}

void stroke(const Context& context, const std::vector<ImVec2>& points, ImU32 colour, float thick,
            bool dashed) {
  ImDrawList* list = ImGui::GetWindowDrawList();
  if (!dashed) {
    list->AddPolyline(points.data(), static_cast<int>(points.size()), colour, 0, thick);
    return;
  }
  const float dash = context.px(6);
  for (std::size_t i = 1; i < points.size(); ++i) {
    const ImVec2 a = points[i - 1];
    const ImVec2 b = points[i];
    const float length = std::max(1.0F, std::hypot(b.x - a.x, b.y - a.y));
    for (float s = 0; s < length; s += 2 * dash) {
      const float e = std::min(s + dash, length);
      list->AddLine(ImVec2(a.x + (b.x - a.x) * s / length, a.y + (b.y - a.y) * s / length),
                    ImVec2(a.x + (b.x - a.x) * e / length, a.y + (b.y - a.y) * e / length), colour,
                    thick);
    }
  }
}

// Corners of a route as a smooth curve through its points (Catmull-Rom).
std::vector<ImVec2> smooth(const std::vector<ImVec2>& corners) {
  if (corners.size() < 3) return corners;
  std::vector<ImVec2> out;
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    const ImVec2 p0 = corners[i == 0 ? 0 : i - 1];
    const ImVec2 p1 = corners[i];
    const ImVec2 p2 = corners[i + 1];
    const ImVec2 p3 = corners[std::min(i + 2, corners.size() - 1)];
    for (int step = 0; step < 8; ++step) {
      const float t = static_cast<float>(step) / 8;
      const auto blend = [t](float a, float b, float c, float d) {
        return 0.5F * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t +
                       (3 * b - a - 3 * c + d) * t * t * t);
      };
      out.emplace_back(blend(p0.x, p1.x, p2.x, p3.x), blend(p0.y, p1.y, p2.y, p3.y));
    }
  }
  out.push_back(corners.back());
  return out;
}

// The arrow's way on the screen.
std::vector<ImVec2> way_of(const GraphEdge& edge, const present::EdgeRoute& route,
                           const View& view) {
  std::vector<ImVec2> corners;
  for (const present::LayoutPoint& point : route.points) corners.push_back(view(point));
  if (edge.feedback) std::reverse(corners.begin(), corners.end());
  return smooth(corners);
}

// To the right of its direction, so that an arrow and its counterpart run side by side. Along the
// borders of the boxes that it touches, which lie across its main direction.
void move_aside(std::vector<ImVec2>& way, float distance) {
  const ImVec2 d(way.back().x - way.front().x, way.back().y - way.front().y);
  const float length = std::hypot(d.x, d.y);
  if (length < 1) return;
  const bool is_steep = std::abs(d.y) > std::abs(d.x);
  const ImVec2 shift =
      is_steep ? ImVec2(-distance * length / d.y, 0) : ImVec2(0, distance * length / d.x);
  for (ImVec2& point : way) point = ImVec2(point.x + shift.x, point.y + shift.y);
}

void draw_edge(const Context& context, const GraphEdge& edge, const std::vector<ImVec2>& points) {
  const Theme& theme = context.theme;
  const ImU32 colour = edge.in_cycle                ? theme.tone(Tone::Alarm)
                       : edge.tone == Tone::Neutral ? theme.text_faint
                                                    : theme.tone(edge.tone);
  stroke(context, points, colour, context.px(edge.in_cycle ? 2.2F : edge.width), edge.dashed);
  arrow_head(context, points[points.size() - 2], points.back(), colour);
}

void draw_label(const Context& context, const GraphEdge& edge, Rect plate) {
  const Theme& theme = context.theme;
  ImGui::GetWindowDrawList()->AddRectFilled(plate.low, plate.high, theme.card, context.px(4));
  put_in(context, plate, Face::Small, edge.in_cycle ? theme.text : theme.text_dim, edge.label,
         Align::Center);
}

void draw_edges(const Context& context, const std::vector<GraphNode>& nodes,
                const std::vector<GraphEdge>& edges, const present::GraphLayout& layout,
                const View& view) {
  std::vector<const GraphEdge*> labelled;
  std::vector<present::ArrowLabel> labels;
  std::vector<present::LabelObstacle> taken;  // by boxes and the heads of arrows
  std::set<std::pair<int, int>> ends;
  for (const GraphEdge& edge : edges) ends.emplace(edge.from, edge.to);
  for (std::size_t i = 0; i < edges.size(); ++i) {
    std::vector<ImVec2> way = way_of(edges[i], layout.routes[i], view);
    if (way.size() < 2) continue;
    if (edges[i].from != edges[i].to && ends.contains({edges[i].to, edges[i].from}))
      move_aside(way, context.px(kAside) * view.zoom);
    draw_edge(context, edges[i], way);
    taken.push_back({{way.back().x, way.back().y}, {context.px(16), context.px(16)}});
    if (edges[i].label.empty() || view.zoom < 0.6F) continue;
    const ImVec2 size = measure(context, Face::Small, edges[i].label);
    present::ArrowLabel label{.width = size.x + context.px(10), .height = size.y + context.px(4)};
    for (const ImVec2& point : way) label.route.push_back({point.x, point.y});
    labelled.push_back(&edges[i]);
    labels.push_back(std::move(label));
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const ImVec2 center = view(layout.centers[i]);
    const present::LayoutNode size = box_of(context, nodes[i]);
    taken.push_back({{center.x, center.y}, {size.width * view.zoom, size.height * view.zoom}});
  }
  const auto places = present::place_labels(labels, taken);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const ImVec2 half(labels[i].width / 2, labels[i].height / 2);
    draw_label(context, *labelled[i],
               {ImVec2(places[i].x - half.x, places[i].y - half.y),
                ImVec2(places[i].x + half.x, places[i].y + half.y)});
  }
}

// Text that shrinks with the picture, cut at the box.
void scaled(const Context& context, Rect box, Face face, ImU32 colour, std::string_view words,
            float zoom) {
  ImFont* font = context.fonts[face];
  const float size = font->FontSize * zoom;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const ImVec4 clip(box.low.x, box.low.y, box.high.x, box.high.y);
  const ImVec2 at(box.low.x, (box.low.y + box.high.y - size) / 2);
  list->AddText(font, size, at, colour, words.data(), words.data() + words.size(), 0, &clip);
}

void draw_node(Context& context, const Path& path, const GraphNode& node, ImVec2 center,
               ImVec2 size, float zoom) {
  const Rect box{ImVec2(center.x - size.x / 2, center.y - size.y / 2),
                 ImVec2(center.x + size.x / 2, center.y + size.y / 2)};
  const Theme& theme = context.theme;
  const Hit h = hit(context, path, box, true, node.label);
  const bool alive =
      node.ref.kind == present::EntityKind::Process || node.ref.kind == present::EntityKind::Thread;
  const float radius = !alive ? context.px(metric::kRadius) : box.height() / 2;
  ImDrawList* list = ImGui::GetWindowDrawList();
  const bool lit = h.hovered || context.lit(node.ref);
  const bool loud = node.cycle >= 0 || node.tone == Tone::Dead;
  const ImU32 fill = loud ? theme.wash(Tone::Alarm) : theme.raised;
  if (node.count > 1)
    list->AddRectFilled(ImVec2(box.low.x + context.px(4), box.low.y + context.px(4)),
                        ImVec2(box.high.x + context.px(4), box.high.y + context.px(4)), theme.line,
                        radius);
  list->AddRectFilled(box.low, box.high, lit ? mix(fill, theme.text, 0.10F) : fill, radius);
  const bool chosen = context.view.selected(node.ref);
  list->AddRect(box.low, box.high,
                chosen ? theme.accent
                : loud ? with_alpha(theme.tone(Tone::Alarm), 0.7F)
                       : theme.line,
                radius, 0, context.px(chosen ? 2.0F : 1.2F));
  const float left = box.low.x + context.px(kNodePad) * zoom;
  const float right = box.high.x - context.px(kNodePad - 8) * zoom;
  const float middle = node.note.empty() ? center.y : box.low.y + box.height() * 0.35F;
  const float half = context.px(11);
  const float text_left = left + context.px(22) * zoom;
  scaled(context, {ImVec2(left, middle - half), ImVec2(text_left, middle + half)}, Face::Small,
         theme.tone(node.tone), icon::of(node.ref.kind), zoom);
  scaled(context, {ImVec2(text_left, middle - half), ImVec2(right, middle + half)}, Face::Strong,
         theme.text, node.label, zoom);
  const float low = box.low.y + box.height() * 0.72F;
  scaled(context, {ImVec2(left, low - half), ImVec2(right, low + half)}, Face::Small,
         theme.text_dim, node.note, zoom);
  if (node.fill >= 0) {
    meter(context,
          {ImVec2(left, box.high.y - context.px(7) * zoom),
           ImVec2(right, box.high.y - context.px(4) * zoom)},
          node.fill, node.fill_tone == Tone::Neutral ? Tone::Holding : node.fill_tone);
  }
  if (!h.hovered) return;
  context.hovering = node.ref;
  if (tip_due(context)) tooltip(context, node.tip);
  if (h.double_clicked)
    context.send(present::Open{node.ref});
  else if (h.clicked)
    context.send(present::Select{node.ref, ImGui::GetIO().KeyCtrl});
}

}  // namespace

void graph(Context& context, const Path& path, const std::vector<GraphNode>& nodes,
           const std::vector<GraphEdge>& edges, GraphMemory& memory, ImVec2 room) {
  const std::string base = path.text();
  lay_out(context, nodes, edges, memory, room);
  const present::GraphLayout& layout = memory.layout;
  if (layout.centers.size() != nodes.size() || layout.routes.size() != edges.size()) return;
  View view;
  view.zoom = std::clamp(
      std::min(room.x / std::max(1.0F, layout.width), room.y / std::max(1.0F, layout.height)), 0.5F,
      1.0F);
  const ImVec2 size(layout.width * view.zoom, layout.height * view.zoom);
  const ImVec2 corner = ImGui::GetCursorScreenPos();
  const ImVec2 far(corner.x + room.x, corner.y + room.y);
  ImDrawList* ground = ImGui::GetWindowDrawList();
  ground->AddRectFilled(corner, far, context.theme.card, context.px(metric::kRadius));
  ground->AddRect(corner, far, context.theme.line, context.px(metric::kRadius));
  scope::Child child((base + "/canvas").c_str(), room, ImGuiWindowFlags_HorizontalScrollbar);
  const ImVec2 at = ImGui::GetCursorScreenPos();
  view.origin = ImVec2(at.x + std::max(0.0F, (room.x - size.x) / 2),
                       at.y + std::max(0.0F, (room.y - size.y) / 2));
  draw_edges(context, nodes, edges, layout, view);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const ImVec2 place = glide(context, memory, nodes[i].ref, layout.centers[i]);
    const present::LayoutNode box = box_of(context, nodes[i]);
    draw_node(context, Path(base, "/", nodes[i].label), nodes[i], view({place.x, place.y}),
              ImVec2(box.width * view.zoom, box.height * view.zoom), view.zoom);
  }
  ImGui::SetCursorScreenPos(at);
  ImGui::Dummy(ImVec2(std::max(1.0F, size.x), std::max(1.0F, size.y)));
}

}  // namespace inspector::ui
