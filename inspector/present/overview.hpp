// Overview: the verdict in one sentence, the evidence one click away.
#pragma once

#include "present/facts.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <string>
#include <vector>

namespace inspector::present {

struct AlarmCard {
  EntityRef alarm{};
  Tone tone = Tone::Alarm;
  std::string title;  // "Deadlock"
  Sentence sentence;  // "worker-3 waits for B (12.4 s), held by worker-7, which waits for A, held
                      // by worker-3."
  std::string age;    // "for 12.4 s"; of what is over: "502 ms to 6.0 s"
  std::string confidence;  // "proven", "probable, over"; empty when it goes without saying
  std::string advice;      // "Take A before B everywhere."
  std::string action;      // "Show the cycle"
  bool over = false;       // it was true at an earlier moment
};

struct OverviewVm {
  Tone tone = Tone::Ok;
  Sentence verdict;     // "2 problems: deadlock of 3 workers since 12.4 s; queue jobs is full."
  std::string subline;  // "41 processes, 7 queues and 12 locks watched for 00:03:12"
  std::vector<Fact> facts;
  std::vector<AlarmCard> alarms;  // problems: what is true now, then what is over
  std::vector<AlarmCard> notes;   // no problems, but worth knowing
  std::string notes_title;
  std::vector<std::string> checks;  // when nothing is wrong: what was looked for

  struct QueueLine {
    Chip queue;
    float fill = 0;       // 0..1; negative: unbounded
    std::string depth;    // "58 / 64"
    std::string rate_in;  // "210 /s"
    std::string rate_out;
    std::string latency;  // "~280 ms"
    Spark spark;
    Badge verdict;  // "consumers too slow"
  };
  std::vector<QueueLine> queues;  // at most five, worst first
  std::string queues_empty;

  struct LockLine {
    Chip lock;
    Chip holder;  // empty: free
    std::string held_for;
    std::string waiters;  // "3 waiters", "free", "nobody waits"
    std::string wait;     // "longest 4.5 s"
    Tone tone = Tone::Neutral;
  };
  std::vector<LockLine> locks;  // at most five, worst first
  std::string locks_empty;

  struct ProcessTile {
    Chip process;
    std::string state;  // "waiting 12.4 s"
    std::string cpu;    // "87 %"
    std::string rss;    // "41 MB"
    Spark spark;        // cpu
  };
  std::vector<ProcessTile> processes;  // those in trouble first
  std::string more_processes;          // "and 280 more"; empty: that is all

  EmptyState empty{};  // nothing connected
};

OverviewVm build_overview(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
