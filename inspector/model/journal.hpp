// Journal: what was said (log lines, marks, risks of forks), what was lost, and how busy the stream
// was.
#pragma once

#include "model/ids.hpp"
#include "model/series.hpp"

#include <string>

namespace inspector::model {

struct LogLine {
  std::uint64_t t_ns = 0;
  ThreadKey thread;
  std::uint32_t level = 0;  // Python's numbers: 10 debug, 20 info, 30 warning, 40 error
  std::string text;
  void io(auto& ar) { ar(t_ns, thread, level, text); }
};

// A moment worth a tick on the time strip, in the user's words.
struct Mark {
  std::uint64_t t_ns = 0;
  ThreadKey thread;
  std::string text;
  void io(auto& ar) { ar(t_ns, thread, text); }
};

struct Loss {
  std::uint64_t t_ns = 0;
  Puid process = 0;
  std::uint64_t count = 0;
  void io(auto& ar) { ar(t_ns, process, count); }
};

// What a process left behind when it forked.
struct ForkRisk {
  std::uint64_t t_ns = 0;
  ThreadKey thread;  // that forked
  Puid child = 0;    // 0, or of somebody unknown: the fork came to nothing, or nobody told of it
  wire::ForkRisk what;
  void io(auto& ar) {
    ar(t_ns, thread, child, what.threads, what.locks, what.streams, what.descriptors);
    ar(what.locks_named, what.streams_named, what.descriptors_named);
  }
};

struct ActivityBucket {
  std::uint64_t begin_ns = 0;
  std::uint64_t events = 0;
  std::uint64_t waits = 0;  // that began
  std::uint64_t lost = 0;
  void merge(const ActivityBucket& later) {
    events += later.events;
    waits += later.waits;
    lost += later.lost;
  }
  void io(auto& ar) { ar(begin_ns, events, waits, lost); }
};

struct Journal {
  RecentRows<LogLine, 2000> log;
  RecentRows<Mark, 1024> marks;
  RecentRows<Loss, 1024> losses;
  RecentRows<ForkRisk, 256> fork_risks;
  BucketSeries<ActivityBucket, 2048> activity;  // for the time strip
  std::uint64_t lost = 0;                       // sum over all losses
  std::uint64_t unknown = 0;                    // events of kinds that this version does not know
  std::uint64_t refused =
      0;  // events whose payload is not what their kind says, or for which a table was full
  bool ended = false;  // the reporter said bye
  void io(auto& ar) { ar(log, marks, losses, fork_risks, activity, lost, unknown, refused, ended); }
};

}  // namespace inspector::model
