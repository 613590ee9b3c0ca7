// What all benchmarks share: a stopwatch, forked peers, and one line per figure: workload <tab>
// value <tab> unit.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

inline void report(std::string_view workload, double value, std::string_view unit) {
  std::printf("%.*s\t%.6g\t%.*s\n", static_cast<int>(workload.size()), workload.data(), value,
              static_cast<int>(unit.size()), unit.data());
  std::fflush(stdout);
}

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// Seconds that one call of `step` takes: the best of ten blocks, since whatever disturbs only adds.
// For figures that the scheduler has a large part in.
template <typename Step>
double best_seconds(int calls, Step&& step) {
  constexpr int kBlocks = 10;
  double best = 1e300;
  for (int block = 0; block < kBlocks; ++block) {
    const Stopwatch watch;
    for (int i = 0; i < calls / kBlocks; ++i) step();
    const double seconds = watch.seconds() / (calls / kBlocks);
    best = seconds < best ? seconds : best;
  }
  return best;
}

// Of an odd number of values.
inline double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// A forked process that runs `body` and ends; joined by the destructor. A failed peer ends the
// benchmark: its figure would mean nothing.
class Peer {
 public:
  template <typename Body>
  explicit Peer(Body&& body) {
    std::fflush(stdout);
    pid_ = ::fork();
    if (pid_ == 0) {
      body();
      ::_exit(0);
    }
  }
  Peer(Peer&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Peer& operator=(Peer&&) = delete;
  ~Peer() { join(); }

  void join() {
    const pid_t pid = std::exchange(pid_, -1);
    if (pid <= 0) return;
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || status != 0) {
      std::fprintf(stderr, "a peer process failed (wait status %d)\n", status);
      std::exit(1);
    }
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace bench
