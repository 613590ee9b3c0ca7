// What the processes of the pipeline do, and what they share.
#pragma once

#include "ledger.hpp"
#include "options.hpp"
#include <libmp/libmp.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace pipeline {

// What travels through the queues: plain structs, libmp finds their members by itself.
struct Job {
  std::string file;  // empty: there is no more
  int pass = 0;
};
struct Result {
  std::string file;  // empty: there is no more
  std::uint64_t bytes = 0;
  std::uint64_t packed = 0;
};

// Shared by all processes. Locks and queues are handles: a copy is another handle of the same lock,
// the same queue.
struct Line {
  Options options;
  mp::Queue<Job> jobs{mp::QueueOptions{.maxsize = 6, .name = "jobs"}};
  mp::Queue<Result> results{mp::QueueOptions{.maxsize = 8, .name = "results"}};
  mp::Lock index{"index"};                                      // guards `known`
  mp::Lock totals{"totals"};                                    // guards `ledger`
  mp::Barrier meeting{2, {}, mp::Timeout::never(), "meeting"};  // for mode deadlock only
  Index known;
  Ledger ledger;
};

// The functions that run as processes of their own. Over `plan`, a pipe, the reader tells the
// collector how many files are to come, round by round.
void read_folder(Line line, mp::Connection plan);
void work(Line line, int number);
void collect(Line line, mp::Connection plan);

// One whole line, also when several processes speak at once.
void say(const std::string& text);

}  // namespace pipeline
