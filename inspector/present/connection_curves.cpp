#include "present/connection_curves.hpp"

#include "present/curves.hpp"
#include "present/format.hpp"

#include <algorithm>
#include <cmath>

namespace inspector::present {
namespace {

constexpr int kSparkBuckets = 60;

// Told by the end that sends; where that is not watched, by the one that receives.
std::vector<StepPoint> byte_points(const Look& look, const analysis::Link& link, bool there,
                                   TimeRange window) {
  const auto& ends = look.model.connections();
  const bool at_second = !there && link.second != 0;
  const model::ConnectionEnd* end = ends.find(at_second ? link.second : link.first);
  if (end == nullptr) return {};
  const bool sends = there || at_second;
  std::vector<Amount> amounts;
  for (const model::StreamBucket& bucket : end->series.buckets()) {
    const std::uint64_t bytes = sends ? bucket.sent_bytes : bucket.received_bytes;
    amounts.push_back({bucket.begin_ns, static_cast<double>(bytes)});
  }
  return rate_points(look, window, end->series.width_ns(), amounts);
}

}  // namespace

Plot bytes_plot(const Look& look, const std::vector<analysis::Link>& links, std::string id) {
  Plot plot;
  plot.id = std::move(id);
  plot.title = "Bytes per second";
  plot.window = look.window();
  std::vector<Line> lines;
  for (const analysis::Link& link : links) {
    const model::Object* object = look.model.objects().find(link.first);
    const std::string name = look.names.object(link.first);
    for (const bool there : {true, false}) {
      const analysis::Way& way = there ? link.there : link.back;
      if (!there && way.messages == 0) continue;
      const float hue =
          identity_hue("connection " + name + " " + object->site) + (there ? 0.0F : 0.45F);
      lines.push_back({{name + (there ? " there" : " back"),
                        Tone::Neutral,
                        hue - std::floor(hue),
                        byte_rate_text(way.bytes_per_s),
                        {},
                        false},
                       byte_points(look, link, there, plot.window)});
    }
  }
  if (lines.empty()) plot.empty = "Choose a connection to see how much goes through it.";
  add_lines(look, plot, std::move(lines), 1, "B/s");
  return plot;
}

Spark bytes_spark(const Look& look, const analysis::Link& link) {
  const TimeRange window = look.window();
  std::vector<StepPoint> sum = byte_points(look, link, true, window);
  const std::vector<StepPoint> back = byte_points(look, link, false, window);
  if (sum.size() == back.size()) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i].value += back[i].value;
  }
  Spark spark;
  const double top = std::max(1.0, highest(sum, window));
  for (const Bucket& bucket : decimate(sum, window, kSparkBuckets, top, look.now()))
    spark.values.push_back(bucket.high);
  return spark;
}

std::string byte_rate_text(double bytes_per_s) {
  return bytes_per_s < 0.5
             ? ""
             : bytes_text(static_cast<std::uint64_t>(std::llround(bytes_per_s))) + "/s";
}

}  // namespace inspector::present
