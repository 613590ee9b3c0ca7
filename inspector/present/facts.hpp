// What the presenter is told that is not in the model: the session around it and the machine around
// that. The app fills these plain structs; the builders turn them into words.
#pragma once

#include "present/entity.hpp"
#include "present/parts.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspector::model {
class Model;
}
namespace inspector::analysis {
class FindingLog;
}

namespace inspector::present {

struct RecordingFacts {
  std::string path;
  std::int64_t for_ns = 0;
  std::uint64_t bytes = 0;
};

struct NoticeFacts {
  std::uint64_t id = 0;
  Tone tone = Tone::Info;
  std::string text;
};

// One session: a live tree or a recording. Capabilities come from the event source; nobody asks
// which it is.
struct SessionFacts {
  bool open = false;
  std::string name;    // "pipeline", "night.mpr"
  std::string origin;  // "this machine", "host-a", a file's path
  bool can_pause = false;
  bool can_seek = false;
  bool can_follow = false;   // there is a "now" to go back to
  bool can_command = false;  // levels, terminate, kill
  bool can_record = false;
  std::optional<RecordingFacts> recording{};
  Moment begin = 0;
  Moment now = 0;                 // the newest moment
  std::int64_t wall_at_zero = 0;  // Unix time in ns of Moment 0; 0: unknown
  double events_per_second = 0;
  std::uint64_t lost = 0;
  int level = 1;
  std::uint64_t clock_error_ns = 0;
  float frames_per_second = 0;
  std::vector<NoticeFacts> notices{};
  // Of the whole session, for what must be seen from any moment: alarm marks, the density of the strip. Null: not known.
  const analysis::FindingLog* findings = nullptr;
  const model::Model* newest = nullptr;
};

struct RunningFacts {
  std::uint64_t id = 0;  // comes back in Attach
  std::uint32_t pid = 0;
  std::string name;
  std::string command;
  std::int64_t age_ns = 0;
  std::uint32_t processes = 1;
  std::uint32_t waiting_threads = 0;
  bool attached = false;
  std::string obstacle{};  // why it cannot be attached to; empty: it can
};

struct RecoverableFacts {
  std::string path;
  std::string name;
  std::uint32_t processes = 0;
  std::int64_t silent_ns = 0;  // since its last sign of life
};

struct StoredFacts {
  std::string path;
  std::string name;
  std::int64_t age_ns = 0;
  std::int64_t duration_ns = 0;
  std::uint64_t bytes = 0;
  std::uint32_t processes = 0;
  std::vector<Badge> verdicts{};  // {"deadlock", Alarm}, {"ok", Ok}
  std::string obstacle{};         // why it cannot be opened
};

struct DemoFacts {
  std::string id;  // comes back in OpenDemo
  std::string name;
  std::string description;
  bool available = true;
};

struct MachineFacts {
  std::vector<std::string> listening{};  // "unix:/run/user/1000/libmp/inspector.sock"
  std::string listening_problem{};
  std::string folder{};  // where live files are looked for
  std::vector<RunningFacts> running{};
  std::vector<RecoverableFacts> recoverable{};
  std::vector<StoredFacts> recordings{};
  std::vector<DemoFacts> demos{};
};

}  // namespace inspector::present
