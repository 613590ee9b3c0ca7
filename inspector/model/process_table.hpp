// ProcessTable: every process of the tree that was ever heard of, living or dead.
#pragma once

#include "model/ids.hpp"
#include "model/series.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inspector::model {

enum class Life : std::uint8_t {
  Starting,  // its parent forked it; it has not said hello
  Alive,
  Exiting,  // it said that it leaves
  Dead,
  Unknown,  // the reporter left while it lived
};

struct SamplePoint {
  std::uint64_t t_ns = 0;
  std::uint64_t cpu_ns = 0;  // absolute; a rate is the difference of two points
  std::uint64_t rss_bytes = 0;
  void io(auto& ar) { ar(t_ns, cpu_ns, rss_bytes); }
};

struct Process {
  Puid puid = 0;
  Puid parent = 0;
  Puid root = 0;
  std::uint32_t serial = 0;  // 1, 2, ... in the order of first sight
  std::uint32_t pid = 0;
  std::uint32_t parent_pid = 0;
  std::uint64_t start_ticks = 0;
  std::uint32_t inherited_upto = 0;  // handles <= this mean what they mean in the parent
  std::uint16_t level = 0;
  wire::StartMethod method = wire::StartMethod::Root;
  bool daemon = false;
  bool introduced = false;  // its hello was seen: the fields above are known
  std::string name;
  std::string exe;
  std::string command_line;
  std::string host;

  Life life = Life::Starting;
  std::uint64_t born_ns = 0;
  std::uint64_t reached_target_ns = 0;  // 0 = not yet
  std::uint64_t start_latency_ns = 0;   // from its parent's start() to there
  std::uint64_t ended_ns = 0;           // 0 = lives
  std::optional<std::int32_t> exit;  // code, or -signal, like Python's exitcode; empty = not known
  bool reaped = false;
  Puid signal_from = 0;  // who sent it terminate() or kill() last; kInspector: a recorder that ends the program
  std::int32_t signal = 0;
  std::uint64_t signal_ns = 0;

  std::uint64_t last_event_ns = 0;
  std::uint64_t events = 0;
  std::uint64_t lost = 0;  // events of it that were overwritten unread
  wire::SampleInfo usage;  // newest; all zero = none yet
  ThinnedSeries<SamplePoint, 600> samples;

  [[nodiscard]] bool dead() const noexcept { return life == Life::Dead; }
  [[nodiscard]] bool died_by_signal() const noexcept { return exit && *exit < 0; }
  void io(auto& ar) {
    ar(puid, parent, root, serial, pid, parent_pid, start_ticks, inherited_upto, level, method,
       daemon, introduced);
    ar(name, exe, command_line, host, life, born_ns, reached_target_ns, start_latency_ns, ended_ns,
       exit, reaped);
    ar(signal_from, signal, signal_ns, last_event_ns, events, lost);
    ar.bound(life, Life::Unknown);
    ar(usage.cpu_ns, usage.rss_bytes, usage.threads, usage.fds, samples);
  }
};

class ProcessTable {
 public:
  static constexpr std::size_t kMaxRows = 16384;

  [[nodiscard]] const std::map<Puid, Process>& rows() const noexcept { return rows_; }
  [[nodiscard]] const Process* find(Puid puid) const noexcept;
  // Parents before their children, siblings in the order of first sight: how a tree is listed.
  [[nodiscard]] std::vector<const Process*> in_tree_order() const;
  [[nodiscard]] std::vector<const Process*> children_of(Puid puid) const;
  // How many parents stand above it; 0 for a root.
  [[nodiscard]] std::size_t depth_of(Puid puid) const noexcept;
  [[nodiscard]] std::size_t alive_count() const noexcept;

  // Null when the table is full.
  Process* touch(Puid puid);
  Process* edit(Puid puid) noexcept;
  void hello(Process& row, const wire::ProcessInfo& info);
  // True when this is news.
  bool died(Process& row, std::optional<std::int32_t> exit, std::uint64_t t_ns);
  void everyone_unknown();

  template <class Ar>
  void io(Ar& ar) {
    ar(rows_, next_serial_);
    if constexpr (Ar::kReads) {
      if (!sound()) ar.fail();
    }
  }

 private:
  [[nodiscard]] bool sound() const noexcept;

  std::map<Puid, Process> rows_;
  std::uint32_t next_serial_ = 1;
};

}  // namespace inspector::model
