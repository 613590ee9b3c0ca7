// CPython's tests of shared arrays: _TestArray.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace {

using conformance::expect_ended_well;
using conformance::for_each_method;

template <class Ints>
void sum_up(Ints seq) {
  for (std::size_t i = 1; i < seq.size(); ++i) seq[i] += seq[i - 1];
}

std::vector<int> summed_up(std::vector<int> seq) {
  std::partial_sum(seq.begin(), seq.end(), seq.begin());
  return seq;
}

template <class Ints>
void expect_array(const mp::Context& ctx, Ints arr) {
  std::vector<int> seq = {680, 626, 934, 821, 150, 233, 548, 982, 714, 831};
  EXPECT_EQ(arr.size(), seq.size());
  EXPECT_EQ(arr[3], seq[3]);
  EXPECT_EQ(arr.slice(2, 7), std::vector<int>(seq.begin() + 2, seq.begin() + 7));

  const std::vector<int> four = {1, 2, 3, 4};
  arr.set_slice(4, 8, four);
  std::copy(four.begin(), four.end(), seq.begin() + 4);
  EXPECT_EQ(arr.slice(), seq);

  mp::Process child = ctx.Process(sum_up<Ints>, arr);
  child.start();
  expect_ended_well(child);
  EXPECT_EQ(arr.slice(), summed_up(seq));
}

TEST(TestArray, test_array) {
  for_each_method([](const mp::Context& ctx) {
    expect_array(ctx, ctx.Array<int>({680, 626, 934, 821, 150, 233, 548, 982, 714, 831}));
  });
}

TEST(TestArray, test_rawarray) {
  for_each_method([](const mp::Context& ctx) {
    expect_array(ctx, ctx.RawArray<int>({680, 626, 934, 821, 150, 233, 548, 982, 714, 831}));
  });
}

TEST(TestArray, test_array_from_size) {
  for_each_method([](const mp::Context& ctx) {
    for (int round = 0; round < 3; ++round) {
      mp::Array<int> arr = ctx.Array<int>(10);
      EXPECT_EQ(arr.size(), 10u);
      EXPECT_EQ(arr.slice(), std::vector<int>(10));
      arr.assign(mp::range(10));
      EXPECT_EQ(arr.slice(), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    }
  });
}

template <class T>
concept HasAccessors = requires(T array) {
  array.get_lock();
  array.get_obj();
};
template <class T, class Lock>
concept TakesLock = requires(Lock lock) { T(5, lock); };

TEST(TestArray, test_getobj_getlock_obj) {
  static_assert(HasAccessors<mp::Array<int>> && !HasAccessors<mp::RawArray<int>>);
  static_assert(TakesLock<mp::Array<int>, mp::RLock> && !TakesLock<mp::Array<int>, const char*>);
  for_each_method([](const mp::Context& ctx) {
    mp::Array<int> arr1 = ctx.Array<int>(mp::range(10));
    EXPECT_TRUE(arr1.get_lock().exists());
    EXPECT_EQ(arr1.get_obj().size(), 10u);

    mp::Array<int> arr2 = ctx.Array<int>(mp::range(10), true);
    EXPECT_TRUE(arr2.get_lock().exists());
    EXPECT_EQ(arr2.get_obj()[9], 9);

    mp::Lock lock = ctx.Lock();
    mp::Array<int> arr3 = ctx.Array<int>(mp::range(10), lock);
    lock.acquire();
    EXPECT_FALSE(arr3.get_lock().acquire(false));
    EXPECT_EQ(arr3.get_obj()[9], 9);
    lock.release();

    mp::Array<int> arr4 = ctx.Array<int>(mp::range(10), false);
    EXPECT_THROW((void)arr4.get_lock(), mp::AttributeError);
    EXPECT_THROW((void)arr4.get_obj(), mp::AttributeError);
  });
}

}  // namespace
