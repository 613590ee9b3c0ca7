#include "sample_parts.hpp"

#include <algorithm>

namespace uitest {

using namespace inspector::present;  // NOLINT(google-build-using-namespace)

Chip process_chip(std::uint64_t id, const std::string& name, Tone tone) {
  return {process(id),
          name,
          tone,
          {"process " + name,
           "running",
           "for 3 min",
           {"cpu 87 %", "memory 41.2 MB"},
           "child of pipeline",
           ""}};
}

Chip queue_chip(std::uint64_t id, const std::string& name, Tone tone) {
  return {queue(id),
          name,
          tone,
          {"queue " + name, "58 of 64 items", "", {"in 210 /s", "out 123 /s"}, "", ""}};
}

Chip lock_chip(std::uint64_t id, const std::string& name, Tone tone) {
  return {lock(id),
          name,
          tone,
          {"lock " + name,
           "held by worker-5",
           "for 12.4 s",
           {"4 211 acquisitions", "p99 wait 1.2 ms"},
           "worker-3 and 1 more wait for it",
           ""}};
}

Spark spark(int seed, Tone tone) {
  Spark curve;
  curve.tone = tone;
  for (int i = 0; i < 40; ++i)
    curve.values.push_back(
        std::clamp(0.5F + 0.4F * wave(i + seed * 7, 17 + seed % 9, 3), 0.0F, 1.0F));
  return curve;
}

ProcessRow row(std::uint64_t id, int depth, const std::string& name, const std::string& role,
               Tone tone, const std::string& state, const std::string& since) {
  ProcessRow one;
  one.ref = process(id);
  one.depth = depth;
  one.name = name;
  one.role = role;
  one.pid = "48 " + std::to_string(210 + id);
  one.tone = tone;
  one.state = state;
  one.since = since;
  one.cpu = std::to_string((id * 37) % 100) + " %";
  one.cpu_spark = spark(static_cast<int>(id), Tone::Info);
  one.rss = std::to_string(20 + (id * 7) % 60) + ".2 MB";
  one.threads = std::to_string(1 + id % 4);
  one.method = depth == 0 ? "" : "fork";
  one.tip = process_chip(id, name, tone).tip;
  return one;
}

QueueRow queue_row(std::uint64_t id, const std::string& name, const std::string& limit, float fill,
                   bool full) {
  QueueRow one;
  one.queue = queue_chip(id, name, full ? Tone::Warning : Tone::Neutral);
  one.kind = limit.empty() ? "SimpleQueue" : "Queue";
  const int most = limit.empty() ? 100 : std::stoi(limit);
  one.depth = std::to_string(fill < 0 ? 12 : static_cast<int>(fill * static_cast<float>(most)));
  one.limit = limit.empty() ? "\xe2\x88\x9e" : limit;
  one.fill = fill;
  one.fill_tone = full ? Tone::Warning : Tone::Neutral;
  one.spark = spark(static_cast<int>(id) + 3, full ? Tone::Warning : Tone::Info);
  one.rate_in = std::to_string(210 / id) + " /s";
  one.rate_out = std::to_string((full ? 123 : 210) / id) + " /s";
  one.latency = "~" + std::to_string(280 / id) + " ms";
  return one;
}

LockRow lock_row(std::uint64_t id, const std::string& name, bool stuck) {
  LockRow one;
  one.lock = lock_chip(id, name, stuck ? Tone::Blocked : Tone::Neutral);
  one.kind = "Lock";
  one.held_for = stuck ? "12.4 s" : "";
  one.rate = std::to_string(1200 / id) + " /s";
  one.wait_p50 = "2 \xc2\xb5s";
  one.wait_p99 = "1.2 ms";
  one.wait_max = stuck ? "12.4 s" : "8 ms";
  one.busy = stuck ? 1.0F : 0.6F / static_cast<float>(id);
  one.busy_text = std::to_string(static_cast<int>(one.busy * 100)) + " %";
  one.tone = stuck ? Tone::Blocked : Tone::Neutral;
  if (stuck) one.verdict = {"deadlock", Tone::Alarm};
  return one;
}

ResourceRow resource_row(std::uint64_t id, const std::string& name, const std::string& kind) {
  ResourceRow one;
  one.block = {block(id), name, Tone::Ok, {}};
  one.kind = kind;
  one.size = std::to_string(64 / id) + ".2 MB";
  one.creator = process_chip(1, "MainProcess", Tone::Idle);
  one.site = "frames.cpp:" + std::to_string(40 + id);
  one.age = "3 min 12 s";
  one.mappers = {one.creator};
  one.state = {"in use", Tone::Ok};
  return one;
}

Lane lane(const Chip& chip, int seed, bool stuck) {
  Lane one;
  one.chip = chip;
  float x = 0.01F * static_cast<float>(seed % 7);
  int i = 0;
  while (x < (stuck ? 0.78F : 0.95F)) {
    const float wide = 0.006F + 0.03F * std::abs(wave(i + seed, 11, 2));
    const int who = 1 + (i + seed) % 5;
    LaneBar bar;
    bar.from = x;
    bar.to = x + wide;
    bar.hue = static_cast<float>(who) * 0.618F;
    bar.label = i % 9 == 8 ? "37 holds" : "worker-" + std::to_string(who);
    bar.folded = i % 9 == 8;
    bar.ref = process(static_cast<std::uint64_t>(who) + 2);
    bar.waiting = i % 4 == 1;
    bar.tip = process_chip(bar.ref.id, bar.label, Tone::Holding).tip;
    one.bars.push_back(bar);
    x += wide + 0.012F * std::abs(wave(i, 5, 3));
    ++i;
  }
  if (stuck)
    one.bars.push_back({0.80F,
                        1.0F,
                        Tone::Blocked,
                        0,
                        seed == 0 ? "worker-3" : "worker-5",
                        process(seed == 0 ? 5 : 7),
                        false,
                        true,
                        {}});
  return one;
}

Plot time_plot(const std::string& id, const std::string& title, const std::string& range) {
  Plot plot;
  plot.id = id;
  plot.title = title;
  plot.range = range;
  plot.window = {0, 192'000'000'000};
  plot.x_ticks = {
      {0.0F, "-60 s"}, {0.25F, "-45 s"}, {0.5F, "-30 s"}, {0.75F, "-15 s"}, {1.0F, "now"}};
  plot.y_ticks = {{0.0F, "0"}, {0.45F, "32"}, {0.9F, "64"}};
  return plot;
}

Curve curve(const std::string& name, float hue, float level, const std::string& latest, float swing,
            bool rising) {
  Curve one;
  one.name = name;
  one.hue = hue;
  one.latest = latest;
  for (int i = 0; i < 240; ++i) {
    const float trend = rising ? static_cast<float>(i) / 500.0F : 0.0F;
    const float value = std::clamp(level + trend + swing * wave(i, 61, 5), 0.0F, 0.9F);
    one.buckets.push_back({std::max(0.0F, value - 0.04F), std::min(0.95F, value + 0.05F), value});
  }
  return one;
}

Sentence deadlock_sentence() {
  return {{"worker-3", process(5), Tone::Blocked},  {" waits for "},
          {"results_lock", lock(2), Tone::Blocked}, {" (12.4 s), held by "},
          {"worker-5", process(7), Tone::Blocked},  {", which waits for "},
          {"index_lock", lock(1), Tone::Blocked},   {", held by "},
          {"worker-3", process(5), Tone::Blocked},  {"."}};
}

std::string plain_deadlock() {
  std::string text;
  for (const TextRun& run : deadlock_sentence()) text += run.text;
  return text;
}

}  // namespace uitest
