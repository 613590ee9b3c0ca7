#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(Object, LiteralsMakeTheKindsTheyName) {
  EXPECT_EQ(Object().kind(), Kind::None);
  EXPECT_EQ(Object(nullptr).kind(), Kind::None);
  EXPECT_EQ(Object(true).kind(), Kind::Bool);
  EXPECT_EQ(Object(1).kind(), Kind::Int);
  EXPECT_EQ(Object(1.0F).kind(), Kind::Float);
  EXPECT_EQ(Object("x").kind(), Kind::Str);
  EXPECT_EQ(bytes("x").kind(), Kind::Bytes);
  EXPECT_EQ(list().kind(), Kind::List);
  EXPECT_EQ(tuple().kind(), Kind::Tuple);
  EXPECT_EQ(dict().kind(), Kind::Dict);
}

TEST(Object, ListOfAListIsNested) {
#if defined(__clang__)
  GTEST_SKIP() << "clang 19 takes list{list{1}} for a copy (CWG 2137); g++ nests it";
#endif
  const Object inner = list{1};

  EXPECT_EQ(repr(list{inner}), "[[1]]");
  EXPECT_EQ(repr(list{list{1}}), "[[1]]");
  EXPECT_EQ(repr(tuple{tuple{}}), "((),)");
}

TEST(Object, IsPrintedByStreamsAsByPythonsStr) {
  std::ostringstream out;

  out << Object("plain") << ' ' << list{42, nullptr, "hello"};

  EXPECT_EQ(out.str(), "plain [42, None, 'hello']");
}

TEST(Object, CopiesOfAListAreOneList) {
  const Object first = list{1};
  const Object second = first;

  second.append(2);

  EXPECT_EQ(repr(first), "[1, 2]");
  EXPECT_TRUE(first.is(second));
  EXPECT_FALSE(first.is(list{1, 2}));
}

TEST(Object, NumbersCompareAcrossKindsAsInPython) {
  EXPECT_EQ(Object(1), Object(1.0));
  EXPECT_EQ(Object(1), Object(true));
  EXPECT_NE(Object(1), Object("1"));
  EXPECT_EQ(Object(9007199254740992), Object(9007199254740992.0));
  EXPECT_NE(Object(9007199254740993), Object(9007199254740992.0));
  EXPECT_EQ(integer("1000000000000000000000"), Object(1e21));
  EXPECT_NE(integer("1000000000000000000001"), Object(1e21));
  EXPECT_NE(Object(std::nan("")), Object(std::nan("")));
  EXPECT_NE(Object(std::numeric_limits<double>::infinity()), Object(1));
  EXPECT_EQ(Object(-0.0), Object(0));
}

TEST(Object, ContainersCompareByContentAndKind) {
  EXPECT_EQ((list{1, "a"}), (list{1.0, "a"}));
  EXPECT_NE(Object(list{1}), Object(tuple{1}));
  EXPECT_NE(Object("a"), Object(bytes("a")));
  EXPECT_EQ((dict{{"a", 1}, {"b", 2}}), (dict{{"b", 2}, {"a", 1}}));
  EXPECT_NE((dict{{"a", 1}}), (dict{{"a", 2}}));
  EXPECT_NE((dict{{"a", 1}}), (dict{{"b", 1}}));
}

TEST(Object, EqualNumbersHaveEqualHashes) {
  const std::hash<Object> hash;

  EXPECT_EQ(hash(1), hash(1.0));
  EXPECT_EQ(hash(1), hash(true));
  EXPECT_EQ(hash(integer("1000000000000000000000")), hash(1e21));
  EXPECT_EQ(hash(tuple{1, "a"}), hash(tuple{1.0, "a"}));
  EXPECT_NE(hash("a"), hash("b"));
}

TEST(Object, ListsAndDictsHaveNoHash) {
  const std::hash<Object> hash;

  EXPECT_THAT([&] { hash(list{}); }, ThrowsMessage<TypeError>("unhashable type: 'list'"));
  EXPECT_THAT([&] { hash(tuple{dict{}}); }, ThrowsMessage<TypeError>("unhashable type: 'dict'"));
  EXPECT_THAT(([] { dict({{list{}, 1}}); }), ThrowsMessage<TypeError>("unhashable type: 'list'"));
}

TEST(Object, IntegersOfAnySizeKeepTheirValue) {
  const std::string huge = "-123456789012345678901234567890123456789012345678901234567890";

  EXPECT_EQ(repr(integer(huge)), huge);
  EXPECT_EQ(repr(Object(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(integer("9223372036854775807").as<std::int64_t>(), INT64_MAX);
  EXPECT_EQ(integer("-9223372036854775808").as<std::int64_t>(), INT64_MIN);
  EXPECT_EQ(integer("0017"), Object(17));
  EXPECT_EQ(integer("-0"), Object(0));
}

TEST(Object, IntegerTextMustBeDecimal) {
  for (const char* bad : {"", "-", "0x10", "1 ", "1.0", "12a"}) {
    EXPECT_THROW(integer(bad), ValueError) << bad;
  }
}

TEST(Object, TooLongIntegersDoNotPrintAsInPython) {
  const std::string limit(4300, '9');

  EXPECT_EQ(repr(integer(limit)), limit);
  EXPECT_THROW(integer(limit + "9"), ValueError);
}

TEST(Object, ConvertsToNumbersWithinRange) {
  EXPECT_EQ(Object(127).as<std::int8_t>(), 127);
  EXPECT_EQ(Object(-128).as<std::int8_t>(), -128);
  EXPECT_EQ(Object(255).as<std::uint8_t>(), 255);
  EXPECT_EQ(Object(true).as<int>(), 1);
  EXPECT_EQ(Object(7).as<double>(), 7.0);
  EXPECT_EQ(Object(UINT64_MAX).as<std::uint64_t>(), UINT64_MAX);
  EXPECT_EQ(integer("100000000000000000000").as<double>(), 1e20);
}

TEST(Object, NumbersOutOfRangeAreNamed) {
  EXPECT_THAT([] { (void)Object(128).as<std::int8_t>(); },
              ThrowsMessage<OverflowError>("int 128 does not fit into a signed 8-bit integer"));
  EXPECT_THAT([] { (void)Object(-1).as<unsigned>(); },
              ThrowsMessage<OverflowError>("int -1 does not fit into an unsigned 32-bit integer"));
  EXPECT_THROW((void)Object(UINT64_MAX).as<std::int64_t>(), OverflowError);
  EXPECT_THROW((void)integer("18446744073709551616").as<std::uint64_t>(), OverflowError);
  EXPECT_THROW((void)integer("1" + std::string(400, '0')).as<double>(), OverflowError);
  EXPECT_THROW((void)Object(1e300).as<float>(), OverflowError);
}

TEST(Object, WrongKindNamesExpectedAndActual) {
  EXPECT_THAT([] { (void)Object("hello").as<int>(); },
              ThrowsMessage<TypeError>("expected int, got str ('hello')"));
  EXPECT_THAT([] { (void)Object().as<std::string>(); },
              ThrowsMessage<TypeError>("expected str, got NoneType"));
  EXPECT_THAT([] { (void)Object(1.5).as<int>(); },
              ThrowsMessage<TypeError>("expected int, got float (1.5)"));
  EXPECT_THAT([] { (void)Object(1).as<bool>(); },
              ThrowsMessage<TypeError>("expected bool, got int (1)"));
  EXPECT_THAT([] { (void)bytes("x").as<std::string>(); },
              ThrowsMessage<TypeError>("expected str, got bytes (b'x')"));
  EXPECT_THAT(([] { (void)list{1, 2}.as<std::map<int, int>>(); }),
              ThrowsMessage<TypeError>("expected dict, got list (list of 2)"));
}

TEST(Object, RoundTripsThroughContainersOfCpp) {
  using Deep = std::map<std::string, std::vector<std::optional<std::pair<int, double>>>>;
  const Deep deep{{"a", {{{1, 2.5}}, std::nullopt}}, {"b", {}}};

  const Object object = deep;

  EXPECT_EQ(repr(object), "{'a': [(1, 2.5), None], 'b': []}");
  EXPECT_EQ(object.as<Deep>(), deep);
  EXPECT_EQ((list{1, 2}.as<std::array<int, 2>>()), (std::array{1, 2}));
  EXPECT_EQ((tuple{1, "x"}.as<std::tuple<int, std::string>>()), (std::tuple{1, "x"}));
  EXPECT_EQ(Object(std::vector{std::byte{7}}), Object(bytes("\x07")));
}

TEST(Object, WrongCountIsNamed) {
  EXPECT_THAT(([] { (void)list{1, 2, 3}.as<std::pair<int, int>>(); }),
              ThrowsMessage<ValueError>("expected a tuple of 2 items, got 3"));
}

TEST(Object, TextFromCppMustBeUtf8) {
  EXPECT_THROW(Object("\xff"), ValueError);
  EXPECT_THROW(Object("\xc0\x80"), ValueError) << "overlong";
  EXPECT_THROW(Object("\xf4\x90\x80\x80"), ValueError) << "beyond U+10FFFF";
  EXPECT_THROW(Object("abcdefghijk\xe2\x82"), ValueError) << "cut short";
  EXPECT_EQ(Object("\xed\xa0\x80").size(), 1U) << "a lone surrogate, which Python's str may have";
}

TEST(Object, SizeIsPythonsLen) {
  EXPECT_EQ(Object("h\xc3\xa9llo \xf0\x9f\x98\x80").size(), 7U);
  EXPECT_EQ(bytes("h\xc3\xa9").size(), 3U);
  EXPECT_EQ((dict{{1, 2}, {1.0, 3}}).size(), 1U);
  EXPECT_THAT([] { (void)Object(1).size(); },
              ThrowsMessage<TypeError>("'int' object has no len()"));
}

TEST(Object, IndexCountsFromTheEndIfNegative) {
  const Object items = list{10, 20, 30};

  EXPECT_EQ(items[0], 10);
  EXPECT_EQ(items[-1], 30);
  EXPECT_THAT([&] { (void)items[3]; },
              ThrowsMessage<IndexError>("list index out of range: 3 of 3 items"));
  EXPECT_THROW((void)items[-4], IndexError);
  EXPECT_THROW((void)items[integer("99999999999999999999")], IndexError);
  EXPECT_THAT([&] { (void)items["a"]; },
              ThrowsMessage<TypeError>("list indices must be integers, not str"));
}

TEST(Object, ListCanBeChanged) {
  const Object items = list{1, 2, 3};

  items.set(0, "one");
  items.erase(-1);
  items.append(nullptr);

  EXPECT_EQ(repr(items), "['one', 2, None]");
  EXPECT_TRUE(items.contains(2));
  EXPECT_FALSE(items.contains(3));
  items.clear();
  EXPECT_EQ(items.size(), 0U);
}

TEST(Object, TupleCannotBeChanged) {
  EXPECT_THAT([] { tuple{1}.set(0, 2); },
              ThrowsMessage<TypeError>("'tuple' object does not support item assignment"));
  EXPECT_THROW(tuple{1}.append(2), TypeError);
  EXPECT_THROW(tuple{1}.clear(), TypeError);
}

TEST(Object, MissingKeyIsAKeyErrorWithItsRepr) {
  const Object map = dict{{"a", 1}};

  EXPECT_EQ(map["a"], 1);
  EXPECT_EQ(map.get("b", 7), 7);
  EXPECT_TRUE(map.get("b").is_none());
  EXPECT_THAT([&] { (void)map["b"]; }, ThrowsMessage<KeyError>("'b'"));
  EXPECT_THROW(map.erase("b"), KeyError);
  EXPECT_THROW((void)map[list{}], TypeError);
}

TEST(Object, CycleIsPrintedAsInPythonAndSurvivesComparison) {
  const Object self = list{1};
  self.append(self);
  const Object map = dict{};
  map.set("me", map);

  EXPECT_EQ(repr(self), "[1, [...]]");
  EXPECT_EQ(repr(map), "{'me': {...}}");
  EXPECT_EQ(self, self);
  const Object other = list{1};
  other.append(other);
  EXPECT_THROW((void)(self == other), RuntimeError) << "Python: RecursionError";

  self.clear();
  map.clear();
  other.clear();
}

TEST(Object, DepthIsRefusedByNameNotByTheStack) {
  Object deep = list{};
  for (int i = 0; i < 200000; ++i) deep = list{deep};
  Object twin = list{};
  for (int i = 0; i < 200000; ++i) twin = list{twin};

  EXPECT_THAT([&] { (void)repr(deep); }, ThrowsMessage<RuntimeError>(HasSubstr("1000")));
  EXPECT_THROW((void)(deep == twin), RuntimeError);
  EXPECT_THROW((void)dumps(deep), PicklingError);
  deep = nullptr;  // freed without recursion, or this is where the test ends
}

TEST(Object, DeepTuplesAndDictsAreFreedWithoutRecursion) {
  Object deep;
  for (int i = 0; i < 100000; ++i) deep = dict{{i, tuple{deep}}};
  EXPECT_EQ(deep.size(), 1U);
}

TEST(Object, ReferencesAreCountedAcrossThreads) {
  const Object shared = list{"some text", tuple{1, 2}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = shared] {
      for (int round = 0; round < 20000; ++round) {
        const Object again = copy[0];
        if (again.text() != "some text") std::abort();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(repr(shared), "['some text', (1, 2)]");
}

TEST(Object, OnlyWhatHasAMeaningConverts) {
  EXPECT_FALSE((std::is_constructible_v<Object, int*>));
  EXPECT_FALSE((std::is_constructible_v<Object, char>));
  EXPECT_FALSE((std::is_constructible_v<Object, std::vector<char>>));
  EXPECT_FALSE((std::is_convertible_v<Object, bool>));
  EXPECT_EQ(sizeof(Object), 16U);
}

}  // namespace
}  // namespace mp
