#include "present/queue_curves.hpp"

#include "present/curves.hpp"
#include "present/format.hpp"
#include "present/plotting.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

constexpr int kSparkBuckets = 60;

std::vector<StepPoint> depth_points(const model::Queue& queue) {
  std::vector<StepPoint> points;
  for (const auto& bucket : queue.series.buckets()) {
    const auto t = static_cast<Moment>(bucket.begin_ns);
    // Lowest, highest, then the one that stays: a bucket keeps all three.
    points.push_back({t, static_cast<double>(bucket.min)});
    points.push_back({t, static_cast<double>(bucket.max)});
    points.push_back({t, static_cast<double>(bucket.last)});
  }
  return points;
}

std::vector<Amount> amounts(const model::Queue& queue, bool puts) {
  std::vector<Amount> all;
  for (const auto& bucket : queue.series.buckets())
    all.push_back({bucket.begin_ns, static_cast<double>(puts ? bucket.puts : bucket.gets)});
  return all;
}

float queue_hue(const Look& look, model::ObjectId id) {
  const model::Object* object = look.model.objects().find(id);
  return identity_hue("queue " + object->name + " " + object->site);
}

}  // namespace

Plot depth_plot(const Look& look, const std::vector<model::ObjectId>& queues, std::string id) {
  Plot plot;
  plot.id = std::move(id);
  plot.title = "Depth";
  plot.window = look.window();
  std::vector<Line> lines;
  double top = 1;
  for (const model::ObjectId queue_id : queues) {
    const model::Queue* queue = look.model.queues().find(queue_id);
    if (queue == nullptr) continue;
    Line line{{look.names.object(queue_id),
               Tone::Neutral,
               queue_hue(look, queue_id),
               count_text(queue->depth()),
               {},
               queues.size() == 1},
              depth_points(*queue)};
    lines.push_back(std::move(line));
  }
  const model::Object* only =
      queues.size() == 1 ? look.model.objects().find(queues.front()) : nullptr;
  if (only != nullptr && only->capacity > 0) top = static_cast<double>(only->capacity) * 1.1;
  if (lines.empty()) plot.empty = "Choose a queue to see its depth.";
  add_lines(look, plot, std::move(lines), top, "items");
  if (only != nullptr && only->capacity > 0) {
    const double height = round_top(
        std::max(top, highest(depth_points(*look.model.queues().find(only->id)), plot.window)));
    plot.limit = static_cast<float>(static_cast<double>(only->capacity) / height);
  }
  return plot;
}

Plot rate_plot(const Look& look, const std::vector<model::ObjectId>& queues, std::string id) {
  Plot plot;
  plot.id = std::move(id);
  plot.title = "Items per second";
  plot.window = look.window();
  std::vector<Line> lines;
  for (const model::ObjectId queue_id : queues) {
    const model::Queue* queue = look.model.queues().find(queue_id);
    if (queue == nullptr) continue;
    for (const bool puts : {true, false}) {
      const std::string name = look.names.object(queue_id) + (puts ? " in" : " out");
      std::vector<StepPoint> points =
          rate_points(look, plot.window, queue->series.width_ns(), amounts(*queue, puts));
      const double latest = points.empty() ? 0 : points.back().value;
      const float hue = queue_hue(look, queue_id) + (puts ? 0.0f : 0.45f);
      lines.push_back(
          {{name, Tone::Neutral, hue - std::floor(hue), list_rate_text(latest), {}, false},
           std::move(points)});
    }
  }
  if (lines.empty()) plot.empty = "Choose a queue to see its rates.";
  add_lines(look, plot, std::move(lines), 1, "/s");
  return plot;
}

Spark depth_spark(const Look& look, model::ObjectId queue_id) {
  Spark spark;
  const model::Queue* queue = look.model.queues().find(queue_id);
  const model::Object* object = look.model.objects().find(queue_id);
  if (queue == nullptr || object == nullptr) return spark;
  const auto points = depth_points(*queue);
  const TimeRange window = look.window();
  const double top = std::max(object->capacity > 0 ? static_cast<double>(object->capacity) : 1.0,
                              highest(points, window));
  for (const Bucket& bucket : decimate(points, window, kSparkBuckets, top, look.now()))
    spark.values.push_back(bucket.high);
  return spark;
}

Badge flow_badge(analysis::FlowVerdict verdict) {
  const auto tone = [verdict] {
    switch (verdict) {
      case analysis::FlowVerdict::Stuck:
        return Tone::Alarm;
      case analysis::FlowVerdict::ConsumersTooSlow:
      case analysis::FlowVerdict::Growing:
        return Tone::Warning;
      case analysis::FlowVerdict::Flowing:
        return Tone::Ok;
      default:
        return Tone::Neutral;
    }
  };
  return {std::string(analysis::verdict_words(verdict)), tone()};
}

Tone fill_tone(const analysis::Flow& flow) {
  if (flow.capacity == 0)
    return flow.verdict == analysis::FlowVerdict::Growing ? Tone::Warning : Tone::Info;
  if (flow.verdict == analysis::FlowVerdict::ConsumersTooSlow || flow.depth >= flow.capacity)
    return Tone::Warning;
  return Tone::Running;
}

std::string latency_text(const analysis::Flow& flow) {
  if (flow.sojourn) return duration_text(flow.sojourn->median_ns);
  const auto latency = flow.latency_ns();
  return latency && flow.depth > 0 ? "~" + duration_text(*latency) : "";
}

std::string latency_p99_text(const analysis::Flow& flow) {
  return flow.sojourn ? duration_text(flow.sojourn->p99_ns) : "";
}

double flow_badness_of_trouble() { return 2; }

double flow_badness(const analysis::Flow& flow) {
  double base = 0;
  switch (flow.verdict) {
    case analysis::FlowVerdict::Stuck:
      base = 4;
      break;
    case analysis::FlowVerdict::ConsumersTooSlow:
      base = 3;
      break;
    case analysis::FlowVerdict::Growing:
      base = 2;
      break;
    case analysis::FlowVerdict::ProducersTooSlow:
    case analysis::FlowVerdict::Flowing:
      base = 1;
      break;
    case analysis::FlowVerdict::Quiet:
      break;
  }
  // Among equals the fuller, then the longer one.
  const double fill = flow.capacity > 0 ? std::min(flow.fill(), 1.0)
                                        : std::min(static_cast<double>(flow.depth) / 1e6, 0.5);
  return base + 0.9 * fill;
}

}  // namespace inspector::present
