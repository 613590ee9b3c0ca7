// Objects of Python's that libmp does not know pass through it unchanged, in every protocol.
#include "libmp/serial/frames.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/pickle.hpp>

#include <array>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace geometry {

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};
MP_PICKLE_AS(Point, "geometry.Point", x, y)

struct Slotted {
  double x = 0;
  double y = 0;
};
MP_PICKLE_AS(Slotted, "geometry.Slotted", x, y)

struct Frozen {
  double x = 0;
  double y = 0;
};
MP_PICKLE_AS(Frozen, "geometry.Frozen", x, y)

struct Named {
  std::string name;
};
MP_PICKLE_AS(Named, "geometry:Point.Named", name)

}  // namespace geometry

namespace mp {
namespace {

constexpr int kProtocols = 6;

struct Sample {
  std::string name;
  std::array<std::string, kProtocols> pickles;  // "" where Python cannot
};

std::vector<Sample> samples_of_python() {
  const support::TempDir dir;
  const support::ChildEnd end =
      support::run_command({"python3", "-B", RELAY_PEER, "make", dir / "out"});
  EXPECT_TRUE(end.ok()) << end.text();
  if (!end.ok()) return {};
  const std::string all = test::read_file(dir / "out");
  std::vector<Sample> samples;
  for (std::string_view rest = all; !rest.empty();) {
    Sample& sample = samples.emplace_back();
    sample.name = test::take_frame(rest);
    for (std::string& pickle : sample.pickles) pickle = test::take_frame(rest);
  }
  return samples;
}

// What Python says to our pickles, one for each sample and protocol.
void expect_python_accepts(const std::vector<Sample>& samples) {
  const support::TempDir dir;
  {
    std::ofstream out(dir / "in", std::ios::binary);
    for (const Sample& sample : samples) {
      test::put_frame(out, sample.name);
      for (const std::string& pickle : sample.pickles) test::put_frame(out, pickle);
    }
  }
  const support::ChildEnd end =
      support::run_command({"python3", "-B", RELAY_PEER, "check", dir / "in"});
  EXPECT_TRUE(end.ok()) << end.text();
}

Object find(const std::vector<Sample>& samples, std::string_view name) {
  for (const Sample& sample : samples) {
    if (sample.name == name) return loads(sample.pickles[4]);
  }
  ADD_FAILURE() << "no sample of " << name;
  return {};
}

// Cycles are the holder's to open.
void open_cycle(const Object& object) {
  if (object.kind() == Kind::Instance) object.clear();
}

TEST(Relay, PassesOnTheSameBytes) {
  const std::vector<Sample> samples = samples_of_python();

  ASSERT_GT(samples.size(), 60U);
  for (const Sample& sample : samples) {
    // Its "builtins" is another object to Python than that of its class, and written twice.
    if (sample.name == "builtins.method_descriptor") continue;
    for (int protocol = 0; protocol < kProtocols; ++protocol) {
      const std::string& pickle = sample.pickles[static_cast<std::size_t>(protocol)];
      if (pickle.empty()) continue;
      const Object object = loads(pickle);
      EXPECT_EQ(testing::PrintToString(dumps(object, protocol)), testing::PrintToString(pickle))
          << sample.name << ", protocol " << protocol << ": " << repr(object);
      open_cycle(object);
    }
  }
}

TEST(Relay, PythonReadsBackFromEachProtocolWhatItMade) {
  const std::vector<Sample> samples = samples_of_python();

  for (const std::size_t from : {2U, 4U}) {
    std::vector<Sample> passed_on = samples;
    for (Sample& sample : passed_on) {
      if (sample.pickles[from].empty()) {
        sample.pickles = {};
        continue;
      }
      const Object object = loads(sample.pickles[from]);
      for (int to = 0; to < kProtocols; ++to) {
        sample.pickles[static_cast<std::size_t>(to)] = dumps(object, to);
      }
      open_cycle(object);
    }
    expect_python_accepts(passed_on);
  }
}

TEST(PickleAs, ReadsInstancesOfPythonsClass) {
  const std::vector<Sample> samples = samples_of_python();

  EXPECT_EQ(find(samples, "geometry.Point").as<geometry::Point>(), (geometry::Point{1, 2.5}));
  EXPECT_EQ(find(samples, "geometry.Slotted").as<geometry::Slotted>().y, 2.0);
  EXPECT_EQ(find(samples, "geometry.Frozen").as<geometry::Frozen>().y, 2.0);
  EXPECT_EQ(find(samples, "geometry.Named").as<geometry::Named>().name, "n");
}

TEST(PickleAs, WritesWhatPythonWrites) {
  std::vector<Sample> samples = samples_of_python();
  const geometry::Point point{1, 2.5};
  for (Sample& sample : samples) {
    if (sample.name != "geometry.Point") continue;
    sample.pickles[4] = dumps(Object(point));
    sample.pickles[5] = dumps(point, 5);
    for (int protocol = 0; protocol < 4; ++protocol) {
      sample.pickles[static_cast<std::size_t>(protocol)] = dumps(point, protocol);
    }
    break;
  }
  expect_python_accepts(samples);
}

}  // namespace
}  // namespace mp
