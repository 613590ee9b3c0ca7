// The kinds beyond numbers, texts, tuples, lists and dicts.
#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <complex>
#include <deque>
#include <limits>
#include <list>
#include <set>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using testing::ThrowsMessage;

TEST(Kinds, LiteralsMakeTheKindsTheyName) {
  EXPECT_EQ(complex(1, 2).kind(), Kind::Complex);
  EXPECT_EQ(bytearray("x").kind(), Kind::ByteArray);
  EXPECT_EQ(set{1}.kind(), Kind::Set);
  EXPECT_EQ(frozenset{1}.kind(), Kind::FrozenSet);
  EXPECT_EQ(range(3).kind(), Kind::Range);
  EXPECT_EQ(slice(3).kind(), Kind::Slice);
  EXPECT_EQ(global("a", "b").kind(), Kind::Global);
  EXPECT_EQ(instance(global("a", "b")).kind(), Kind::Instance);
  EXPECT_EQ(PickleBuffer(bytes("x")).kind(), Kind::Buffer);
  EXPECT_EQ(to_string(Kind::FrozenSet), "frozenset");
  EXPECT_EQ(to_string(Kind::Buffer), "PickleBuffer");
  EXPECT_EQ(to_string(Kind::Instance), "object");
}

TEST(Kinds, EachPrints) {
  EXPECT_EQ(repr(PickleBuffer(bytes("x"))), "PickleBuffer(b'x')");
  EXPECT_EQ(repr(global("builtins", "list")), "<class 'list'>");
  EXPECT_EQ(repr(global("queue", "Full")), "<class 'queue.Full'>");
  EXPECT_EQ(repr(global("geometry", "Point")), "<global 'geometry.Point'>");
  EXPECT_EQ(repr(reduction(reduction(global("a", "b")), tuple{1})), "<<a.b()>(1)>");
  const Object point = instance(global("geometry", "Point"), tuple{1, 2}, dict{{"z", 3}});
  EXPECT_EQ(repr(point), "<geometry.Point(1, 2) state {'z': 3}>");
  point.state().set("self", point);
  EXPECT_EQ(repr(point), "<geometry.Point(1, 2) state {'z': 3, 'self': Point(...)}>");
  point.clear();
  EXPECT_EQ(repr(point), "<geometry.Point()>");
}

TEST(Kinds, SetsAreChangedThroughEachReference) {
  const Object first = set{1, "a"};
  const Object second = first;

  second.add(2);
  second.add(1.0);
  second.erase("a");

  EXPECT_EQ(repr(first), "{1, 2}");
  EXPECT_EQ(first.size(), 2U);
  EXPECT_TRUE(first.contains(2.0));
  EXPECT_THAT([&] { first.add(list{}); }, ThrowsMessage<TypeError>("unhashable type: 'list'"));
  EXPECT_THAT([&] { first.erase(7); }, ThrowsMessage<KeyError>("7"));
  EXPECT_THAT([] { frozenset{}.add(1); },
              ThrowsMessage<TypeError>("'frozenset' object has no add()"));
  first.clear();
  EXPECT_EQ(repr(second), "set()");
}

TEST(Kinds, ByteArraysAreChangedThroughEachReference) {
  const Object first = bytearray("ab");
  const Object second = first;

  second.append(0xff);

  EXPECT_EQ(repr(first), "bytearray(b'ab\\xff')");
  EXPECT_EQ(first.raw_bytes().size(), 3U);
  EXPECT_THROW(first.append(256), OverflowError);
  EXPECT_EQ(first, bytes("ab\xff"));
}

TEST(Kinds, NumbersAreEqualAcrossKindsAsKeysToo) {
  const Object map = dict{{1, "one"}, {integer("100000000000000000000"), "big"}};

  EXPECT_EQ(map[complex(1)], "one");
  EXPECT_EQ(map[complex(1e20)], "big");
  EXPECT_EQ(map[true], "one");
  EXPECT_FALSE(map.contains(complex(1, 1)));
  for (int i = 2; i < 20; ++i) map.set(complex(i, 1), i);
  EXPECT_EQ(map[complex(7, 1)], 7);
  EXPECT_EQ(map[complex(1)], "one");
}

TEST(Kinds, UnhashableOnesAreNamed) {
  const std::hash<Object> hash;
  EXPECT_THAT([&] { hash(bytearray()); }, ThrowsMessage<TypeError>("unhashable type: 'bytearray'"));
  EXPECT_THAT([&] { hash(set{}); }, ThrowsMessage<TypeError>("unhashable type: 'set'"));
  EXPECT_THAT([&] { hash(slice(1)); }, ThrowsMessage<TypeError>("unhashable type: 'slice'"));
  EXPECT_THROW((dict{{bytearray(), 1}}), TypeError);
}

TEST(Kinds, InstancesAreKeysByWhatTheyConsistOf) {
  const Object cls = global("geometry", "Point");
  const Object map = dict{};
  for (int i = 0; i < 100; ++i) map.set(instance(cls, tuple{}, dict{{"x", i}}), i);

  EXPECT_EQ(map.size(), 100U);
  EXPECT_EQ(map[instance(cls, tuple{}, dict{{"x", 7.0}})], 7);
  EXPECT_FALSE(map.contains(instance(global("geometry", "Other"), tuple{}, dict{{"x", 7}})));
}

TEST(Kinds, RangesCountAndYieldTheirItems) {
  EXPECT_EQ(range(10).size(), 10U);
  EXPECT_EQ(range(10, 0, -3).size(), 4U);
  EXPECT_EQ(range(10, 0, -3)[-1], 1);
  EXPECT_THROW((void)range(3)[3], IndexError);
  EXPECT_TRUE(range(0, 10, 3).contains(9));
  EXPECT_FALSE(range(0, 10, 3).contains(10));
  const range down(5, 0, -2);
  EXPECT_EQ(std::vector<int>(down.begin(), down.end()), (std::vector{5, 3, 1}));
  int sum = 0;
  for (const std::int64_t i : range(4)) sum += static_cast<int>(i);
  EXPECT_EQ(sum, 6);
  for ([[maybe_unused]] const std::int64_t i : range(5, 1)) FAIL();
  EXPECT_EQ(range(INT64_MIN, INT64_MAX).size(), std::numeric_limits<std::uint64_t>::max());
  EXPECT_TRUE(range(INT64_MAX, INT64_MIN, INT64_MIN).contains(INT64_MAX));
  EXPECT_THAT([] { range(0, 1, 0); }, ThrowsMessage<ValueError>("range() arg 3 must not be zero"));
  EXPECT_THROW(range("a"), TypeError);
  EXPECT_THROW((void)range(integer("100000000000000000000")).begin(), OverflowError);
}

TEST(Kinds, OrderIsPythons) {
  EXPECT_LT(Object(1), Object(1.5));
  EXPECT_GE(Object("b"), Object("a"));
  EXPECT_LT(set{1}, (set{1, 2}));
  EXPECT_FALSE(Object(1) < Object(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_THAT([] { (void)(Object(1) < Object("a")); },
              ThrowsMessage<TypeError>("'<' not supported between instances of 'int' and 'str'"));
  EXPECT_FALSE((tuple{1, nullptr}) >= (tuple{1, nullptr, 2})) << "what is the same is passed over";
  EXPECT_THAT([] { (void)(dict{} > dict{}); },
              ThrowsMessage<TypeError>("'>' not supported between instances of 'dict' and 'dict'"));
}

struct Point {
  int x = 0;
  std::string name;
  bool operator==(const Point&) const = default;
};

struct Nested {
  Point point;
  std::vector<Point> more;
  std::optional<std::array<double, 2>> pair;
  bool operator==(const Nested&) const = default;
};

template <class T>
void expect_there_and_back(const T& value, const std::string& printed) {
  const Object object = value;
  EXPECT_EQ(repr(object), printed);
  EXPECT_EQ(object.as<T>(), value);
  EXPECT_EQ(loads(dumps(object)).as<T>(), value);
}

TEST(Conversion, ContainersOfCppComeBack) {
  expect_there_and_back(std::set<int>{2, 1}, "{1, 2}");
  expect_there_and_back(std::unordered_set<std::string>{"a"}, "{'a'}");
  expect_there_and_back(std::list<int>{1}, "[1]");
  expect_there_and_back(std::deque<bool>{true}, "[True]");
  expect_there_and_back(std::vector<bool>{true, false}, "[True, False]");
  expect_there_and_back(std::complex<double>(1, 2), "(1+2j)");
  EXPECT_EQ(frozenset{1}.as<std::set<int>>(), std::set<int>{1});
  EXPECT_EQ(Object(2).as<std::complex<float>>(), std::complex<float>(2));
  EXPECT_THAT([] { (void)list{1}.as<std::set<int>>(); },
              ThrowsMessage<TypeError>("expected set, got list (list of 1)"));
}

TEST(Conversion, PlainStructsAreTuples) {
  expect_there_and_back(Point{1, "a"}, "(1, 'a')");
  expect_there_and_back(Nested{{1, "a"}, {{2, "b"}}, {{0.5, 1}}},
                        "((1, 'a'), [(2, 'b')], [0.5, 1.0])");
  EXPECT_EQ((list{1, "a"}.as<Point>()), (Point{1, "a"}));
  EXPECT_THAT(([] { (void)tuple{1}.as<Point>(); }),
              ThrowsMessage<ValueError>("expected a tuple of 2 items, got 1"));
  struct HoldsPointer {
    int* pointer = nullptr;
  };
  EXPECT_FALSE((std::is_constructible_v<Object, HoldsPointer>));
}

using IntOrReal = std::variant<std::int8_t, double>;

TEST(Conversion, VariantsTakeTheAlternativeOfTheSameKind) {
  using Variant = std::variant<std::monostate, int, double, bool, std::string, std::vector<int>>;
  expect_there_and_back(Variant(), "None");
  expect_there_and_back(Variant(1), "1");
  expect_there_and_back(Variant(1.0), "1.0");
  expect_there_and_back(Variant(true), "True");
  expect_there_and_back(Variant(std::string("x")), "'x'");
  expect_there_and_back(Variant(std::vector{1}), "[1]");
  EXPECT_EQ(Object(1 << 20).as<IntOrReal>(), IntOrReal(1048576.0));
  EXPECT_THAT(
      [] { (void)Object("x").as<IntOrReal>(); },
      ThrowsMessage<TypeError>("expected one of the 2 alternatives of a variant, got str ('x')"));
}

TEST(Kinds, OpaqueObjectsDoNotConvertByAccident) {
  const Object point = instance(global("geometry", "Point"), tuple{1, 2});
  EXPECT_THAT([&] { (void)point.as<int>(); },
              ThrowsMessage<TypeError>("expected int, got Point (Point(...))"));
  EXPECT_THAT([&] { (void)point.size(); }, ThrowsMessage<TypeError>("'Point' object has no len()"));
  EXPECT_THROW((void)Object(1).args(), TypeError);
  EXPECT_THROW((void)Object(1).module(), TypeError);
}

}  // namespace
}  // namespace mp
