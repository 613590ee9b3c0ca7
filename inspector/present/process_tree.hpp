// Processes: the tree of everything that ever ran in this session. Dead rows stay, with the cause.
#pragma once

#include "present/facts.hpp"
#include "present/lanes.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

// Sort::column of Screen::Processes. Siblings are sorted; the tree stays a tree.
enum class ProcessColumn : std::uint8_t {
  Name,
  Pid,
  State,
  WaitingFor,
  Holds,
  Cpu,
  Memory,
  Threads,
  Start,
  Exit,
  Age
};

struct ProcessRow {
  EntityRef ref{};
  int depth = 0;
  bool has_children = false;
  bool expanded = true;
  bool last_sibling = false;
  std::string name;  // "worker-3"
  std::string role;  // "main/pool/worker"; may be empty
  std::string pid;   // "48 211"
  Tone tone = Tone::Idle;
  std::string state;  // "waiting"
  std::string since;  // "12.4 s"
  Chip waiting_for{};
  std::vector<Chip> holds{};
  std::string cpu;  // "87 %"; empty when dead
  Spark cpu_spark{};
  std::string rss;  // "41.2 MB"
  Spark rss_spark{};
  std::string threads;
  std::string method;  // "fork"
  std::string age;     // "5.3 s": since its birth; of a dead one how long it lived
  std::string exit;    // "SIGKILL", "exit 0"
  Tone exit_tone = Tone::Neutral;
  bool dead = false;
  bool fresh = false;  // appeared a moment ago: flashes
  bool faded = false;  // here only because a descendant matches the filter
  Tip tip{};
};

struct ProcessTreeVm {
  std::string summary;  // "41 processes · 3 waiting · 1 dead"
  std::string filter;
  Sort sort{};
  std::vector<ProcessRow> rows;  // flattened, what is collapsed is left out
  Lanes lanes{};                 // of the same processes
  EmptyState empty{};            // no processes, or the filter hides them all
};

ProcessTreeVm build_process_tree(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
