#include "support/child_scope.hpp"
#include <libmp/libmp.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <list>
#include <mutex>
#include <numeric>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Cell {
  int total = 0;
  double share = 0;
};

template <class Body>
std::string text_of_error(Body&& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Array, IsMadeOfASizeARangeOrAList) {
  EXPECT_THAT(Array<int>(3).slice(), ElementsAre(0, 0, 0));
  EXPECT_THAT(Array<int>(range(4)).slice(), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Array<int>({5, 6}).slice(), ElementsAre(5, 6));
  EXPECT_THAT(Array<double>(std::vector<int>{1, 2}).slice(), ElementsAre(1.0, 2.0));
  EXPECT_THAT(Array<short>(std::list<long>{1, -2}).slice(), ElementsAre(1, -2));
  EXPECT_THAT(Array<double>(list{1, 2.5}).slice(), ElementsAre(1.0, 2.5));
  EXPECT_THAT(Array<bool>(std::vector<bool>{true, false}).slice(), ElementsAre(true, false));
  EXPECT_THAT(RawArray<int>(std::array{7}).slice(), ElementsAre(7));
  EXPECT_EQ(Array<Cell>({{1, 2.0}, {3, 4.0}})[1].value().total, 3);
}

TEST(Array, OfNothingIsAnArray) {
  const Array<int> sut(0);

  EXPECT_EQ(sut.size(), 0u);
  EXPECT_THAT(sut.slice(), IsEmpty());
  EXPECT_THROW((void)sut[0], IndexError);
}

TEST(Array, BadInitialValuesAreNamed) {
  EXPECT_THROW(Array<int>(-1), ValueError);
  EXPECT_EQ(text_of_error([] { Array<signed char>(std::vector{1, 200}); }),
            "Array: 200 does not fit into an item");
  EXPECT_THROW(Array<unsigned>(std::vector{-1}), OverflowError);
  EXPECT_THROW(Array<int>(list{"a"}), TypeError);
  EXPECT_THROW(Array<double>(std::numeric_limits<std::size_t>::max() / 4), OverflowError);
  EXPECT_THAT(text_of_error([] { Array<char>(std::size_t{1} << 50); }),
              HasSubstr("allocate 1125899906842624 bytes of shared memory"));
}

TEST(Array, MemoryThatWasUsedBeforeIsZero) {
  for (int round = 0; round < 3; ++round) {
    Array<int> sut(1000);
    EXPECT_THAT(sut.slice(), testing::Each(0));
    for (auto item : sut) item = -1;
  }
}

TEST(Array, AnIndexBelowZeroCountsFromTheEnd) {
  Array<int> sut(range(10));

  EXPECT_EQ(sut[-1], 9);
  EXPECT_EQ(sut[-10], 0);
  sut[-2] = 80;
  EXPECT_EQ(sut[std::size_t{8}], 80);
}

TEST(Array, AnIndexBeyondIsAnIndexErrorAndChangesNothing) {
  Array<int> sut(range(3), {.name = "cells"});
  const RawArray<int> raw(3);

  EXPECT_EQ(text_of_error([&] { sut[3] = 1; }),
            "Array 'cells': index 3 out of range, it has 3 items");
  EXPECT_THROW((void)sut[-4], IndexError);
  EXPECT_THROW((void)raw[3u], IndexError);
  EXPECT_THROW((void)raw[std::numeric_limits<std::size_t>::max()], IndexError);
  EXPECT_THROW((void)raw[std::numeric_limits<std::ptrdiff_t>::min()], IndexError);
  EXPECT_THAT(sut.slice(), ElementsAre(0, 1, 2));
}

// The rows are what Python prints for list(range(5))[start:stop:step].
TEST(Array, SlicesArePythons) {
  const Array<int> sut(range(5));

  EXPECT_THAT(sut.slice(1, 3), ElementsAre(1, 2));
  EXPECT_THAT(sut.slice(2), ElementsAre(2, 3, 4));
  EXPECT_THAT(sut.slice(std::nullopt, 2), ElementsAre(0, 1));
  EXPECT_THAT(sut.slice(-2), ElementsAre(3, 4));
  EXPECT_THAT(sut.slice(1, -1), ElementsAre(1, 2, 3));
  EXPECT_THAT(sut.slice(-100, 100), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(sut.slice(3, 1), IsEmpty());
  EXPECT_THAT(sut.slice(7, 9), IsEmpty());
  EXPECT_THAT(sut.slice({}, {}, 2), ElementsAre(0, 2, 4));
  EXPECT_THAT(sut.slice(1, {}, 3), ElementsAre(1, 4));
  EXPECT_THAT(sut.slice({}, {}, -1), ElementsAre(4, 3, 2, 1, 0));
  EXPECT_THAT(sut.slice(3, 0, -2), ElementsAre(3, 1));
  EXPECT_THAT(sut.slice(100, -100, -3), ElementsAre(4, 1));
  EXPECT_THAT(sut.slice(0, 5, std::numeric_limits<std::ptrdiff_t>::max()), ElementsAre(0));
  EXPECT_THAT(sut.slice({}, {}, std::numeric_limits<std::ptrdiff_t>::min()), ElementsAre(4));
  EXPECT_THROW((void)sut.slice({}, {}, 0), ValueError);
}

TEST(Array, ASliceIsReplacedByAsManyItems) {
  Array<int> sut(range(6), {.name = "cells"});

  sut.set_slice(1, 3, {10, 20});
  sut.set_slice(-1, {}, std::vector{50});
  EXPECT_THAT(sut.slice(), ElementsAre(0, 10, 20, 3, 4, 50));
  sut.assign(range(6));
  EXPECT_THAT(sut.slice(), ElementsAre(0, 1, 2, 3, 4, 5));
  sut.set_slice(0, 5, sut.get_obj().subspan(1));  // it may be its own memory
  EXPECT_THAT(sut.slice(), ElementsAre(1, 2, 3, 4, 5, 5));

  EXPECT_EQ(text_of_error([&] { sut.set_slice(0, 2, {1}); }),
            "Array 'cells': can only assign a sequence of the same size, not 1 items to 2");
  EXPECT_THROW(sut.assign({1}), ValueError);
}

TEST(Array, EachItemIsChangedInOneStep) {
  Array<int> sut(4);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&sut] {
        for (int j = 0; j < 20'000; ++j) ++sut[j % 4];
      });
    }
  }

  EXPECT_THAT(sut.slice(), testing::Each(20'000));
}

TEST(Array, ItemsAreReadAndWrittenInALoop) {
  Array<int> sut(range(4));

  for (auto item : sut) item = item * item;
  sut[0] = sut[3];
  int sum = 0;
  for (const int item : sut) sum += item;

  EXPECT_EQ(sum, 9 + 1 + 4 + 9);
  EXPECT_THAT(std::vector<int>(sut.begin(), sut.end()), ElementsAre(9, 1, 4, 9));
}

TEST(Array, TheObjectIsPlainMemory) {
  Array<int> sut({3, 1, 2});
  {
    const std::scoped_lock guard(sut);
    std::ranges::sort(sut.get_obj());
  }

  EXPECT_THAT(sut.slice(), ElementsAre(1, 2, 3));
}

TEST(Array, WithoutLockHasNeitherLockNorObject) {
  const Array<int> sut(3, false);

  EXPECT_THROW((void)sut.get_lock(), AttributeError);
  EXPECT_THROW((void)sut.get_obj(), AttributeError);
  EXPECT_EQ(sut[0], 0);
}

TEST(Array, OfCharHasAValueAndARaw) {
  using std::string_view_literals::operator""sv;
  Array<char> sut("hello world", Lock());
  EXPECT_EQ(sut.size(), 11u);
  EXPECT_EQ(sut.value(), "hello world");

  sut.set_value("bye");
  EXPECT_EQ(sut.value(), "bye");
  EXPECT_EQ(sut.raw(), "bye\0o world"sv);
  sut.set_raw("BY");
  EXPECT_EQ(sut.raw(), "BYe\0o world"sv);
  sut.set_value("exactly so!");
  EXPECT_EQ(sut.value(), "exactly so!");
  EXPECT_THROW(sut.set_value("much too long"), ValueError);
  EXPECT_THROW(sut.set_raw("much too long"), ValueError);
  EXPECT_EQ(sut.value(), "exactly so!");
  EXPECT_EQ(RawArray<char>(20).value(), "");
}

TEST(RawArray, ItemsAreReferencesIntoSharedMemory) {
  RawArray<Cell> cells(16);
  support::ChildScope child([&] {
    cells[3].total += 1;
    cells[-1].share = 0.5;
    return 0;
  });
  EXPECT_TRUE(child.wait().ok()) << child.wait().text();

  EXPECT_EQ(cells[3].total, 1);
  EXPECT_EQ(cells.span()[15].share, 0.5);
  EXPECT_EQ(&cells[0], cells.data());
}

TEST(RawArray, IsAsGoodAsAStandardContainerForAlgorithms) {
  RawArray<int> sut(100);

  std::iota(sut.begin(), sut.end(), 1);

  EXPECT_EQ(std::accumulate(sut.begin(), sut.end(), 0), 5050);
}

}  // namespace
}  // namespace mp
