// mp-bench soak: locks, semaphores, conditions and queues used at random by many processes, while
// an inspector watches them. Now and then a deadlock is made on purpose.
//
//   watcher ── starts ──▶ workload: the root of a tree, and its workers
//      ▲ ▲                  │ │
//      │ └── what happens ──┘ └── words: what was seeded, how much was done ──▶ watcher
//      └── (the reporter of the tree)
//
// Claims: every seeded deadlock is found within a second, and none where there is none; the
// workload never stands still and ends when it is told to; nobody dies but those who are killed.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace bench::soak {

struct Options {
  double minutes = 60;
  int processes = 16;
  std::uint64_t seed = 1;
};

// `mp-bench soak ...`: the words after "soak". The exit code: 0, 1 for a failed claim, 2 for words
// that it does not know.
int run(std::span<char* const> words);

// The tree under watch, in a program of its own: connects to the watcher's `address` and does what
// it says until it says Stop or is gone.
int work(const std::string& address, const std::string& key, int processes, std::uint64_t seed);

// From the workload to the watcher.
struct Word {
  enum class Kind : std::uint32_t {
    Count,   // `operations` so far
    Seeded,  // processes `first` and `second` wait for each other since `since_ns`
    Broken,  // `first` was killed, and `second` goes on
    Died,    // `first` ended although nobody had told it to
    Stuck,   // `first` did not end when it was told to
    Over,    // all have ended
  };
  Kind kind = Kind::Count;
  std::uint32_t first = 0;  // pids
  std::uint32_t second = 0;
  std::uint32_t unused = 0;
  std::uint64_t operations = 0;
  std::uint64_t since_ns = 0;  // CLOCK_MONOTONIC
};

// From the watcher to the workload.
enum class Order : char { Break = 'b', Stop = 's' };

}  // namespace bench::soak
