#include "present/graph_layout.hpp"

#include "analysis/digraph.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

namespace inspector::present {
namespace {

using Nodes = std::vector<LayoutNode>;
using analysis::Digraph;

// A strong component: one node, or a ring of them. Members are placed around the block's own
// centre.
struct Block {
  std::vector<std::size_t> members;
  std::vector<LayoutPoint> offsets;
  float width = 0;
  float height = 0;
};

float diagonal(const LayoutNode& node) { return std::hypot(node.width, node.height); }

// On the ring the shortest cycle comes first, clockwise from the top; members off that cycle follow
// it.
std::vector<std::size_t> ring_order(const Digraph& graph,
                                    const std::vector<std::size_t>& component) {
  std::vector<std::size_t> order = analysis::cycle_in(graph, component);
  for (const std::size_t node : component) {
    if (std::find(order.begin(), order.end(), node) == order.end()) order.push_back(node);
  }
  return order;
}

// The angle of the first member for which the others around the ring, too, face those outside who
// point at them (left) or whom they point at (right), as far as `pull` asks for it.
float best_start(const std::vector<std::size_t>& members, const std::vector<float>& pull,
                 float step) {
  const float top = -std::numbers::pi_v<float> / 2;
  float best = top;
  float least = 1e9F;
  for (std::size_t turn = 0; turn < 2 * members.size(); ++turn) {
    const float start = top + step * static_cast<float>(turn) / 2;
    float sum = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
      sum += pull[members[i]] * std::cos(start + step * static_cast<float>(i));
    if (sum < least - 1e-3F) {
      least = sum;
      best = start;
    }
  }
  return best;
}

// `pull` of a node: the weight of what comes to it from other components, less that of what goes
// there.
Block make_block(const Digraph& graph, const Nodes& nodes,
                 const std::vector<std::size_t>& component, const std::vector<float>& pull,
                 const LayoutOptions& options, float turning) {
  if (component.size() == 1) {
    const LayoutNode& node = nodes[component.front()];
    return {component, {{0, 0}}, node.width, node.height};
  }
  Block block{ring_order(graph, component), {}, 0, 0};
  float widest = 0;
  for (const std::size_t member : component) widest = std::max(widest, diagonal(nodes[member]));
  // The chord between neighbours is at least a whole diagonal, so boxes of any proportion stay
  // apart.
  const float round = 2 * std::numbers::pi_v<float> / static_cast<float>(component.size());
  const float radius = (widest + options.ring_gap) / (2 * std::sin(round / 2));
  const float step = turning * round;
  const float start = best_start(block.members, pull, step);
  float half_width = 0;
  float half_height = 0;
  for (std::size_t i = 0; i < block.members.size(); ++i) {
    const float angle = start + step * static_cast<float>(i);
    const LayoutPoint at{radius * std::cos(angle), radius * std::sin(angle)};
    const LayoutNode& node = nodes[block.members[i]];
    half_width = std::max(half_width, std::abs(at.x) + node.width / 2);
    half_height = std::max(half_height, std::abs(at.y) + node.height / 2);
    block.offsets.push_back(at);
  }
  block.width = 2 * half_width;
  block.height = 2 * half_height;
  return block;
}

// An arrow from block to block, or several as one: where it leaves and where it arrives, as offsets
// from the blocks' centres. On a ring that is not the middle.
struct BlockEdge {
  float leaves = 0;
  float arrives = 0;
};
using BlockEdges = std::map<std::pair<std::size_t, std::size_t>, BlockEdge>;

// A neighbour in the next layer or the one before, and at which heights the arrow touches both.
struct Neighbour {
  std::size_t slot = 0;
  float there = 0;
  float here = 0;
};

// A place in a layer: a block, or a bend of an edge that passes through the layer.
struct Slot {
  std::size_t block = 0;
  float height = 0;
  float y = 0;
  bool is_bend = false;
  std::vector<Neighbour> before;  // in the layer to the left
  std::vector<Neighbour> after;
};

class Layers {
 public:
  Layers(const std::vector<Block>& blocks, const BlockEdges& block_edges,
         const LayoutOptions& options)
      : blocks_(blocks), options_(options) {
    assign_layers(block_edges);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      slots_.push_back({b, blocks[b].height, 0, false, {}, {}});
      layers_[layer_of_[b]].push_back(b);
    }
    for (const auto& [ends, edge] : block_edges)
      chains_[ends] = connect(ends.first, ends.second, edge);
  }

  void run() {
    for (int sweep = 0; sweep < 4; ++sweep) order_by_neighbours(sweep % 2 == 0);
    for (auto& layer : layers_) stack(layer);
    for (int pass = 0; pass < 6; ++pass) settle(pass % 2 == 0);
    lay_columns();
  }

  [[nodiscard]] LayoutPoint center(std::size_t block) const {
    return {column_x_[layer_of_[block]], slots_[block].y};
  }
  [[nodiscard]] std::vector<LayoutPoint> bends(std::size_t from, std::size_t to) const {
    std::vector<LayoutPoint> points;
    std::size_t layer = layer_of_[from];
    for (const std::size_t slot : chains_.at({from, to}))
      points.push_back({column_x_[++layer], slots_[slot].y});
    return points;
  }

 private:
  // Longest path from a source; the blocks form an acyclic graph.
  void assign_layers(const BlockEdges& edges) {
    layer_of_.assign(blocks_.size(), 0);
    std::vector<std::size_t> incoming(blocks_.size(), 0);
    std::vector<std::vector<std::size_t>> after(blocks_.size());
    for (const auto& [ends, edge] : edges) {
      ++incoming[ends.second];
      after[ends.first].push_back(ends.second);
    }
    std::vector<std::size_t> ready;
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
      if (incoming[b] == 0) ready.push_back(b);
    }
    std::size_t deepest = 0;
    for (std::size_t head = 0; head < ready.size(); ++head) {
      const std::size_t from = ready[head];
      deepest = std::max(deepest, layer_of_[from]);
      for (const std::size_t to : after[from]) {
        layer_of_[to] = std::max(layer_of_[to], layer_of_[from] + 1);
        if (--incoming[to] == 0) ready.push_back(to);
      }
    }
    layers_.resize(deepest + 1);
  }

  std::vector<std::size_t> connect(std::size_t from, std::size_t to, const BlockEdge& edge) {
    std::vector<std::size_t> bends;
    std::size_t previous = from;
    float leaves = edge.leaves;
    for (std::size_t layer = layer_of_[from] + 1; layer < layer_of_[to]; ++layer) {
      const std::size_t bend = slots_.size();
      slots_.push_back({0, 0, 0, true, {}, {}});
      layers_[layer].push_back(bend);
      link(previous, bend, {leaves, 0});
      bends.push_back(bend);
      previous = bend;
      leaves = 0;
    }
    link(previous, to, {leaves, edge.arrives});
    return bends;
  }

  void link(std::size_t left, std::size_t right, const BlockEdge& edge) {
    slots_[left].after.push_back({right, edge.arrives, edge.leaves});
    slots_[right].before.push_back({left, edge.leaves, edge.arrives});
  }

  // In units of places: within the half of one to either side.
  [[nodiscard]] float port(const Neighbour& near) const {
    return near.there == 0 ? 0 : near.there / slots_[near.slot].height;
  }

  // One barycentre sweep: each layer is sorted by the mean place of its neighbours in the layer
  // before.
  void order_by_neighbours(bool forward) {
    std::vector<float> place(slots_.size(), 0);
    for (const auto& layer : layers_) {
      for (std::size_t i = 0; i < layer.size(); ++i) place[layer[i]] = static_cast<float>(i);
    }
    for (std::size_t step = 0; step < layers_.size(); ++step) {
      auto& layer = layers_[forward ? step : layers_.size() - 1 - step];
      std::map<std::size_t, float> key;
      for (const std::size_t slot : layer) {
        const auto& near = forward ? slots_[slot].before : slots_[slot].after;
        float sum = 0;
        for (const Neighbour& other : near) sum += place[other.slot] + port(other);
        key[slot] = near.empty() ? place[slot] : sum / static_cast<float>(near.size());
      }
      std::stable_sort(layer.begin(), layer.end(),
                       [&](std::size_t a, std::size_t b) { return key[a] < key[b]; });
      for (std::size_t i = 0; i < layer.size(); ++i) place[layer[i]] = static_cast<float>(i);
    }
  }

  [[nodiscard]] float distance(const Slot& above, const Slot& below) const {
    return (above.height + below.height) / 2 + options_.gap_y;
  }

  void stack(const std::vector<std::size_t>& layer) {
    for (std::size_t i = 1; i < layer.size(); ++i) {
      slots_[layer[i]].y =
          slots_[layer[i - 1]].y + distance(slots_[layer[i - 1]], slots_[layer[i]]);
    }
  }

  // Pulls each slot towards its neighbours; order and distances are kept.
  void settle(bool forward) {
    for (std::size_t step = 0; step < layers_.size(); ++step) {
      const auto& layer = layers_[forward ? step : layers_.size() - 1 - step];
      std::vector<float> wish;
      for (const std::size_t slot : layer) {
        const auto& near = forward ? slots_[slot].before : slots_[slot].after;
        float sum = 0;
        for (const Neighbour& other : near) sum += slots_[other.slot].y + other.there - other.here;
        wish.push_back(near.empty() ? slots_[slot].y : sum / static_cast<float>(near.size()));
      }
      float pushed = 0;
      for (std::size_t i = 0; i < layer.size(); ++i) {
        float y = wish[i];
        if (i > 0)
          y = std::max(y,
                       slots_[layer[i - 1]].y + distance(slots_[layer[i - 1]], slots_[layer[i]]));
        slots_[layer[i]].y = y;
        pushed += y - wish[i];
      }
      for (const std::size_t slot : layer)
        slots_[slot].y -= pushed / static_cast<float>(layer.size());
    }
  }

  void lay_columns() {
    float x = 0;
    for (const auto& layer : layers_) {
      float widest = 0;
      for (const std::size_t slot : layer) {
        if (!slots_[slot].is_bend) widest = std::max(widest, blocks_[slots_[slot].block].width);
      }
      column_x_.push_back(x + widest / 2);
      x += widest + options_.gap_x;
    }
  }

  const std::vector<Block>& blocks_;
  const LayoutOptions& options_;
  std::vector<std::size_t> layer_of_;
  std::vector<std::vector<std::size_t>> layers_;
  std::vector<Slot> slots_;  // the first ones are the blocks, in their order
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t>> chains_;
  std::vector<float> column_x_;
};

// Where the line from the centre of a box towards `to` leaves the box.
LayoutPoint border_point(LayoutPoint center, const LayoutNode& node, LayoutPoint to) {
  const float dx = to.x - center.x;
  const float dy = to.y - center.y;
  if (dx == 0 && dy == 0) return center;
  const float across = dx == 0 ? 1e9f : node.width / 2 / std::abs(dx);
  const float down = dy == 0 ? 1e9f : node.height / 2 / std::abs(dy);
  const float t = std::min(across, down);
  return {center.x + dx * t, center.y + dy * t};
}

std::vector<LayoutPoint> loop_above(LayoutPoint center, const LayoutNode& node) {
  const float x = node.width / 4;
  const float top = center.y - node.height / 2;
  const float high = top - std::max(12.0f, node.height / 2);
  return {{center.x + x, top}, {center.x + x, high}, {center.x - x, high}, {center.x - x, top}};
}

// Weakly connected parts are laid out on their own and stacked, so that one does not bend the
// other.
std::vector<std::size_t> parts_of(std::size_t count, const std::vector<LayoutEdge>& edges) {
  std::vector<std::size_t> part(count);
  std::iota(part.begin(), part.end(), 0);
  const auto find = [&](std::size_t node) {
    while (part[node] != node) node = part[node] = part[part[node]];
    return node;
  };
  for (const LayoutEdge& edge : edges) {
    const std::size_t a = find(edge.from);
    const std::size_t b = find(edge.to);
    part[std::max(a, b)] = std::min(a, b);
  }
  for (std::size_t node = 0; node < count; ++node) part[node] = find(node);
  return part;
}

std::vector<float> pull_of(const std::vector<std::size_t>& component,
                           const std::vector<LayoutEdge>& edges, std::size_t count) {
  std::vector<float> pull(count, 0);
  std::vector<bool> inside(count, false);
  for (const std::size_t member : component) inside[member] = true;
  for (const LayoutEdge& edge : edges) {
    if (inside[edge.from] == inside[edge.to]) continue;
    if (inside[edge.to]) pull[edge.to] += edge.weight;
    if (inside[edge.from]) pull[edge.from] -= edge.weight;
  }
  return pull;
}

struct Placing {
  const Nodes& nodes;
  const std::vector<LayoutEdge>& edges;
  const LayoutOptions& options;
  GraphLayout& out;
  std::vector<std::size_t> block_of;
  std::vector<std::vector<LayoutPoint>> bends;
};

float offset_of(const Block& block, std::size_t node) {
  const auto at = std::find(block.members.begin(), block.members.end(), node);
  return block.offsets[static_cast<std::size_t>(at - block.members.begin())].y;
}

// Between two blocks one, at the mean height of all that it stands for.
BlockEdges block_edges_of(const Placing& placing, const std::vector<Block>& blocks,
                          const std::vector<std::size_t>& edge_ids) {
  BlockEdges sums;
  std::map<std::pair<std::size_t, std::size_t>, float> counts;
  for (const std::size_t id : edge_ids) {
    const LayoutEdge& edge = placing.edges[id];
    const std::pair ends{placing.block_of[edge.from], placing.block_of[edge.to]};
    if (ends.first == ends.second) continue;
    sums[ends].leaves += offset_of(blocks[ends.first], edge.from);
    sums[ends].arrives += offset_of(blocks[ends.second], edge.to);
    ++counts[ends];
  }
  for (auto& [ends, edge] : sums) {
    edge.leaves /= counts[ends];
    edge.arrives /= counts[ends];
  }
  return sums;
}

// Places one part with its top at `top`; returns its bottom.
float place_part(Placing& placing, const std::vector<Block>& blocks,
                 const std::vector<std::size_t>& edge_ids, float top) {
  Layers layers(blocks, block_edges_of(placing, blocks, edge_ids), placing.options);
  layers.run();

  float highest = 0;
  float lowest = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const float y = layers.center(b).y;
    highest = b == 0 ? y - blocks[b].height / 2 : std::min(highest, y - blocks[b].height / 2);
    lowest = b == 0 ? y + blocks[b].height / 2 : std::max(lowest, y + blocks[b].height / 2);
  }
  const LayoutPoint shift{placing.options.margin, top - highest};
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    const LayoutPoint center = layers.center(b);
    for (std::size_t i = 0; i < blocks[b].members.size(); ++i) {
      placing.out.centers[blocks[b].members[i]] = {center.x + blocks[b].offsets[i].x + shift.x,
                                                   center.y + blocks[b].offsets[i].y + shift.y};
    }
    placing.out.width =
        std::max(placing.out.width, center.x + blocks[b].width / 2 + 2 * placing.options.margin);
  }
  for (const std::size_t id : edge_ids) {
    const std::size_t from = placing.block_of[placing.edges[id].from];
    const std::size_t to = placing.block_of[placing.edges[id].to];
    if (from == to) continue;
    for (const LayoutPoint& bend : layers.bends(from, to)) {
      placing.bends[id].push_back({bend.x + shift.x, bend.y + shift.y});
    }
  }
  return top + lowest - highest;
}

void route(Placing& placing) {
  for (std::size_t id = 0; id < placing.edges.size(); ++id) {
    const std::size_t from = placing.edges[id].from;
    const std::size_t to = placing.edges[id].to;
    EdgeRoute& route = placing.out.routes[id];
    const LayoutPoint start = placing.out.centers[from];
    const LayoutPoint end = placing.out.centers[to];
    if (from == to) {
      route = {loop_above(start, placing.nodes[from]), true};
      continue;
    }
    const auto& bends = placing.bends[id];
    route.points.push_back(
        border_point(start, placing.nodes[from], bends.empty() ? end : bends.front()));
    route.points.insert(route.points.end(), bends.begin(), bends.end());
    route.points.push_back(
        border_point(end, placing.nodes[to], bends.empty() ? start : bends.back()));
    route.on_ring = placing.block_of[from] == placing.block_of[to];
  }
}

}  // namespace

namespace {

// From left to right; rings turn clockwise with `turning` 1, the other way round with -1.
GraphLayout lay_across(const Nodes& nodes, const std::vector<LayoutEdge>& edges,
                       const LayoutOptions& options, float turning) {
  GraphLayout out{std::vector<LayoutPoint>(nodes.size()), std::vector<EdgeRoute>(edges.size()), 0,
                  0};
  if (nodes.empty()) return out;
  Digraph graph(nodes.size());
  for (const LayoutEdge& edge : edges) graph.add_edge(edge.from, edge.to);
  const std::vector<std::size_t> part_of = parts_of(nodes.size(), edges);
  std::map<std::size_t, std::vector<Block>> blocks;
  std::map<std::size_t, std::vector<std::size_t>> edge_ids;

  // block_of counts within the part; parts and blocks come in the order of their smallest node.
  Placing placing{nodes,
                  edges,
                  options,
                  out,
                  std::vector<std::size_t>(nodes.size()),
                  std::vector<std::vector<LayoutPoint>>(edges.size())};
  for (const auto& component : analysis::strong_components(graph)) {
    auto& list = blocks[part_of[component.front()]];
    for (const std::size_t member : component) placing.block_of[member] = list.size();
    list.push_back(make_block(graph, nodes, component, pull_of(component, edges, nodes.size()),
                              options, turning));
  }
  for (std::size_t id = 0; id < edges.size(); ++id) edge_ids[part_of[edges[id].from]].push_back(id);

  float bottom = options.margin;
  for (const auto& [part, list] : blocks) {
    bottom = place_part(placing, list, edge_ids[part], bottom) + 2 * options.gap_y;
  }
  out.height = bottom - 2 * options.gap_y + options.margin;
  route(placing);
  return out;
}

void turn(LayoutPoint& point) { std::swap(point.x, point.y); }

}  // namespace

// Downwards is across, mirrored at the diagonal.
GraphLayout layout_graph(const Nodes& nodes, const std::vector<LayoutEdge>& edges,
                         const LayoutOptions& options) {
  if (!options.downward) return lay_across(nodes, edges, options, 1);
  Nodes turned = nodes;
  for (LayoutNode& node : turned) std::swap(node.width, node.height);
  GraphLayout layout = lay_across(turned, edges, options, -1);
  std::swap(layout.width, layout.height);
  for (LayoutPoint& center : layout.centers) turn(center);
  for (EdgeRoute& route : layout.routes) {
    for (LayoutPoint& point : route.points) turn(point);
  }
  return layout;
}

}  // namespace inspector::present
