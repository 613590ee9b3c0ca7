// Pickles and flat archives. The object and the two pickle_ figures are those of cpython_peer.py.
#include "bench/bench.hpp"
#include "bench/groups.hpp"
#include "serial/pickle.hpp"
#include <libmp/object.hpp>
#include <libmp/serialize.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace {

constexpr int kRounds = 2000;

mp::Object make_object() {
  const mp::Object ints = mp::list{};
  const mp::Object floats = mp::list{};
  const mp::Object texts = mp::list{};
  const mp::Object nested = mp::list{};
  for (int i = 0; i < 1000; ++i) {
    ints.append(i);
    floats.append(i * .5);
    texts.append("item-" + std::to_string(i));
  }
  const mp::Object a = "a";
  const mp::Object b = "b";
  const mp::Object c = "c";
  for (int i = 0; i < 300; ++i) {
    nested.append(mp::dict{{a, i}, {b, mp::tuple{i, std::to_string(i)}}, {c, nullptr}});
  }
  return mp::dict{{"ints", ints},
                  {"floats", floats},
                  {"strs", texts},
                  {"nested", nested},
                  {"blob", mp::bytes(std::string(4096, '\x07'))}};
}

// Megabytes of encoded form per second; `step` returns their number.
template <typename Step>
void measure(const char* workload, Step&& step) {
  for (int i = 0; i < kRounds / 20; ++i) step();
  const bench::Stopwatch watch;
  std::size_t bytes = 0;
  for (int i = 0; i < kRounds; ++i) bytes += step();
  bench::report(workload, static_cast<double>(bytes) / watch.seconds() / 1e6, "MB/s");
}

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "codec: %s\n", what);
  std::exit(1);
}

struct Job {
  std::string path;
  std::vector<double> samples;
  std::map<std::string, int> counts;
  long id = 0;
  bool operator==(const Job&) const = default;
};

}  // namespace

void bench_codec() {
  const mp::Object object = make_object();
  const std::string pickle = mp::dumps(object);
  require(mp::loads(pickle) == object, "the copy differs from the original");
  measure("pickle_dumps", [&] { return mp::dumps(object).size(); });
  measure("pickle_loads", [&] {
    require(mp::loads(pickle).size() == 5, "lost keys");
    return pickle.size();
  });

  const std::vector<Job> jobs(
      100,
      {"/tmp/some/where/file.txt", std::vector<double>(50, 1.5), {{"lines", 1}, {"words", 2}}, 7});
  mp::detail::ByteBuffer buffer;
  mp::detail::encode(buffer, jobs);
  require(mp::detail::decode<std::vector<Job>>(buffer.bytes()) == jobs, "the jobs differ");
  measure("archive_encode", [&] {
    buffer.clear();
    mp::detail::encode(buffer, jobs);
    return buffer.size();
  });
  measure("archive_decode", [&] {
    require(mp::detail::decode<std::vector<Job>>(buffer.bytes()).size() == 100, "lost jobs");
    return buffer.size();
  });
}
