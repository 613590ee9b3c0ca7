// What else Python's multiprocessing.sharedctypes has: copy, synchronized, and types by their
// codes.
#pragma once

#include <libmp/array.hpp>
#include <libmp/raw_array.hpp>
#include <libmp/raw_value.hpp>
#include <libmp/value.hpp>

#include <source_location>
#include <utility>

namespace mp {

// Another object in shared memory, with the value that this one has now; it is read under the lock
// if it has one. OSError when there is no shared memory left.
template <class T>
RawValue<T> copy(const RawValue<T>& value,
                 std::source_location site = std::source_location::current()) {
  return RawValue<T>(value.value(), site);
}
template <class T>
RawArray<T> copy(const RawArray<T>& array,
                 std::source_location site = std::source_location::current()) {
  return RawArray<T>(array.span(), {}, site);
}
template <class T>
RawValue<T> copy(const Value<T>& value,
                 std::source_location site = std::source_location::current()) {
  return RawValue<T>(value.value(), site);
}
template <class T>
RawArray<T> copy(const Array<T>& array,
                 std::source_location site = std::source_location::current()) {
  return RawArray<T>(array.slice(), {}, site);
}

// The same object, with a lock: an RLock of its own, or one that exists already. What goes by
// `raw` does not take it.
template <class T, detail::SharedOptionsLike Options = SharedOptions>
Value<T> synchronized(const RawValue<T>& raw, Options options = {},
                      std::source_location site = std::source_location::current()) {
  SharedOptions given = detail::shared_options(std::move(options));
  return Value<T>(raw, ValueLock(std::move(given.lock),
                                 detail::block_lock_name("Value", given.name, site), site));
}
template <class T, detail::SharedOptionsLike Options = SharedOptions>
Array<T> synchronized(const RawArray<T>& raw, Options options = {},
                      std::source_location site = std::source_location::current()) {
  SharedOptions given = detail::shared_options(std::move(options));
  return Array<T>(raw, ValueLock(std::move(given.lock),
                                 detail::block_lock_name("Array", given.name, site), site));
}

namespace detail {

template <char kCode>
struct TypeOfCode;  // no such typecode
template <>
struct TypeOfCode<'c'> {
  using type = char;
};
template <>
struct TypeOfCode<'u'> {
  using type = wchar_t;
};
template <>
struct TypeOfCode<'b'> {
  using type = signed char;
};
template <>
struct TypeOfCode<'B'> {
  using type = unsigned char;
};
template <>
struct TypeOfCode<'h'> {
  using type = short;
};
template <>
struct TypeOfCode<'H'> {
  using type = unsigned short;
};
template <>
struct TypeOfCode<'i'> {
  using type = int;
};
template <>
struct TypeOfCode<'I'> {
  using type = unsigned int;
};
template <>
struct TypeOfCode<'l'> {
  using type = long;
};
template <>
struct TypeOfCode<'L'> {
  using type = unsigned long;
};
template <>
struct TypeOfCode<'q'> {
  using type = long long;
};
template <>
struct TypeOfCode<'Q'> {
  using type = unsigned long long;
};
template <>
struct TypeOfCode<'f'> {
  using type = float;
};
template <>
struct TypeOfCode<'d'> {
  using type = double;
};

}  // namespace detail

// The type that a typecode of Python's array module stands for:
// mp::Value<mp::typecode<'d'>> num(0.0).
template <char kCode>
using typecode = typename detail::TypeOfCode<kCode>::type;

}  // namespace mp
