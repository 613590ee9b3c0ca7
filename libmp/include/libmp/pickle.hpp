// Pickles with all their options, straight from values of C++, and for types of your own that
// Python knows as classes.
#pragma once

#include <libmp/detail/pickle_as.hpp>
#include <libmp/detail/pickle_writer.hpp>
#include <libmp/object.hpp>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

// To meet Python by class name. Beside the struct, in its namespace:
//
//   struct Point { double x = 0, y = 0; };
//   MP_PICKLE_AS(Point, "geometry.Point", x, y)
//
// A Point then is an mp::Object like any other value: in Python an instance of geometry.Point, made
// without calling __init__, that has the attributes x and y. In the other direction any instance of
// that class will do that has them in its __dict__ or __slots__, or has two arguments. Attributes
// that are not named are left out. The struct must have a default constructor.
#define MP_PICKLE_AS(Type, path, ...)                                         \
  [[maybe_unused]] inline const ::mp::detail::PickledClass& mp_pickled_class( \
      const Type* /*for overload resolution*/) {                              \
    static const ::mp::detail::PickledClass& cls =                            \
        ::mp::detail::PickledClass::make(path, #__VA_ARGS__);                 \
    return cls;                                                               \
  }                                                                           \
  [[maybe_unused]] inline auto mp_pickled_members(Type& value) {              \
    return ::std::tie(MP_DETAIL_MEMBERS(__VA_ARGS__));                        \
  }                                                                           \
  [[maybe_unused]] inline auto mp_pickled_members(const Type& value) {        \
    return ::std::tie(MP_DETAIL_MEMBERS(__VA_ARGS__));                        \
  }

namespace mp {

struct PickleOptions {
  int protocol = 4;  // 0 to 5; ValueError otherwise
  // Protocol 5 only: called with each PickleBuffer. False: its bytes are left out, and the reader
  // must be given them beside the pickle.
  std::function<bool(const Object& buffer)> buffer_callback = {};
};

// Fails as dumps(object, protocol).
std::string dumps(const Object& object, const PickleOptions& options);
// `buffers`: what the writer's buffer_callback was called with, in that order. They are shared, not
// copied.
Object loads(std::span<const std::byte> pickle, std::span<const Object> buffers);
Object loads(std::string_view pickle, std::span<const Object> buffers);

// The bytes of dumps(Object(value), protocol), without making an Object: numbers, texts,
// containers, tuples and structs are written as they are met.
template <detail::PickledDirectly T>
std::string dumps(const T& value, int protocol = 4) {
  return detail::dumps_value(value, protocol);
}

// The value as a C++ type. Fails as loads() and Object::as().
template <class T>
T loads(std::span<const std::byte> pickle) {
  return loads(pickle).template as<T>();
}
template <class T>
T loads(std::string_view pickle) {
  return loads(pickle).template as<T>();
}

}  // namespace mp
