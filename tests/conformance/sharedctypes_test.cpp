// CPython's tests of sharedctypes: _TestSharedCTypes.
#include "every_method.hpp"
#include <libmp/libmp.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include <gtest/gtest.h>

namespace {

using conformance::expect_ended_well;
using conformance::for_each_method;

struct Foo {
  int x = 0;
  double y = 0;
  std::int64_t z = 0;
};

// With lock=false Python makes raw objects, with lock=true wrappers of them.
template <template <class> class AnyValue, template <class> class AnyArray>
struct Things {
  AnyValue<int> x;
  AnyValue<double> y;
  AnyValue<std::int64_t> z;
  AnyValue<Foo> foo;
  AnyArray<double> arr;
  AnyArray<char> string;
};

// Members are reached under the lock where there is one.
template <class Change>
void update(mp::RawValue<Foo>& foo, Change&& change) {
  change(foo.value());
}
template <class Change>
void update(mp::Value<Foo>& foo, Change&& change) {
  foo.update(change);
}

template <template <class> class AnyValue, template <class> class AnyArray>
void double_all(Things<AnyValue, AnyArray> all) {
  all.x = all.x.value() * 2;
  all.y = all.y.value() * 2;
  all.z = all.z.value() * 2;
  update(all.foo, [](Foo& foo) {
    foo.x *= 2;
    foo.y *= 2;
  });
  for (auto&& item : all.arr) item = item * 2;
  all.string.set_value(all.string.value() + all.string.value());
}

template <template <class> class AnyValue, template <class> class AnyArray>
void expect_doubled_by_a_child(const mp::Context& ctx, Things<AnyValue, AnyArray> all) {
  all.string.set_value("hello");
  mp::Process child = ctx.Process(double_all<AnyValue, AnyArray>, all);
  child.start();
  expect_ended_well(child);

  EXPECT_EQ(all.x.value(), 14);
  EXPECT_NEAR(all.y.value(), 2.0 / 3.0, 1e-12);
  EXPECT_EQ(all.z.value(), std::int64_t{1} << 34);
  EXPECT_EQ(all.foo.value().x, 6);
  EXPECT_NEAR(all.foo.value().y, 4.0, 1e-12);
  for (int i = 0; i < 10; ++i) EXPECT_NEAR(all.arr[i], i * 2, 1e-12);
  EXPECT_EQ(all.string.value(), "hellohello");
}

constexpr std::int64_t kBig = std::int64_t{1} << 33;

TEST(TestSharedCTypes, test_sharedctypes) {
  for_each_method([](const mp::Context& ctx) {
    expect_doubled_by_a_child<mp::RawValue, mp::RawArray>(
        ctx, {ctx.RawValue<int>(7), ctx.RawValue<double>(1.0 / 3.0),
              ctx.RawValue<std::int64_t>(kBig), ctx.RawValue<Foo>({3, 2, 0}),
              ctx.RawArray<double>(mp::range(10)), ctx.RawArray<char>(20)});
    expect_doubled_by_a_child<mp::Value, mp::Array>(
        ctx, {ctx.Value<int>(7, false), ctx.Value<double>(1.0 / 3.0, false),
              ctx.Value<std::int64_t>(kBig, false), ctx.Value<Foo>({3, 2, 0}, false),
              ctx.Array<double>(mp::range(10), false), ctx.Array<char>(20, false)});
  });
}

TEST(TestSharedCTypes, test_synchronize) {
  for_each_method([](const mp::Context& ctx) {
    expect_doubled_by_a_child<mp::Value, mp::Array>(
        ctx, {ctx.Value<int>(7, true), ctx.Value<double>(1.0 / 3.0, true),
              ctx.Value<std::int64_t>(kBig, true), ctx.Value<Foo>({3, 2, 0}, true),
              ctx.Array<double>(mp::range(10), true), ctx.Array<char>(20, true)});
  });
}

TEST(TestSharedCTypes, test_copy) {
  const mp::RawValue<Foo> foo(Foo{2, 5.0, kBig});
  const mp::RawValue<Foo> bar = mp::copy(foo);

  foo.value() = {0, 0, 0};

  EXPECT_EQ(bar->x, 2);
  EXPECT_NEAR(bar->y, 5.0, 1e-12);
  EXPECT_EQ(bar->z, kBig);
}

}  // namespace
