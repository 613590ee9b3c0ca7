// A live CPython reads what we pickle, prints it, and pickles it again in each protocol.
#include "libmp/serial/object_gen.hpp"
#include "support/child_scope.hpp"
#include "support/temp_dir.hpp"
#include <libmp/object.hpp>

#include <cmath>
#include <fstream>
#include <iterator>
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

void put_frame(std::ostream& out, std::string_view data) {
  const auto size = static_cast<std::uint32_t>(data.size());
  for (int shift = 24; shift >= 0; shift -= 8) out.put(static_cast<char>(size >> shift));
  out.write(data.data(), static_cast<std::streamsize>(data.size()));
}

std::string_view take_frame(std::string_view& data) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size = size * 256 + static_cast<unsigned char>(data.at(i));
  const std::string_view frame = data.substr(4, size);
  data.remove_prefix(4 + size);
  return frame;
}

std::vector<Answer> ask_python(const std::vector<std::string>& pickles) {
  const support::TempDir dir;
  {
    std::ofstream in(dir / "in", std::ios::binary);
    for (const std::string& pickle : pickles) put_frame(in, pickle);
  }
  const support::ChildEnd end =
      support::run_command({"python3", PICKLE_PEER, dir / "in", dir / "out"});
  EXPECT_TRUE(end.ok()) << end.text();
  if (!end.ok()) return {};
  std::ifstream out(dir / "out", std::ios::binary);
  const std::string all((std::istreambuf_iterator<char>(out)), std::istreambuf_iterator<char>());
  std::vector<Answer> answers(pickles.size());
  std::string_view rest = all;
  for (Answer& answer : answers) {
    answer.repr = take_frame(rest);
    for (std::string& pickle : answer.pickles) pickle = take_frame(rest);
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
    EXPECT_TRUE(pickles[i] == answers[i].pickles[4]) << "bytes differ for " << shown;
    for (int protocol = 0; protocol < kProtocols; ++protocol) {
      EXPECT_TRUE(dumps(loads(answers[i].pickles[protocol])).size() >= 4U);
      EXPECT_TRUE(repr(loads(answers[i].pickles[protocol])) == answers[i].repr)
          << "protocol " << protocol << ": " << shown;
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
  for (const std::size_t size : {255, 256, 65535, 65536, 70000}) {
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
    EXPECT_EQ(pickles[i], answers[i].pickles[4]);
  }
  for (const Object& value : {self, map, inner, inner_of_many}) value.clear();
}

TEST(PythonPeer, AgreesOnGeneratedValues) {
  std::vector<Object> values;
  rc::check("collect", [&] { values.push_back(test::any_object()); });
  ASSERT_GE(values.size(), 100U);
  expect_python_agrees(values);
}

}  // namespace
}  // namespace mp
