// Whether a value can be sent to a process that shares no memory with this one, and if not, why.
// Asked of the target and the arguments of a Process: under fork it does not matter, under spawn
// and forkserver it does.
#pragma once

#include <libmp/detail/archive_code.hpp>
#include <libmp/serialize.hpp>

#include <concepts>
#include <string_view>
#include <type_traits>

namespace mp::detail {

enum class Obstacle : unsigned char {
  None,
  Closure,     // a lambda that captures: its members cannot be named
  Pointer,     // it, or a part of it, is an address in this process
  Unknown,     // nothing says what it consists of
  Unreadable,  // it cannot be made anew: no default constructor
};

// By the compilers' names: "main()::<lambda(int)>" and "(lambda at main.cpp:3:4)", outside of any
// template's brackets.
template <class T>
consteval bool is_closure() {
  std::string_view type = __PRETTY_FUNCTION__;
  type.remove_prefix(type.find("T = ") + 4);
  std::size_t at = type.rfind("<lambda(");
  if (at == std::string_view::npos) at = type.rfind("(lambda at ");
  if (at == std::string_view::npos) return false;
  int depth = 0;
  for (const char c : type.substr(0, at)) depth += c == '<' ? 1 : c == '>' ? -1 : 0;
  return depth == 0;
}

template <class T>
consteval Obstacle obstacle();

template <class T>
struct HasObstacle {
  static constexpr bool value = obstacle<std::remove_cvref_t<T>>() != Obstacle::None;
};

// What containers and their kin consist of.
template <class T>
struct PartsOf {};
template <class T, std::size_t kSize>
struct PartsOf<T[kSize]> {
  using type = std::tuple<T>;
};
template <class T, std::size_t kSize>
struct PartsOf<std::array<T, kSize>> {
  using type = std::tuple<T>;
};
template <class T>
struct PartsOf<std::optional<T>> {
  using type = std::tuple<T>;
};
template <class T>
struct PartsOf<std::unique_ptr<T>> {
  using type = std::tuple<T>;
};
template <class A, class B>
struct PartsOf<std::pair<A, B>> {
  using type = std::tuple<A, B>;
};
template <class... Ts>
struct PartsOf<std::tuple<Ts...>> {
  using type = std::tuple<Ts...>;
};
template <class... Ts>
struct PartsOf<std::variant<Ts...>> {
  using type = std::tuple<Ts...>;
};
template <Container T>
struct PartsOf<T> {
  using type = std::tuple<typename Readable<typename T::value_type>::type>;
};

template <class... Ts>
consteval Obstacle first_obstacle(std::type_identity<std::tuple<Ts...>>) {
  Obstacle found = Obstacle::None;
  ((found = found == Obstacle::None ? obstacle<std::remove_cv_t<Ts>>() : found), ...);
  return found;
}

template <class T>
consteval Obstacle obstacle() {
  if constexpr (HasUserCode<T>) {
    return Obstacle::None;
  } else if constexpr (kIsFunction<T>) {
    return Obstacle::None;
  } else if constexpr (std::is_class_v<T> && is_closure<T>()) {
    return std::is_empty_v<T> && std::default_initializable<T> ? Obstacle::None : Obstacle::Closure;
  } else if constexpr (kIsPointer<T>) {
    return Obstacle::Pointer;
  } else if constexpr (std::derived_from<T, Object>) {
    return Obstacle::None;
  } else if constexpr (requires { typename PartsOf<T>::type; }) {
    return first_obstacle(std::type_identity<typename PartsOf<T>::type>{});
  } else if constexpr (std::same_as<T, bool> || Blittable<T>) {
    return Obstacle::None;
  } else if constexpr (!requires { typename Archiver<T>::IsPrimary; }) {
    return Obstacle::None;  // it has a way of its own: Lock, Queue, Connection, ...
  } else if constexpr (Memberwise<T>) {
    if (HoldsForeignPointer<T>::value) return Obstacle::Pointer;
    return any_field<T, HasObstacle>() ? Obstacle::Unknown : Obstacle::None;
  } else {
    return Obstacle::Unknown;
  }
}

template <class T>
concept Travels = obstacle<T>() == Obstacle::None;

}  // namespace mp::detail
