#include <libmp/exceptions.hpp>
#include <libmp/object.hpp>
#include <libmp/serialize.hpp>

#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mp {
namespace {

using detail::ByteBuffer;
using detail::decode;
using detail::encode;
using testing::HasSubstr;
using testing::ThrowsMessage;

template <class T>
ByteBuffer encoded(const T& value) {
  ByteBuffer out;
  encode(out, value);
  return out;
}

template <class T>
T round_trip(const T& value) {
  return decode<T>(encoded(value).bytes());
}

struct Plain {
  int id;
  double weight;
  char name[8];
  bool operator==(const Plain&) const = default;
};

struct Nested {
  std::string title;
  std::vector<Plain> parts;
  std::map<std::string, std::vector<int>> index;
  std::optional<std::pair<int, std::string>> extra;
  std::variant<std::monostate, int, std::string> choice;
  std::chrono::milliseconds time;
  std::array<std::string, 2> names;
  int grid[2][2];
  bool flag;
  bool operator==(const Nested&) const = default;
};

class Account {
 public:
  Account() = default;
  Account(int id, std::string owner) : id_(id), owner_(std::move(owner)) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(id_, owner_);
  }
  bool operator==(const Account&) const = default;

 private:
  int id_ = 0;
  std::string owner_;
};

struct Free {
  int value = 0;

 private:
  int hidden_ = 3;
  template <class Archive>
  friend void serialize(Archive& archive, Free& free) {
    archive(free.value, free.hidden_);
  }
};

class Split {
 public:
  void save(detail::OutArchive& archive) const { archive(std::to_string(value)); }
  void load(detail::InArchive& archive) {
    std::string text;
    archive(text);
    value = std::stoi(text);
  }
  int value = 0;
};

struct Nothing {
  template <class Archive>
  void serialize(Archive&) {}
};

struct NoDefault {
  explicit NoDefault(int v) : value(v) {}
  int value;
};

struct Tree {
  int value = 0;
  std::vector<Tree> children;
};

struct Chain {
  std::unique_ptr<Chain> next;
};

struct Flags {
  unsigned low : 3;
  unsigned high : 5;
};

struct HasBool {
  int number;
  bool flag;
};

struct HasPointer {
  int number;
  const char* text;
};
struct HasView {
  std::string_view text;
};
struct HoldsHasPointer {
  HasPointer inner[2];
};

TEST(Archive, TrivialTypesAreCopiedAsTheyLie) {
  EXPECT_EQ(encoded(42).size(), sizeof(int));
  EXPECT_EQ(encoded(Plain{}).size(), sizeof(Plain));
  EXPECT_EQ(encoded(std::vector<Plain>(3)).size(), 8 + 3 * sizeof(Plain));
  EXPECT_EQ(round_trip(Plain{7, 2.5, "name"}), (Plain{7, 2.5, "name"}));
  EXPECT_EQ(round_trip(NoDefault{5}).value, 5);
  EXPECT_EQ(round_trip(Flags{5, 17}).high, 17U);
}

TEST(Archive, AggregatesTravelMemberByMember) {
  const Nested value{"t",        {{1, 2.0, "a"}},  {{"k", {1, 2}}},
                     {{3, "x"}}, "choice",         std::chrono::milliseconds(9),
                     {"p", "q"}, {{1, 2}, {3, 4}}, true};

  EXPECT_EQ(round_trip(value), value);
}

TEST(Archive, UserCodeIsFoundInEachForm) {
  EXPECT_EQ(round_trip(Account(7, "bob")), Account(7, "bob"));
  Free free;
  free.value = 9;
  EXPECT_EQ(round_trip(free).value, 9);
  Split split;
  split.value = 12;
  EXPECT_EQ(round_trip(split).value, 12);
}

TEST(Archive, StandardContainersTravel) {
  EXPECT_EQ(round_trip(std::vector<bool>{true, false}), (std::vector<bool>{true, false}));
  EXPECT_EQ(round_trip(std::list<std::string>{"a"}), std::list<std::string>{"a"});
  EXPECT_EQ(round_trip(std::deque<int>{1, 2}), (std::deque<int>{1, 2}));
  EXPECT_EQ(round_trip(std::set<std::string>{"b", "a"}), (std::set<std::string>{"a", "b"}));
  EXPECT_EQ(round_trip(std::unordered_map<int, Account>{{1, {2, "x"}}}),
            (std::unordered_map<int, Account>{{1, {2, "x"}}}));
  EXPECT_EQ(round_trip(std::u16string(u"\u20ac")), u"\u20ac");
  EXPECT_EQ(round_trip(std::tuple<>{}), std::tuple<>{});
}

TEST(Archive, UniquePointerTravelsByValue) {
  EXPECT_EQ(round_trip(std::make_unique<std::string>("x")) == nullptr, false);
  EXPECT_EQ(*round_trip(std::make_unique<std::string>("x")), "x");
  EXPECT_EQ(round_trip(std::unique_ptr<int>()), nullptr);
}

TEST(Archive, RecursiveTypesTravel) {
  const Tree tree{1, {{2, {}}, {3, {{4, {}}}}}};

  const Tree copy = round_trip(tree);

  ASSERT_EQ(copy.children.size(), 2U);
  EXPECT_EQ(copy.children[1].children[0].value, 4);
}

TEST(Archive, ObjectsTravelAsPickles) {
  EXPECT_EQ(round_trip(Object(list{1, "a", nullptr})), (list{1, "a", nullptr}));
  EXPECT_EQ(round_trip(dict{{"k", 1}}), (dict{{"k", 1}}));
  EXPECT_EQ(round_trip(std::vector<Object>{1, "x"}), (std::vector<Object>{1, "x"}));
  EXPECT_THROW(decode<list>(encoded(Object(1)).bytes()), UnpicklingError);
}

TEST(Archive, EmptyValuesInAContainerAreCounted) {
  EXPECT_EQ(round_trip(std::vector<Nothing>(5)).size(), 5U);
  EXPECT_EQ(round_trip(std::vector<std::tuple<>>(5)).size(), 5U);
  EXPECT_EQ((round_trip(std::vector<std::array<std::string, 0>>(5)).size()), 5U);
}

TEST(Archive, WhatMeansNothingElsewhereIsRefused) {
  EXPECT_FALSE(Serializable<int*>);
  EXPECT_FALSE(Serializable<HasPointer>);
  EXPECT_FALSE(Serializable<HoldsHasPointer>);
  EXPECT_FALSE(Serializable<HasView>);
  EXPECT_FALSE(Serializable<std::string_view>);
  EXPECT_FALSE(Serializable<std::shared_ptr<int>>);
  EXPECT_FALSE(Serializable<std::reference_wrapper<int>>);
  EXPECT_TRUE(Serializable<Nested>);
  EXPECT_TRUE(Serializable<Account>);
}

int add(int a, int b) { return a + b; }
int subtract(int a, int b) { return a - b; }
struct Operation {
  int (*function)(int, int) = nullptr;
  std::vector<int (*)(int, int) noexcept> none;
  int a = 0;
};

TEST(Archive, AFunctionTravelsByItsPlaceInTheProgram) {
  ByteBuffer bytes;
  encode(bytes, std::vector<Operation>{{add, {nullptr}, 40}, {subtract, {}, 2}});
  EXPECT_EQ(bytes.text().find(std::string_view(reinterpret_cast<const char*>(&add), 8)),
            std::string_view::npos)
      << "addresses differ between processes";

  const auto back = decode<std::vector<Operation>>(bytes.bytes());

  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].function(back[0].a, 2), 42);
  EXPECT_EQ(back[1].function, &subtract);
  EXPECT_EQ(back[0].none, (std::vector<int (*)(int, int) noexcept>{nullptr}));
}

TEST(Archive, AFunctionOfAnotherProgramIsRefused) {
  ByteBuffer bytes;
  encode(bytes, &add);
  bytes.data()[3] ^= std::byte{1};  // one bit of the build-id

  EXPECT_THROW((void)decode<int (*)(int, int)>(bytes.bytes()), RuntimeError);
}

TEST(Archive, AFunctionOutsideOfAnyModuleIsRefused) {
  alignas(16) static char heap_like[16];
  ByteBuffer bytes;
  EXPECT_THROW(encode(bytes, reinterpret_cast<void (*)()>(&heap_like)), PicklingError);
}

TEST(Archive, TruncatedInputIsRefusedAtEachLength) {
  const ByteBuffer whole =
      encoded(Nested{"title", {{}}, {{"k", {1}}}, {{3, "x"}}, "c", {}, {}, {}, {}});

  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(decode<Nested>(whole.bytes().first(size)), UnpicklingError) << size;
  }
}

TEST(Archive, LeftOverBytesAreRefused) {
  ByteBuffer bytes = encoded(42);
  bytes.push_back(std::byte{0});
  EXPECT_THAT([&] { decode<int>(bytes.bytes()); },
              ThrowsMessage<UnpicklingError>("flat archive, offset 4: 1 bytes left over"));
}

TEST(Archive, AFalseCountAllocatesNothing) {
  const ByteBuffer lie = encoded(std::uint64_t{1} << 60U);

  EXPECT_THROW(decode<std::string>(lie.bytes()), UnpicklingError);
  EXPECT_THROW(decode<std::vector<double>>(lie.bytes()), UnpicklingError);
  EXPECT_THROW(decode<std::vector<std::string>>(lie.bytes()), UnpicklingError);
  EXPECT_THROW((decode<std::map<int, Nothing>>(lie.bytes())), UnpicklingError);
}

TEST(Archive, ABoolIsZeroOrOne) {
  ByteBuffer bytes = encoded(HasBool{1, true});
  EXPECT_EQ(decode<HasBool>(bytes.bytes()).flag, true);
  bytes.data()[4] = std::byte{2};

  EXPECT_THAT([&] { decode<HasBool>(bytes.bytes()); },
              ThrowsMessage<UnpicklingError>("flat archive, offset 4: bad bool"));
  EXPECT_THROW(decode<std::optional<int>>(encoded(std::uint64_t{2}).bytes()), UnpicklingError);
}

TEST(Archive, VariantIndexIsChecked) {
  using Choice = std::variant<int, std::string>;
  EXPECT_THROW(decode<Choice>(encoded(std::uint32_t{2}).bytes()), UnpicklingError);
}

TEST(Archive, DepthIsLimitedBothWays) {
  Chain chain;
  for (int i = 0; i < 5000; ++i) {
    auto outer = std::make_unique<Chain>();
    outer->next = std::move(chain.next);
    chain.next = std::move(outer);
  }
  ByteBuffer out;
  EXPECT_THROW(encode(out, chain), PicklingError);

  ByteBuffer lie;
  for (int i = 0; i < 5000; ++i) lie.push_back(std::byte{1});
  EXPECT_THROW(decode<Chain>(lie.bytes()), UnpicklingError);
}

RC_GTEST_PROP(Archive, AnyValueComesBack,
              (const std::map<std::string, std::vector<std::pair<int, std::string>>>& value)) {
  RC_ASSERT(round_trip(value) == value);
}

RC_GTEST_PROP(Archive, AnyBytesDecodeOrAreRefused, (const std::vector<std::uint8_t>& bytes)) {
  try {
    (void)decode<Nested>(std::as_bytes(std::span(bytes)));
  } catch (const UnpicklingError&) {
  }
}

}  // namespace
}  // namespace mp
