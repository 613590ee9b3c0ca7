// Pickles and flat archives. The objects and the figures named pickle_, kinds_ and rows_ are those
// of cpython_peer.py.
#include "bench/bench.hpp"
#include "bench/groups.hpp"
#include "serial/pickle.hpp"
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>
#include <libmp/serialize.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <tuple>
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

mp::Object make_kinds() {
  const mp::Object point = mp::global("__main__", "Point");
  const mp::Object x = "x";
  const mp::Object y = "y";
  std::vector<mp::Object> columns(6);
  for (mp::Object& column : columns) column = mp::list{};
  for (int i = 0; i < 300; ++i) {
    const std::string number = std::to_string(i);
    columns[0].append(mp::set{i, "item-" + number});
    columns[1].append(mp::frozenset{i, -i});
    columns[2].append(mp::complex(i, .5));
    columns[3].append(mp::bytearray(number));
    columns[4].append(mp::exception("KeyError", {"key-" + number}));
    columns[5].append(mp::instance(point, mp::tuple{}, mp::dict{{x, i}, {y, i * .5}}));
  }
  return mp::list(columns);
}

using Row = std::tuple<std::string, double, int>;

std::vector<Row> make_rows() {
  std::vector<Row> rows;
  for (int i = 0; i < 3000; ++i) rows.emplace_back("item-" + std::to_string(i), i * .5, i);
  return rows;
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

void measure_object(const std::string& name, const mp::Object& object) {
  const std::string pickle = mp::dumps(object);
  require(mp::loads(pickle) == object, "the copy differs from the original");
  measure((name + "_dumps").c_str(), [&] { return mp::dumps(object).size(); });
  measure((name + "_loads").c_str(), [&] {
    require(mp::loads(pickle).size() == object.size(), "lost items");
    return pickle.size();
  });
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
  measure_object("pickle", make_object());
  measure_object("kinds", make_kinds());

  // Values of C++: written directly, read by way of an Object.
  const std::vector<Row> rows = make_rows();
  const std::string pickle = mp::dumps(rows);
  require(pickle == mp::dumps(mp::Object(rows)), "the rows differ from their object");
  measure("rows_dumps", [&] { return mp::dumps(rows).size(); });
  measure("rows_loads", [&] {
    require(mp::loads<std::vector<Row>>(pickle).size() == rows.size(), "lost rows");
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
