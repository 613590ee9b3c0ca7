// What MP_PICKLE_AS leaves behind, and how such a type becomes an Object and comes back. Included
// by <libmp/pickle.hpp>.
#pragma once

#include <libmp/object.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

// value.x, value.y, ... for up to 64 names.
#define MP_DETAIL_PARENS ()
#define MP_DETAIL_EXPAND(...) \
  MP_DETAIL_EXPAND3(MP_DETAIL_EXPAND3(MP_DETAIL_EXPAND3(MP_DETAIL_EXPAND3(__VA_ARGS__))))
#define MP_DETAIL_EXPAND3(...) \
  MP_DETAIL_EXPAND2(MP_DETAIL_EXPAND2(MP_DETAIL_EXPAND2(MP_DETAIL_EXPAND2(__VA_ARGS__))))
#define MP_DETAIL_EXPAND2(...) \
  MP_DETAIL_EXPAND1(MP_DETAIL_EXPAND1(MP_DETAIL_EXPAND1(MP_DETAIL_EXPAND1(__VA_ARGS__))))
#define MP_DETAIL_EXPAND1(...) __VA_ARGS__
#define MP_DETAIL_MEMBERS(...) __VA_OPT__(MP_DETAIL_EXPAND(MP_DETAIL_MEMBER(__VA_ARGS__)))
#define MP_DETAIL_MEMBER(first, ...) \
  value.first __VA_OPT__(, MP_DETAIL_NEXT_MEMBER MP_DETAIL_PARENS(__VA_ARGS__))
#define MP_DETAIL_NEXT_MEMBER() MP_DETAIL_MEMBER

namespace mp::detail {

// A class of Python's and the names of the attributes that a type of C++ shares with it.
class PickledClass {
 public:
  // `path`: "geometry.Point", or "geometry:Outer.Inner" for a class inside another. `names`: "x,
  // y". Lives for ever.
  static const PickledClass& make(std::string_view path, std::string_view names);

  [[nodiscard]] const Object& type() const noexcept { return class_; }
  [[nodiscard]] const std::vector<Object>& names() const noexcept { return names_; }

  // Requires: as many values as names.
  [[nodiscard]] Object instance(std::span<Object> values) const;
  // The values of the attributes, in the order of the names. TypeError if `object` is no instance
  // of this class, or lacks one.
  [[nodiscard]] std::vector<Object> values(const Object& object) const;

 private:
  PickledClass(Object cls, std::vector<Object> names);

  [[nodiscard]] bool read_state(const Object& state, std::vector<Object>* out) const;

  Object class_;
  std::vector<Object> names_;
};

template <class T>
concept PickledAs = requires(T& value) {
  { mp_pickled_class(static_cast<const T*>(nullptr)) } -> std::same_as<const PickledClass&>;
  mp_pickled_members(value);
};

template <PickledAs T>
struct ObjectCodec<T> {
  static Object to(const T& value) {
    auto values =
        std::apply([](const auto&... member) { return std::vector<Object>{Object(member)...}; },
                   mp_pickled_members(value));
    return mp_pickled_class(static_cast<const T*>(nullptr)).instance(values);
  }

  static T from(const Object& object) {
    const std::vector<Object> values =
        mp_pickled_class(static_cast<const T*>(nullptr)).values(object);
    T out{};
    std::size_t at = 0;
    std::apply(
        [&](auto&... member) {
          ((member = values[at++].as<std::remove_cvref_t<decltype(member)>>()), ...);
        },
        mp_pickled_members(out));
    return out;
  }
};

}  // namespace mp::detail
