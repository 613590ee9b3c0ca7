// Process: from start() to the end of join(), for a target that does nothing, by every start
// method.
#include "bench/bench.hpp"
#include <libmp/process.hpp>

#include <cstdlib>
#include <string>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr int kStarts = 2000;
constexpr int kSpawns = 400;

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

void report_us(const char* name, int times, const auto& once) {
  bench::report(name, bench::best_seconds(times, once) * 1e6, "us");
}

}  // namespace

void bench_start() {
  report_us("start_join_fork(fork+wait of mp-bench)", kStarts, fork_and_wait);
  report_us("start_join_fork", kStarts, [] { start_and_join("fork"); });
  report_us("start_join_spawn(posix_spawn of mp-bench)", kSpawns, spawn_and_wait);
  report_us("start_join_spawn", kSpawns, [] { start_and_join("spawn"); });
  report_us("start_join_forkserver", kStarts, [] { start_and_join("forkserver"); });
}
