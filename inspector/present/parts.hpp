// The small parts every view-model is made of: semantic tones, chips, sentences, facts, curves.
// All text is ready to show: a panel prints it and nothing more.
#pragma once

#include "present/entity.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspector::present {

// What a colour means. The theme decides how it looks; only Blocked, Alarm and Dead may be red.
enum class Tone : std::uint8_t {
  Neutral,  // ordinary text
  Idle,     // alive, nothing to do
  Running,
  Holding,  // owns a lock
  Waiting,  // waits, not for long
  Blocked,  // waits too long or for ever
  Dead,
  Unknown,  // events were lost: nobody can tell
  Ok,
  Info,
  Warning,
  Alarm,
};

// A span of text; with `ref` it is drawn as a clickable chip.
struct TextRun {
  std::string text;
  EntityRef ref{};
  Tone tone = Tone::Neutral;
};
using Sentence = std::vector<TextRun>;

// A tooltip. Always in this order; empty parts are left out.
struct Tip {
  std::string what;                  // "lock results_lock"
  std::string state;                 // "held by worker-3"
  std::string since;                 // "for 12.4 s"
  std::vector<std::string> numbers;  // "4 211 acquisitions", "p99 wait 1.2 ms"
  std::string others;                // "worker-7 and 2 more wait for it"
  std::string hint;                  // empty: the usual "click: select"

  bool empty() const { return what.empty() && state.empty() && numbers.empty(); }
};

// An entity in a text: icon by kind, dot by tone, name. The same widget everywhere.
struct Chip {
  EntityRef ref{};
  std::string label;
  Tone tone = Tone::Neutral;
  Tip tip{};

  explicit operator bool() const { return static_cast<bool>(ref); }
};

// "4 211 /s" under the label "put rate".
struct Fact {
  std::string label;
  std::string value;
  std::string unit{};
  Tone tone = Tone::Neutral;
};

// A label with a value that is worth copying: a path, an id, file:line.
struct Field {
  std::string label;
  std::string value;
  bool copyable = true;
};

struct Badge {
  std::string text;
  Tone tone = Tone::Neutral;
};

// What a panel without content says: a headline, what it means, and perhaps a command line to copy.
struct EmptyState {
  std::string title;
  std::string text;
  std::string command{};

  explicit operator bool() const { return !title.empty(); }
};

// A small curve without axes: values 0..1, oldest first, NaN where nothing is known.
struct Spark {
  std::vector<float> values;
  Tone tone = Tone::Neutral;
};

// A label at a place on an axis, 0..1 from left (or bottom).
struct Tick {
  float at = 0;
  std::string label;
  bool major = true;
};

// One bucket of a curve, as fractions of the plot's height; NaN where nothing is known.
struct Bucket {
  float low = 0;
  float high = 0;
  float last = 0;
};

struct Curve {
  std::string name;
  Tone tone = Tone::Neutral;  // Neutral: coloured by `hue`
  float hue = 0;              // identity colour, 0..1, the same in each run
  std::string latest{};       // "1 204 /s", shown in the legend
  std::vector<Bucket> buckets{};
  bool filled = false;
};

// A stretch of the time axis that is special: lost events, suspended machine, before attach.
struct Band {
  float from = 0;
  float to = 0;
  Tone tone = Tone::Unknown;
  std::string label{};
};

// Plots over time. `window` is what the width stands for.
struct Plot {
  std::string id;     // stable: names the widget, and comes back in Probe
  std::string title;  // "depth"
  std::string range;  // "0 to 64 items"
  TimeRange window{};
  std::vector<Curve> curves{};
  std::vector<Tick> x_ticks{};
  std::vector<Tick> y_ticks{};
  std::vector<Band> bands{};
  std::optional<float> limit{};            // maxsize, as a fraction of the height
  std::optional<float> cursor{};           // the playhead, when it is inside and not at the end
  std::optional<float> probe{};            // where the mouse was when `probe_lines` were made
  std::vector<std::string> probe_lines{};  // "12:04:31.250", "jobs 42"
  std::string empty{};                     // instead of curves: why there is nothing to see
};

}  // namespace inspector::present
