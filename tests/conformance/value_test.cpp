// CPython's tests of shared values: _TestValue.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <concepts>
#include <cstdint>

#include <gtest/gtest.h>

namespace {

using conformance::expect_ended_well;
using conformance::for_each_method;

template <template <class> class Kind>
struct Values {
  Kind<int> i;
  Kind<double> d;
  Kind<short> h;
  Kind<std::int64_t> q;
  Kind<char> c;
};

template <template <class> class Kind>
void change(Values<Kind> values) {
  values.i = 24234;
  values.d = -4.25;
  values.h = 234;
  values.q = std::int64_t{1} << 34;
  values.c = 'y';
}

template <template <class> class Kind>
void expect_changes_of_a_child(const mp::Context& ctx, const Values<Kind>& values) {
  EXPECT_EQ(values.i.value(), 4343);
  EXPECT_EQ(values.d.value(), 3.625);
  EXPECT_EQ(values.h.value(), -232);
  EXPECT_EQ(values.q.value(), std::int64_t{1} << 33);
  EXPECT_EQ(values.c.value(), 'x');

  mp::Process child = ctx.Process(change<Kind>, values);
  child.start();
  expect_ended_well(child);

  EXPECT_EQ(values.i.value(), 24234);
  EXPECT_EQ(values.d.value(), -4.25);
  EXPECT_EQ(values.h.value(), 234);
  EXPECT_EQ(values.q.value(), std::int64_t{1} << 34);
  EXPECT_EQ(values.c.value(), 'y');
}

TEST(TestValue, test_value) {
  for_each_method([](const mp::Context& ctx) {
    expect_changes_of_a_child<mp::Value>(
        ctx, {ctx.Value<int>(4343), ctx.Value<double>(3.625), ctx.Value<short>(-232),
              ctx.Value<std::int64_t>(std::int64_t{1} << 33), ctx.Value<char>('x')});
  });
}

TEST(TestValue, test_rawvalue) {
  for_each_method([](const mp::Context& ctx) {
    expect_changes_of_a_child<mp::RawValue>(
        ctx, {ctx.RawValue<int>(4343), ctx.RawValue<double>(3.625), ctx.RawValue<short>(-232),
              ctx.RawValue<std::int64_t>(std::int64_t{1} << 33), ctx.RawValue<char>('x')});
  });
}

template <class T>
concept HasAccessors = requires(T value) {
  value.get_lock();
  value.get_obj();
};
template <class T, class Lock>
concept TakesLock = requires(Lock lock) { T(5, lock); };

// lock=None is not spelt here: the default says it. lock="navalue" does not compile.
TEST(TestValue, test_getobj_getlock) {
  static_assert(HasAccessors<mp::Value<int>> && !HasAccessors<mp::RawValue<int>>);
  static_assert(TakesLock<mp::Value<int>, mp::RLock> && !TakesLock<mp::Value<int>, const char*>);
  for_each_method([](const mp::Context& ctx) {
    mp::Value<int> val1 = ctx.Value<int>(5);
    EXPECT_TRUE(val1.get_lock().acquire());
    EXPECT_EQ(val1.get_obj(), 5);
    val1.get_lock().release();

    mp::Value<int> val2 = ctx.Value<int>(5, true);
    EXPECT_TRUE(val2.get_lock().exists());
    EXPECT_EQ(val2.get_obj(), 5);

    mp::Lock lock = ctx.Lock();
    mp::Value<int> val3 = ctx.Value<int>(5, lock);
    lock.acquire();
    EXPECT_FALSE(val3.get_lock().acquire(false));
    lock.release();
    EXPECT_EQ(val3.get_obj(), 5);

    mp::Value<int> arr4 = ctx.Value<int>(5, false);
    EXPECT_THROW((void)arr4.get_lock(), mp::AttributeError);
    EXPECT_THROW((void)arr4.get_obj(), mp::AttributeError);
  });
}

}  // namespace
