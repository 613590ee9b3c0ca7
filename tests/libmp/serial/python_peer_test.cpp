// A live CPython reads what we pickle, prints it, and pickles it again in each protocol.
#include "libmp/serial/frames.hpp"
#include "libmp/serial/object_gen.hpp"
#include "serial/old_names.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace mp {
namespace {

constexpr int kProtocols = 6;

struct Answer {
  std::string repr;
  std::string pickles[kProtocols];
};

// Runs pickle_peer.py and returns all that it wrote.
std::string run_peer(const std::string& mode, const std::vector<std::string>& pickles) {
  const support::TempDir dir;
  {
    std::ofstream in(dir / "in", std::ios::binary);
    for (const std::string& pickle : pickles) test::put_frame(in, pickle);
  }
  std::vector<std::string> command{"python3", PICKLE_PEER, mode};
  if (!pickles.empty()) command.push_back(dir / "in");
  command.push_back(dir / "out");
  const support::ChildEnd end = support::run_command(command);
  EXPECT_TRUE(end.ok()) << end.text();
  return end.ok() ? test::read_file(dir / "out") : std::string();
}

std::vector<Answer> ask_python(const std::vector<std::string>& pickles) {
  const std::string all = run_peer("objects", pickles);
  if (all.empty()) return {};
  std::vector<Answer> answers(pickles.size());
  std::string_view rest = all;
  for (Answer& answer : answers) {
    answer.repr = test::take_frame(rest);
    for (std::string& pickle : answer.pickles) pickle = test::take_frame(rest);
  }
  return answers;
}

void expect_python_agrees(const std::vector<Object>& values) {
  std::vector<std::string> pickles;
  for (const Object& value : values) pickles.push_back(dumps(value));
  const std::vector<Answer> answers = ask_python(pickles);
  ASSERT_EQ(answers.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string shown = answers[i].repr.substr(0, 200);
    EXPECT_TRUE(repr(values[i]) == answers[i].repr)
        << repr(values[i]).substr(0, 200) << "\nPython: " << shown;
    for (int protocol = 0; protocol < kProtocols; ++protocol) {
      const std::string& pickle = answers[i].pickles[protocol];
      EXPECT_TRUE(repr(loads(pickle)) == answers[i].repr)
          << "protocol " << protocol << ": " << shown;
      EXPECT_TRUE(dumps(values[i], protocol) == pickle)
          << "bytes differ in protocol " << protocol << ": " << shown;
    }
  }
}

Object list_of(std::size_t size) { return std::vector<int>(size, 7); }

Object dict_of(int size) {
  const Object out = dict{};
  for (int i = 0; i < size; ++i) out.set(i, std::to_string(i));
  return out;
}

TEST(PythonPeer, AgreesOnNumbers) {
  std::vector<Object> values{nullptr, true, false, -0.0, INFINITY, -INFINITY, NAN};
  for (int shift = 0; shift < 64; ++shift) {
    const std::uint64_t power = std::uint64_t{1} << shift;
    for (const std::uint64_t value : {power - 1, power, power + 1}) {
      values.emplace_back(value);
      values.emplace_back(static_cast<std::int64_t>(value));
      values.emplace_back(static_cast<std::int64_t>(0 - value));
      values.emplace_back(1.0 / static_cast<double>(value + 3));
    }
  }
  for (int exponent = -320; exponent < 309; ++exponent) values.emplace_back(std::pow(10, exponent));
  for (const std::size_t digits : {19, 20, 38, 39, 77, 154, 308, 600, 612, 613, 614, 620, 4000}) {
    values.push_back(integer(std::string(digits, '9')));
    values.push_back(integer("-1" + std::string(digits, '0')));
  }
  expect_python_agrees(values);
}

TEST(PythonPeer, AgreesOnTexts) {
  std::vector<Object> values{"", "a", "\xc3\xa9", "\xed\xa0\x80", bytes(""), bytes("a")};
  std::string all;
  for (char32_t code = 1; code < 0x11000; ++code) {
    // Three bytes at most here; the planes above come with the generated values.
    if (code < 0x80) {
      all.push_back(static_cast<char>(code));
    } else if (code < 0x800) {
      all += {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
    } else if (code < 0x10000) {
      all +=
          {static_cast<char>(0xe0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3f)),
           static_cast<char>(0x80 | (code & 0x3f))};
    }
  }
  values.emplace_back(all);
  std::string bytes_of_all_values;
  for (int i = 0; i < 256; ++i) bytes_of_all_values.push_back(static_cast<char>(i));
  values.push_back(bytes(bytes_of_all_values));
  for (const std::size_t size : {255U, 256U, 65535U, 65536U, 70000U}) {
    values.emplace_back(std::string(size, 'x'));
    values.push_back(bytes(std::string(size, 'y')));
    values.push_back(tuple{"a", bytes(std::string(size, 'z')), "b", list{1, 2}});
  }
  expect_python_agrees(values);
}

TEST(PythonPeer, AgreesOnBatchesFramesAndMemo) {
  std::vector<Object> values;
  for (const std::size_t size : {0, 1, 2, 3, 4, 999, 1000, 1001, 2000, 2001, 40000}) {
    values.push_back(list_of(size));
    values.push_back(tuple(std::vector<Object>(size, Object("same"))));
    values.push_back(dict_of(static_cast<int>(size)));
  }
  std::vector<Object> texts;
  for (int i = 0; i < 1000; ++i) texts.emplace_back("text " + std::to_string(i));
  values.push_back(tuple{texts, list(texts), tuple(texts)});
  expect_python_agrees(values);
}

TEST(PythonPeer, AgreesOnRecursiveValues) {
  const Object self = list{1};
  self.append(self);
  const Object map = dict{};
  map.set("me", map);
  const Object inner = list{};
  const Object pair = tuple{inner, 2};
  inner.append(pair);
  const Object inner_of_many = list{};
  const Object many = tuple{inner_of_many, 2, 3, 4, 5};
  inner_of_many.append(many);
  // Python prints the inside of a cycle from where it entered; we do the same.
  const std::vector<Object> values{self, map, pair, many};

  std::vector<std::string> pickles;
  for (const Object& value : values) pickles.push_back(dumps(value));
  const std::vector<Answer> answers = ask_python(pickles);

  ASSERT_EQ(answers.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(repr(values[i]), answers[i].repr);
    for (int protocol = 0; protocol < kProtocols; ++protocol) {
      EXPECT_EQ(dumps(values[i], protocol), answers[i].pickles[protocol]) << protocol;
    }
  }
  for (const Object& value : {self, map, inner, inner_of_many}) value.clear();
}

TEST(PythonPeer, AgreesOnTheRarerKinds) {
  std::vector<Object> values{
      bytearray(),
      bytearray("a'\n\xff"),
      set{},
      set{1},
      frozenset{},
      frozenset{frozenset{"x"}},
      range(3),
      range(5, -5, -2),
      range(integer("100000000000000000000")),
      slice(1),
      slice(nullptr, "a", list{}),
      complex(1, 2),
      complex(0, -0.0),
      complex(-0.0, 1.5),
      complex(INFINITY, NAN),
      complex(1e16, -1e-7),
      exception("KeyError", {"k"}),
      exception("ValueError"),
      exception("ValueError", {1, list{2}}, dict{{"__notes__", list{"a note"}}}),
      exception("FileNotFoundError", {2, "No such file", "/a"}),
      exception("OSError", {1, "a", "b", nullptr, "c"}),
      exception("multiprocessing.context.AuthenticationError", {"digest received was wrong"}),
      exception("_queue.Empty"),
      exception("threading.BrokenBarrierError"),
      tuple{global("builtins", "KeyError"), global("builtins", "IndexError"), "builtins"},
      global("multiprocessing.context", "TimeoutError"),
  };
  for (const std::size_t size : {255, 256, 65535, 65536, 70000}) {
    values.push_back(tuple{"a", bytearray(std::string(size, 'z')), "b"});
  }
  const Object twice = bytearray("x");
  const Object once_more = set{"y"};
  values.push_back(list{twice, twice, once_more, once_more, complex(1, 1), complex(1, 1)});
  expect_python_agrees(values);
}

// Python has an order of its own for the members, so bytes and texts differ.
TEST(PythonPeer, AgreesOnSetsOfAnySize) {
  std::vector<std::string> pickles;
  std::vector<Object> values;
  for (const int size : {2, 10, 999, 1000, 1001, 2000, 2001}) {
    std::vector<Object> members;
    for (int i = 0; i < size; ++i) members.push_back(i % 2 == 0 ? Object(i) : std::to_string(i));
    values.push_back(tuple{set(members), frozenset(members)});
    pickles.push_back(dumps(values.back()));
  }
  const std::vector<Answer> answers = ask_python(pickles);
  ASSERT_EQ(answers.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (int protocol = 0; protocol < kProtocols; ++protocol) {
      EXPECT_EQ(loads(answers[i].pickles[protocol]), values[i]) << protocol;
      // What stands in the order of insertion keeps it.
      EXPECT_EQ(dumps(loads(answers[i].pickles[protocol]), protocol), answers[i].pickles[protocol]);
    }
  }
}

std::string outcome(const std::function<bool()>& compare) {
  try {
    return compare() ? "True" : "False";
  } catch (const TypeError& error) {
    return error.what();
  }
}

std::string compared(const Object& a, const Object& b) {
  std::string out = outcome([&] { return a == b; }) + "\n" + outcome([&] { return a < b; }) + "\n" +
                    outcome([&] { return a <= b; }) + "\n" + outcome([&] { return a > b; }) + "\n" +
                    outcome([&] { return a >= b; });
  const std::hash<Object> hash;
  if (a == b) out += "\n" + outcome([&] { return hash(a) == hash(b); });
  return out;
}

TEST(PythonPeer, ComparesAndHashesAlike) {
  const Object big = integer("100000000000000000000");
  const std::vector<Object> values{nullptr,
                                   true,
                                   false,
                                   0,
                                   1,
                                   -1,
                                   2,
                                   0.5,
                                   1.0,
                                   -0.0,
                                   NAN,
                                   INFINITY,
                                   -INFINITY,
                                   1e20,
                                   1e20 + 20000,
                                   9007199254740993,
                                   9007199254740992.0,
                                   9223372036854775807.0,
                                   INT64_MAX,
                                   INT64_MIN,
                                   UINT64_MAX,
                                   big,
                                   integer("-100000000000000000000"),
                                   integer("100000000000000000001"),
                                   complex(1),
                                   complex(0, 1),
                                   complex(1e20),
                                   complex(0, -0.0),
                                   "",
                                   "a",
                                   "b",
                                   "\xc3\xa9",
                                   "\xf0\x9f\x98\x80",
                                   "\xef\xbf\xbf",
                                   bytes(""),
                                   bytes("a"),
                                   bytes("\xff"),
                                   bytearray("a"),
                                   bytearray("b"),
                                   tuple{},
                                   tuple{1},
                                   tuple{1, 2},
                                   tuple{1.0, 2},
                                   tuple{1, "a"},
                                   list{1},
                                   list{1, 2},
                                   list{1, nullptr},
                                   set{},
                                   set{1},
                                   set{1, 2},
                                   frozenset{},
                                   frozenset{1.0},
                                   frozenset{2, 1},
                                   tuple{frozenset{1}},
                                   dict{{1, 2}},
                                   dict{{1.0, 2}},
                                   range(0),
                                   range(3, 3),
                                   range(3),
                                   range(0, 3, 2),
                                   range(0, 4, 2),
                                   range(0, 5, 4),
                                   range(0, 9, 9),
                                   slice(1),
                                   slice(2),
                                   slice(1, 2),
                                   slice(nullptr),
                                   global("builtins", "KeyError"),
                                   global("builtins", "IndexError")};
  std::vector<std::string> pickles;
  for (const Object& a : values) {
    for (const Object& b : values) pickles.push_back(dumps(tuple{a, b}));
  }
  const std::string all = run_peer("compare", pickles);
  std::string_view rest = all;
  for (const std::string& pickle : pickles) {
    const Object pair = loads(pickle);
    ASSERT_FALSE(rest.empty());
    const std::string expected(test::take_frame(rest));
    EXPECT_EQ(compared(pair[0], pair[1]), expected) << repr(pair);
  }
}

TEST(PythonPeer, AgreesOnTheNamesOfPython2) {
  const std::string all = run_peer("old_names", {});
  ASSERT_FALSE(all.empty());
  std::string_view rest = all;
  const Object names = loads(test::take_frame(rest));
  const auto expect_all = [](const Object& map, auto&& translate) {
    EXPECT_GT(map.size(), 100U);
    for (const auto& [from, to] : map.items()) {
      const Object module = from[0];
      const Object name = from[1];
      const serial::GlobalName got = translate({module.text(), name.text()});
      EXPECT_EQ(repr(tuple{got.module, got.name}), repr(to)) << repr(from);
    }
  };
  expect_all(names[0], serial::name_of_python_3);
  expect_all(names[1], serial::name_of_python_2);
}

TEST(PythonPeer, AgreesOnGeneratedValues) {
  std::vector<Object> values;
  rc::check("collect", [&] { values.push_back(test::any_object()); });
  ASSERT_GE(values.size(), 100U);
  expect_python_agrees(values);
}

}  // namespace
}  // namespace mp
