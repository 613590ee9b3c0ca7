// How many members an aggregate has, and a tuple of references to them: what lets plain structs
// travel without a line of code from their author.
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace mp::detail {

inline constexpr std::size_t kMaxFields = 16;
inline constexpr std::size_t kMaxInitializers = 4 * kMaxFields;  // members of arrays counted singly

// Stands for "a value of whatever type the member has"; never for the aggregate itself, or T{any}
// would read as a copy. The conversions here are asked for, never run.
template <class Aggregate>
struct AnyValue {
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Aggregate> &&
             !std::is_base_of_v<std::remove_cvref_t<T>, Aggregate>)
  operator T() const noexcept {
    __builtin_unreachable();
  }
};

template <class T, std::size_t>
using AnyAt = AnyValue<T>;

template <class Aggregate>
struct AnyBase {
  template <class T>
    requires(!std::is_same_v<T, Aggregate> && std::is_base_of_v<T, Aggregate>)
  operator T() const noexcept {
    __builtin_unreachable();
  }
};

template <class T, std::size_t kCount>
consteval bool takes_initializers() {
  return []<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    return requires { T{AnyAt<T, kIndex>{}...}; };
  }(std::make_index_sequence<kCount>{});
}

// T{any x before, {any x nested}, any x after}
template <class T, std::size_t kBefore, std::size_t kNested, std::size_t kAfter>
consteval bool takes_nested() {
  return []<std::size_t... kB, std::size_t... kN, std::size_t... kA>(
             std::index_sequence<kB...>, std::index_sequence<kN...>, std::index_sequence<kA...>) {
    return requires { T{AnyAt<T, kB>{}..., {AnyAt<T, kN>{}...}, AnyAt<T, kA>{}...}; };
  }(std::make_index_sequence<kBefore>{}, std::make_index_sequence<kNested>{},
         std::make_index_sequence<kAfter>{});
}

// The next number of initializers after kCount that T takes; 0: there is none. A gap comes of
// members that must be given, for they have no default constructor; each of them has a size.
template <class T, std::size_t kCount, std::size_t kAhead = 1>
consteval std::size_t next_initializer_count() {
  if constexpr (takes_initializers<T, kCount + kAhead>()) {
    return kCount + kAhead;
  } else if constexpr (kAhead >= kMaxFields || kCount + kAhead >= sizeof(T)) {
    return 0;
  } else {
    return next_initializer_count<T, kCount, kAhead + 1>();
  }
}

// The largest number of initializers. Braces may be left out, so a member `int a[3]` takes three.
template <class T, std::size_t kCount = 0>
consteval std::size_t initializer_count() {
  if constexpr (kCount >= kMaxInitializers) {
    return kMaxInitializers;
  } else if constexpr (constexpr std::size_t kNext = next_initializer_count<T, kCount>();
                       kNext == 0) {
    return kCount;
  } else {
    return initializer_count<T, kNext>();
  }
}

// How many of the flat initializers the member at `kAt` consumes: more than one if it is an array,
// recognised by the fact that braces around so many leave exactly the rest.
template <class T, std::size_t kTotal, std::size_t kAt, std::size_t kSize = 2>
consteval std::size_t initializers_of_field() {
  if constexpr (kAt + kSize > kTotal) {
    return 1;
  } else if constexpr (takes_nested<T, kAt, kSize, kTotal - kAt - kSize>() &&
                       !takes_nested<T, kAt, kSize, kTotal - kAt - kSize + 1>()) {
    return kSize;
  } else {
    return initializers_of_field<T, kTotal, kAt, kSize + 1>();
  }
}

template <class T, std::size_t kTotal, std::size_t kAt = 0>
consteval std::size_t count_fields() {
  if constexpr (kAt >= kTotal) {
    return 0;
  } else {
    return 1 + count_fields<T, kTotal, kAt + initializers_of_field<T, kTotal, kAt>()>();
  }
}

template <class T, std::size_t kTotal>
consteval bool takes_base() {
  return []<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    return requires { T{AnyBase<T>{}, AnyAt<T, kIndex>{}...}; };
  }(std::make_index_sequence<(kTotal == 0 ? 0 : kTotal - 1)>{});
}

// kMaxFields + 1 if the members cannot be counted: too many, or a base class.
template <class T>
consteval std::size_t field_count() {
  constexpr std::size_t kTotal = initializer_count<T>();
  constexpr bool kHasBase = takes_base<T, kTotal>();
  if constexpr (kHasBase || kTotal >= kMaxInitializers || (kTotal == 0 && !std::is_empty_v<T>)) {
    return kMaxFields + 1;
  } else {
    constexpr std::size_t kCount = count_fields<T, kTotal>();
    return kCount > kMaxFields ? kMaxFields + 1 : kCount;
  }
}

template <class T>
inline constexpr std::size_t kFieldCount = field_count<T>();

// Asks of each member by its type only, so that bit-fields do no harm: is there one for which
// Property<Member>::value holds? Knows the first kMaxInitializers.
template <class Aggregate, template <class> class Property>
struct AnyValueWith {
  template <class T>
    requires(!std::is_same_v<std::remove_cvref_t<T>, Aggregate> && Property<T>::value)
  operator T() const noexcept {
    __builtin_unreachable();
  }
};

template <class T, template <class> class Property>
consteval bool any_field() {
  constexpr std::size_t kTotal = initializer_count<T>();
  constexpr auto kAt = []<std::size_t kWhere>() {
    return []<std::size_t... kB, std::size_t... kA>(std::index_sequence<kB...>,
                                                    std::index_sequence<kA...>) {
      return requires { T{AnyAt<T, kB>{}..., AnyValueWith<T, Property>{}, AnyAt<T, kA>{}...}; };
    }(std::make_index_sequence<kWhere>{}, std::make_index_sequence<kTotal - kWhere - 1>{});
  };
  return [&]<std::size_t... kWhere>(std::index_sequence<kWhere...>) {
    return (kAt.template operator()<kWhere>() || ...);
  }(std::make_index_sequence<kTotal>{});
}

// References to the members of an aggregate, const if it is const.
template <class T>
constexpr auto tie_fields(T& value) noexcept {
  constexpr std::size_t kCount = kFieldCount<std::remove_cv_t<T>>;
  static_assert(kCount <= kMaxFields);
  // clang-format off
  if constexpr (kCount == 0) { return std::tie(); }
#define MP_TIE(count, ...) \
  else if constexpr (kCount == count) { auto& [__VA_ARGS__] = value; return std::tie(__VA_ARGS__); }
  MP_TIE(1, a)
  MP_TIE(2, a, b)
  MP_TIE(3, a, b, c)
  MP_TIE(4, a, b, c, d)
  MP_TIE(5, a, b, c, d, e)
  MP_TIE(6, a, b, c, d, e, f)
  MP_TIE(7, a, b, c, d, e, f, g)
  MP_TIE(8, a, b, c, d, e, f, g, h)
  MP_TIE(9, a, b, c, d, e, f, g, h, i)
  MP_TIE(10, a, b, c, d, e, f, g, h, i, j)
  MP_TIE(11, a, b, c, d, e, f, g, h, i, j, k)
  MP_TIE(12, a, b, c, d, e, f, g, h, i, j, k, l)
  MP_TIE(13, a, b, c, d, e, f, g, h, i, j, k, l, m)
  MP_TIE(14, a, b, c, d, e, f, g, h, i, j, k, l, m, n)
  MP_TIE(15, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o)
  MP_TIE(16, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p)
#undef MP_TIE
  // clang-format on
}

template <class T>
using FieldsOf = decltype(tie_fields(std::declval<T&>()));

}  // namespace mp::detail
