#include <libmp/exceptions.hpp>
#include <libmp/process.hpp>
#include <libmp/queue.hpp>
#include <libmp/shareable_list.hpp>

#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include <gmock/gmock.h>

namespace mp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Its name is gone at once; the handle keeps the list.
template <class T>
ShareableList<T> nameless(ShareableList<T> list) {
  list.shm().unlink();
  return list;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned>(byte >> 4)];
    text += "0123456789abcdef"[static_cast<unsigned>(byte & std::byte{15})];
  }
  return text;
}

// The block of CPython 3.11's ShareableList(['howdy', b'HoWdY', -273.154, 100, None, True, 42]).
TEST(ShareableList, HasTheBytesOfCPython) {
  const auto list =
      nameless(ShareableList<>{"howdy", bytes("HoWdY"), -273.154, 100, nullptr, true, 42});

  EXPECT_EQ(hex(list.shm().buf()),
            "07000000000000000000000000000000"
            "08000000000000001000000000000000"
            "18000000000000002000000000000000"
            "28000000000000003000000000000000"
            "3800000000000000"
            "686f776479000000486f576459000000"
            "5839b4c8761271c06400000000000000"
            "00000000000000000000000000000001"
            "2a00000000000000"
            "38730000000000003873000000000000"
            "64000000000000007100000000000000"
            "7878787878783f78787878787878783f"
            "7100000000000000"
            "01020000030000");
}

TEST(ShareableList, EmptyOneIsSixteenZeroBytes) {
  const auto list = nameless(ShareableList<>());

  EXPECT_EQ(hex(list.shm().buf()), std::string(32, '0'));
}

TEST(ShareableList, YieldsItsItemsInOrder) {
  const auto list = nameless(ShareableList<>{1, "two", nullptr});

  EXPECT_EQ(std::vector<Object>(list.begin(), list.end()),
            (std::vector<Object>{1, "two", nullptr}));
}

TEST(ShareableList, TypedItemsAreReadAsTheirType) {
  const auto list = nameless(ShareableList<int>{1, 2, 3});

  list.set(-1, 40);

  EXPECT_EQ(std::accumulate(list.begin(), list.end(), 0), 43);
}

TEST(ShareableList, IsMadeOfAVector) {
  const auto list = nameless(ShareableList<>(std::vector<std::string>{"a", "b"}));

  EXPECT_THAT(repr(list), HasSubstr("ShareableList(['a', 'b'], name='psm_"));
}

TEST(ShareableList, TextOfManyBytesPerCharacterKeepsAllOfThem) {
  const auto list = nameless(ShareableList<>{"äöüÄÖÜß"});

  EXPECT_EQ(list[0], Object("äöüÄÖÜß"));
  EXPECT_EQ(list.format(), "16s");
}

TEST(ShareableList, ExtremeNumbersComeBack) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  const auto list =
      nameless(ShareableList<>{kLeast, std::numeric_limits<double>::infinity(), -0.0});

  EXPECT_EQ(list[0], Object(kLeast));
  EXPECT_EQ(list[1], Object(std::numeric_limits<double>::infinity()));
  EXPECT_THROW(list.set(0, integer("9223372036854775808")), OverflowError);
  EXPECT_EQ(list[0], Object(kLeast));
}

TEST(ShareableList, WhatItCannotHoldIsATypeError) {
  EXPECT_THROW(ShareableList<>(mp::list{1, mp::list{}}), TypeError);
  EXPECT_THROW(ShareableList<>(Object(1)), TypeError);
}

TEST(ShareableList, ClosedBlockIsAnErrorAndNoCrash) {
  const auto list = nameless(ShareableList<>{1});

  list.shm().close();

  EXPECT_THROW((void)list[0], ValueError);
  EXPECT_THROW(list.set(0, 2), ValueError);
}

// A block whose word at `at` is another than it should be.
SharedMemory bent(std::size_t at, std::int64_t word) {
  const auto list = nameless(ShareableList<>{"text", 1});
  std::memcpy(list.shm().buf().data() + at, &word, sizeof word);
  return list.shm();
}

TEST(ShareableList, HostileNumbersOfItemsAndOffsetsAreRefused) {
  for (const std::int64_t word : {-1L, 3L, 1L << 62, std::numeric_limits<std::int64_t>::max(),
                                  std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_THROW(ShareableList<>(bent(0, word)), ValueError) << word;
    EXPECT_THROW(ShareableList<>(bent(8, word)), ValueError) << word;
    EXPECT_THROW(ShareableList<>(bent(16, word)), ValueError) << word;
    EXPECT_THROW(ShareableList<>(bent(24, word)), ValueError) << word;
  }
}

TEST(ShareableList, OffsetsThatChangeLaterAreNotLookedAt) {
  const auto list = nameless(ShareableList<>{"text", 1});

  std::memset(list.shm().buf().data(), 0xff, 32);

  EXPECT_EQ(list[0], Object("text"));
  EXPECT_EQ(list[1], Object(1));
}

TEST(ShareableList, FormatThatReachesBeyondItsSlotIsRefused) {
  const auto list = nameless(ShareableList<>{"text", 1});
  const auto format = list.shm().buf().subspan(48, 8);

  for (const char* text : {"9999999s", "16s", "0s", "-1s", "8", "qq", "s", ""}) {
    std::memset(format.data(), 0, 8);
    std::memcpy(format.data(), text, std::strlen(text));
    EXPECT_THROW((void)list[0], ValueError) << text;
  }
}

TEST(ShareableList, BytesThatAreNoTextAreAValueError) {
  const auto list = nameless(ShareableList<>{"text"});

  list.shm().buf()[24] = std::byte{0xff};

  EXPECT_THROW((void)list[0], ValueError);
}

class ShareableListByMethod : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Methods, ShareableListByMethod,
                         testing::Values("fork", "spawn", "forkserver"),
                         [](const auto& tested) { return tested.param; });

void double_items(ShareableList<> list) {
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(list.size()); ++i)
    list.set(i, 2 * list[i].as<int>());
}

TEST_P(ShareableListByMethod, TravelsAsAnArgument) {
  const auto list = nameless(ShareableList<>{1, 2, 3});
  Process child({.start_method = GetParam()}, double_items, list);

  child.start();
  child.join();

  EXPECT_THAT(std::vector<Object>(list.begin(), list.end()),
              ElementsAre(Object(2), Object(4), Object(6)));
}

}  // namespace
}  // namespace mp
