// Pickles with their options, and values of C++ that become one directly.
#include "libmp/serial/hex.hpp"
#include "libmp/serial/object_gen.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/pickle.hpp>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace shop {

struct Item {
  std::string name;
  int count = 0;
  bool operator==(const Item&) const = default;
};
MP_PICKLE_AS(Item, "shop.Item", name, count)

struct Token {
  std::string only;
};
MP_PICKLE_AS(Token, "shop.Token", only)

struct Plain {
  int a = 0;
  std::vector<Item> items;
  std::optional<double> price;
  bool operator==(const Plain&) const = default;
};

struct Tree {
  std::vector<Tree> children;
};
MP_PICKLE_AS(Tree, "shop.Tree", children)

}  // namespace shop

namespace mp {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

std::string hex_of(const Object& object) { return test::hex(dumps(object)); }

TEST(PickleAs, IsAnInstanceWithAttributesToPython) {
  const Object item = shop::Item{"pear", 3};

  EXPECT_EQ(item.kind(), Kind::Instance);
  EXPECT_EQ(item.type_name(), "Item");
  EXPECT_EQ(repr(item), "<shop.Item() state {'name': 'pear', 'count': 3}>");
  EXPECT_EQ(
      hex_of(item),
      "80 04 95 31 00 00 00 00 00 00 00 8c 04 73 68 6f 70 94 8c 04 49 74 65 6d 94 93 94 29 81 "
      "94 7d 94 28 8c 04 6e 61 6d 65 94 8c 04 70 65 61 72 94 8c 05 63 6f 75 6e 74 94 4b 03 75 "
      "62 2e");
  EXPECT_EQ(item.as<shop::Item>(), (shop::Item{"pear", 3}));
}

TEST(PickleAs, TakesSlotsRowsAndArguments) {
  const Object cls = global("shop", "Item");
  const shop::Item pear{"pear", 3};

  EXPECT_EQ(
      instance(cls, tuple{}, tuple{nullptr, dict{{"count", 3}, {"name", "pear"}}}).as<shop::Item>(),
      pear);
  EXPECT_EQ(instance(cls, tuple{}, list{"pear", 3}).as<shop::Item>(), pear);
  EXPECT_EQ(instance(cls, tuple{"pear", 3}).as<shop::Item>(), pear);
  EXPECT_EQ(reduction(cls, tuple{"pear", 3}).as<shop::Item>(), pear);
}

TEST(PickleAs, AnotherClassOrALackingAttributeIsNamed) {
  EXPECT_THAT([] { (void)Object(1).as<shop::Item>(); },
              ThrowsMessage<TypeError>("expected shop.Item, got int (1)"));
  EXPECT_THAT([] { (void)instance(global("shop", "Other")).as<shop::Item>(); },
              ThrowsMessage<TypeError>("expected shop.Item, got Other (Other(...))"));
  const Object nameless = instance(global("shop", "Item"), tuple{}, dict{{"count", 1}});
  EXPECT_THAT([&] { (void)nameless.as<shop::Item>(); },
              ThrowsMessage<TypeError>(HasSubstr("expected a shop.Item with the attributes")));
}

template <class T>
void expect_same_bytes(const T& value) {
  for (int protocol = 0; protocol <= 5; ++protocol) {
    EXPECT_EQ(test::hex(dumps(value, protocol)), test::hex(dumps(Object(value), protocol)));
  }
  EXPECT_EQ(loads<T>(dumps(value)), value);
}

TEST(PickleWriter, ValuesOfCppBecomeTheBytesOfTheirObjects) {
  expect_same_bytes(7);
  expect_same_bytes(-1L);
  expect_same_bytes(UINT64_MAX);
  expect_same_bytes(true);
  expect_same_bytes(1.5F);
  expect_same_bytes(std::string("a"));
  expect_same_bytes(std::string("text"));
  expect_same_bytes(std::vector<std::string>{"a", "a", "", "", "bb", "\xc3\xa9", "\xc3\xa9"});
  expect_same_bytes(std::vector{std::byte{7}});
  expect_same_bytes(std::vector<std::byte>{});
  expect_same_bytes(std::map<std::string, double>{{"one", 1}, {"two", 2}});
  expect_same_bytes(std::map<int, int>{{1, 2}});
  expect_same_bytes(std::tuple{1, std::string("x"), 2.5, true});
  expect_same_bytes(std::pair{std::tuple<>{}, std::vector<int>{}});
  expect_same_bytes(std::array{1, 2, 3});
  expect_same_bytes(std::optional<int>{});
  expect_same_bytes(std::set<std::string>{"x", "yy"});
  expect_same_bytes(std::vector<std::variant<int, std::string>>{1, "x", "abc"});
  expect_same_bytes(std::vector<bool>{true, false});
  expect_same_bytes(shop::Plain{1, {{"pear", 3}, {"plum", 4}}, 2.5});
  expect_same_bytes(std::vector<shop::Plain>(3, {1, {}, std::nullopt}));
  EXPECT_EQ(dumps(shop::Token{"x"}), dumps(Object(shop::Token{"x"}))) << "one attribute, no MARK";
}

TEST(PickleWriter, BatchesAndFramesAreThoseOfThePickler) {
  for (const std::size_t size : {0U, 1U, 2U, 999U, 1000U, 1001U, 2000U, 2001U, 40000U}) {
    expect_same_bytes(std::vector<int>(size, 70000));
    std::map<int, std::string> map;
    for (std::size_t i = 0; i < size; ++i) map[static_cast<int>(i)] = "value " + std::to_string(i);
    expect_same_bytes(map);
  }
  expect_same_bytes(std::vector<std::string>(3, std::string(70000, 'x')));
}

TEST(PickleWriter, DepthAndTextsAreCheckedAsForObjects) {
  shop::Tree deep;
  for (int i = 0; i < 600; ++i) deep = shop::Tree{{deep}};
  EXPECT_THROW(dumps(deep), PicklingError) << "each level is an instance with a dict and a list";
  EXPECT_THROW(dumps(std::string("\xff\xff\xff")), ValueError);
  EXPECT_THROW(dumps(7, 6), ValueError);
  EXPECT_THROW(dumps(Object(7), -1), ValueError);
}

RC_GTEST_PROP(PickleWriter, AnyValueBecomesTheBytesOfItsObject,
              (const std::vector<std::pair<std::vector<int>, std::map<int, double>>>& value)) {
  RC_ASSERT(dumps(value) == dumps(Object(value)));
  RC_ASSERT(loads<std::decay_t<decltype(value)>>(dumps(value)) == value);
}

TEST(PickleBuffer, MayTravelBesideThePickle) {
  const Object shared = bytearray("abc");
  const Object value = tuple{PickleBuffer(bytes("fixed")), PickleBuffer(shared), 1};
  std::vector<Object> beside;
  const auto keep = [&](const Object& buffer) {
    beside.push_back(buffer);
    return false;
  };

  const std::string pickle = dumps(value, {.protocol = 5, .buffer_callback = keep});

  EXPECT_EQ(test::hex(pickle), "80 05 95 08 00 00 00 00 00 00 00 97 98 97 4b 01 87 94 2e");
  EXPECT_EQ(loads(pickle, beside), value);
  EXPECT_EQ(loads(pickle, std::vector<Object>{bytes("fixed"), shared}), value);
  EXPECT_THROW(loads(pickle, std::vector<Object>{bytes("fixed")}), UnpicklingError);
}

TEST(PickleBuffer, WithinThePickleItIsBytesOrAByteArray) {
  const Object value = tuple{PickleBuffer(bytes("fixed")), PickleBuffer(bytearray("abc"))};
  const auto refuse = [](const Object&) { return true; };

  EXPECT_EQ(repr(loads(dumps(value, 5))), "(b'fixed', bytearray(b'abc'))");
  EXPECT_EQ(dumps(value, {.protocol = 5, .buffer_callback = refuse}), dumps(value, 5));
  EXPECT_THAT([&] { (void)dumps(value); },
              ThrowsMessage<PicklingError>(HasSubstr("a PickleBuffer needs protocol 5")));
  EXPECT_THROW((void)dumps(value, {.protocol = 4, .buffer_callback = refuse}), ValueError);
  EXPECT_THROW(PickleBuffer(Object("text")), TypeError);
}

// The examples of the wire format's description, by part.

const Object kToken = global("multiprocessing.managers", "Token");

TEST(WireVectors, TokenOfAManager) {
  const Object token = instance(kToken, tuple{}, tuple{"list", tuple{"127.0.0.1", 5000}, "7f00"});
  const std::string captured = test::unhex(
      "80 04 95 4b 00 00 00 00 00 00 00 8c 18 6d 75 6c 74 69 70 72 6f 63 65 73 73 69 6e 67 2e 6d "
      "61 "
      "6e 61 67 65 72 73 94 8c 05 54 6f 6b 65 6e 94 93 94 29 81 94 8c 04 6c 69 73 74 94 8c 09 31 "
      "32 "
      "37 2e 30 2e 30 2e 31 94 4d 88 13 86 94 8c 04 37 66 30 30 94 87 94 62 2e");

  EXPECT_EQ(test::hex(dumps(token)), test::hex(captured));
  EXPECT_EQ(loads(captured), token);
}

TEST(WireVectors, ProxyOfAManager) {
  const std::string captured = test::unhex(
      "80 04 95 a1 00 00 00 00 00 00 00 28 4e 8c 06 'create' 94 8c 04 'list' 94 5d 94 "
      "8c 18 'multiprocessing.managers' 94 8c 0c 'RebuildProxy' 94 93 94 28 68 03 8c 09 "
      "'DictProxy' 94 "
      "93 94 68 03 8c 05 'Token' 94 93 94 29 81 94 8c 04 'dict' 94 8c 09 '127.0.0.1' 94 4d af a8 "
      "86 94 "
      "8c 0c '7f3316f46240' 94 87 94 62 8c 06 'pickle' 94 7d 94 74 94 52 94 61 86 94 7d 94 74 94 "
      "2e");

  const Object request = loads(captured);

  EXPECT_EQ(test::hex(dumps(request)), test::hex(captured));
  const Object proxy = request[2][1][0];
  EXPECT_EQ(proxy.function(), global("multiprocessing.managers", "RebuildProxy"));
  EXPECT_EQ(proxy.args()[0].name(), "DictProxy");
  EXPECT_EQ(proxy.args()[1].state()[1], (tuple{"127.0.0.1", 43183}));
}

TEST(WireVectors, ConnectionThroughAPipe) {
  const std::string captured = test::unhex(
      "80 04 95 9f 00 00 00 00 00 00 00 8c 1a 'multiprocessing.connection' 94 8c 12 "
      "'rebuild_connection' 94 93 94 8c 1f 'multiprocessing.resource_sharer' 94 8c 05 'DupFd' 94 "
      "93 94 "
      "29 81 94 7d 94 8c 03 '_id' 94 8c 24 '/tmp/pymp-5uco64yq/listener-5u8jdz2c' 94 4b 01 86 94 "
      "73 62 "
      "88 88 87 94 52 94 2e");

  const Object connection = loads(captured);

  EXPECT_EQ(connection.args()[0].state()["_id"][1], 1);
  EXPECT_EQ(test::hex(dumps(connection)), test::hex(captured));
}

TEST(WireVectors, RequestsAndRepliesOfAManager) {
  const Object empty = dict{};
  EXPECT_EQ(hex_of(tuple{nullptr, "dummy", tuple{}, empty}),
            "80 04 95 10 00 00 00 00 00 00 00 28 4e 8c 05 64 75 6d 6d 79 94 29 7d 94 74 94 2e");
  EXPECT_EQ(hex_of(tuple{"#RETURN", nullptr}),
            "80 04 95 0e 00 00 00 00 00 00 00 8c 07 23 52 45 54 55 52 4e 94 4e 86 94 2e");
  EXPECT_EQ(
      hex_of(tuple{"#RETURN", list{1, 2}}),
      "80 04 95 15 00 00 00 00 00 00 00 8c 07 23 52 45 54 55 52 4e 94 5d 94 28 4b 01 4b 02 65 86 "
      "94 2e");
  EXPECT_EQ(
      hex_of(tuple{nullptr, "create", tuple{"list", list{1, 2}}, empty}),
      "80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 63 72 65 61 74 65 94 8c 04 6c 69 73 74 94 5d "
      "94 28 4b 01 4b 02 65 86 94 7d 94 74 94 2e");
  EXPECT_EQ(
      hex_of(tuple{"7f6c59f2a940", "__getitem__", tuple{slice(0, 2)}, empty}),
      "80 04 95 43 00 00 00 00 00 00 00 28 8c 0c 37 66 36 63 35 39 66 32 61 39 34 30 94 8c 0b 5f "
      "5f 67 65 74 69 74 65 6d 5f 5f 94 8c 08 62 75 69 6c 74 69 6e 73 94 8c 05 73 6c 69 63 65 94 "
      "93 94 4b 00 4b 02 4e 87 94 52 94 85 94 7d 94 74 94 2e");
  EXPECT_EQ(
      hex_of(tuple{nullptr, "incref", tuple{"7f6c59f2a940"}, empty}),
      "80 04 95 21 00 00 00 00 00 00 00 28 4e 8c 06 69 6e 63 72 65 66 94 8c 0c 37 66 36 63 35 39 "
      "66 32 61 39 34 30 94 85 94 7d 94 74 94 2e");
  EXPECT_EQ(
      hex_of(tuple{nullptr, "accept_connection", tuple{"MainProcess"}, empty}),
      "80 04 95 2b 00 00 00 00 00 00 00 28 4e 8c 11 61 63 63 65 70 74 5f 63 6f 6e 6e 65 63 74 69 "
      "6f 6e 94 8c 0b 4d 61 69 6e 50 72 6f 63 65 73 73 94 85 94 7d 94 74 94 2e");
  EXPECT_EQ(
      hex_of(tuple{"7f6c59f2a940", "append", tuple{3}, empty}),
      "80 04 95 22 00 00 00 00 00 00 00 28 8c 0c 37 66 36 63 35 39 66 32 61 39 34 30 94 8c 06 61 "
      "70 70 65 6e 64 94 4b 03 85 94 7d 94 74 94 2e");
  EXPECT_EQ(hex_of(tuple{1, 13038}), "80 04 95 08 00 00 00 00 00 00 00 4b 01 4d ee 32 86 94 2e");
}

TEST(WireVectors, Exceptions) {
  EXPECT_EQ(
      hex_of(tuple{"#ERROR", exception("IndexError", {"list index out of range"})}),
      "80 04 95 44 00 00 00 00 00 00 00 8c 06 23 45 52 52 4f 52 94 8c 08 62 75 69 6c 74 69 6e 73 "
      "94 8c 0a 49 6e 64 65 78 45 72 72 6f 72 94 93 94 8c 17 6c 69 73 74 20 69 6e 64 65 78 20 6f "
      "75 74 20 6f 66 20 72 61 6e 67 65 94 85 94 52 94 86 94 2e");
  EXPECT_EQ(
      hex_of(tuple{"#ERROR", exception("StopIteration")}),
      "80 04 95 2c 00 00 00 00 00 00 00 8c 06 23 45 52 52 4f 52 94 8c 08 62 75 69 6c 74 69 6e 73 "
      "94 8c 0d 53 74 6f 70 49 74 65 72 61 74 69 6f 6e 94 93 94 29 52 94 86 94 2e");
  EXPECT_EQ(
      hex_of(exception("KeyError", {"k"})),
      "80 04 95 21 00 00 00 00 00 00 00 8c 08 62 75 69 6c 74 69 6e 73 94 8c 08 4b 65 79 45 72 72 "
      "6f 72 94 93 94 8c 01 6b 94 85 94 52 94 2e");
}

TEST(WireVectors, IteratorProxyInAReply) {
  const std::string captured = test::unhex(
      "80 04 95 89 00 00 00 00 00 00 00 8c 06 23 50 52 4f 58 59 94 28 8c 08 5f 5f 6e 65 78 74 5f "
      "5f 94 "
      "8c 04 73 65 6e 64 94 8c 05 74 68 72 6f 77 94 8c 05 63 6c 6f 73 65 94 74 94 8c 18 6d 75 6c "
      "74 69 "
      "70 72 6f 63 65 73 73 69 6e 67 2e 6d 61 6e 61 67 65 72 73 94 8c 05 54 6f 6b 65 6e 94 93 94 "
      "29 81 "
      "94 8c 08 49 74 65 72 61 74 6f 72 94 8c 09 31 32 37 2e 30 2e 30 2e 31 94 4d af a8 86 94 8c "
      "0c 37 "
      "66 33 33 31 37 31 31 31 39 34 30 94 87 94 62 86 94 86 94 2e");

  const Object reply = loads(captured);

  EXPECT_EQ(test::hex(dumps(reply)), test::hex(captured));
  EXPECT_EQ(reply[1][1], instance(kToken, tuple{},
                                  tuple{"Iterator", tuple{"127.0.0.1", 43183}, "7f3317111940"}));
}

}  // namespace
}  // namespace mp
