// Process: from start() to the end of join(), for a target that does nothing, by every start
// method.
#include "bench/bench.hpp"
#include <libmp/process.hpp>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <vector>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kRounds = 15;
constexpr int kStarts = 100;  // in each round
constexpr int kSpawns = 20;

void nothing() {}

void start_and_join(const char* method) {
  mp::Process process({.start_method = method}, nothing);
  process.start();
  process.join();
  if (process.exitcode() != 0) std::abort();
}

// The same binary, made to end where its main() begins.
void spawn_and_wait() {
  char program[] = "/proc/self/exe";
  char argument[] = "--end";
  char* const arguments[] = {program, argument, nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, program, nullptr, nullptr, arguments, ::environ) != 0) std::abort();
  if (::waitpid(child, nullptr, 0) != child) std::abort();
}

void fork_and_wait() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  if (::waitpid(child, nullptr, 0) != child) std::abort();
}

struct Workload {
  const char* name;
  int times;
  void (*once)();
};
constexpr std::array kWorkloads = {
    Workload{"start_join_fork(fork+wait of mp-bench)", kStarts, fork_and_wait},
    Workload{"start_join_fork", kStarts, [] { start_and_join("fork"); }},
    Workload{"start_join_spawn(posix_spawn of mp-bench)", kSpawns, spawn_and_wait},
    Workload{"start_join_spawn", kSpawns, [] { start_and_join("spawn"); }},
    Workload{"start_join_forkserver", kStarts, [] { start_and_join("forkserver"); }},
};

}  // namespace

// In turn, since what a fork costs on a virtual machine changes by half within seconds: the medians
// of all rounds can be compared.
void bench_start() {
  std::array<std::vector<double>, kWorkloads.size()> seconds;
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < kWorkloads.size(); ++i) {
      const bench::Stopwatch watch;
      for (int start = 0; start < kWorkloads[i].times; ++start) kWorkloads[i].once();
      seconds[i].push_back(watch.seconds() / kWorkloads[i].times);
    }
  }
  for (std::size_t i = 0; i < kWorkloads.size(); ++i)
    bench::report(kWorkloads[i].name, bench::median(seconds[i]) * 1e6, "us");
}
