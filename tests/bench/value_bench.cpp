// What is shared as memory: a number under its lock, an array that is filled, and the making of
// both.
#include "bench/bench.hpp"
#include <libmp/array.hpp>
#include <libmp/value.hpp>

#include <cstddef>
#include <cstdlib>
#include <vector>

namespace {

constexpr int kIncrements = 10'000'000;
constexpr int kBlocks = 400;
constexpr int kMade = 100'000;
constexpr std::size_t kBytes = std::size_t{8} << 20;

}  // namespace

void bench_value() {
  mp::Value<long long> value(0);
  const double increment = bench::best_seconds(kIncrements, [&] { value += 1; });
  bench::report("value_locked_increment", increment * 1e9, "ns");
  if (value.value() != kIncrements) std::abort();

  mp::Array<char> array(kBytes);
  const std::vector<char> data(kBytes, 'x');
  const double assign = bench::best_seconds(kBlocks, [&] { array.assign(data); });
  bench::report("array_assign_8MiB", static_cast<double>(kBytes) / assign / 1e6, "MB/s");

  const double make = bench::best_seconds(kMade, [] { const mp::Value<long long> made(0); });
  bench::report("value_make", make * 1e9, "ns");
}
