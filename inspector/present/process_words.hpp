// ProcessWords: the columns of one process in words; shared by the tree, the overview's tiles and
// the detail panel.
#pragma once

#include "present/look.hpp"

namespace inspector::present {

struct ProcessWords {
  std::string state;  // "waiting", "running", "killed"
  std::string since;  // "12.4 s"
  std::string exit;   // "SIGKILL", "exit 0"; empty while it lives
  std::string cause;  // "killed by SIGKILL while it held lock results": the sentence for a tooltip
  Tone exit_tone = Tone::Neutral;
  Chip waiting_for{};
  std::vector<Chip> holds{};
  double cpu = 0;  // cores, over the last two samples; negative: not known
  std::uint64_t rss = 0;
};

ProcessWords describe(const Look&, const model::Process&);

// Since its birth, in ns; of a dead one, until its end.
std::uint64_t age_of(const Look&, const model::Process&);
// "spawn, reached its target in 12 ms", as far as known.
std::string start_text(const model::Process&);

std::string cpu_text(double cores);  // "87 %"; empty when not known
Spark cpu_spark(const model::Process&);
Spark rss_spark(const model::Process&);

// What a thread waits for: an object, or the process that it joins.
Chip waiting_for(const Look&, const model::Thread&);
// All that is known of it.
std::vector<Chip> all_waited_for(const Look&, const model::Thread&);

}  // namespace inspector::present
