// Process: from start() to the end of join(), for a target that does nothing.
#include "bench/bench.hpp"
#include <libmp/process.hpp>

#include <cstdlib>

namespace {

constexpr int kStarts = 2000;

void start_and_join() {
  mp::Process process([] {});
  process.start();
  process.join();
  if (process.exitcode() != 0) std::abort();
}

}  // namespace

void bench_start() {
  bench::report("start_join_fork", bench::best_seconds(kStarts, start_and_join) * 1e6, "us");
}
