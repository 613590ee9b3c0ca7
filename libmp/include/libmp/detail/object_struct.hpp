// Pairs, tuples, plain structs and variants to mp::Object and back. Included by
// <libmp/detail/object_convert.hpp>.
#pragma once

#include <libmp/detail/field_count.hpp>
#include <libmp/detail/object_convert.hpp>

#include <cstddef>
#include <exception>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace mp::detail {

// Pairs and tuples: a tuple out; a tuple or a list of that length in.
template <class... Ts>
struct ObjectCodec<std::tuple<Ts...>> {
  static const std::tuple<Ts...>& parts(const std::tuple<Ts...>& items) { return items; }

  static Object to(const std::tuple<Ts...>& items)
    requires(std::constructible_from<Object, const Ts&> && ...)
  {
    return std::apply([](const Ts&... item) { return make_tuple({Object(item)...}); }, items);
  }

  static std::tuple<Ts...> from(const Object& object)
    requires(FromObject<Ts> && ...)
  {
    const std::span<const Object> items = to_sequence(object, "tuple");
    if (items.size() != sizeof...(Ts)) throw_wrong_count("tuple", sizeof...(Ts), items.size());
    return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      return std::tuple<Ts...>{items[kIndex].template as<Ts>()...};
    }(std::make_index_sequence<sizeof...(Ts)>{});
  }
};

template <class A, class B>
struct ObjectCodec<std::pair<A, B>> {
  static auto parts(const std::pair<A, B>& items) { return std::tie(items.first, items.second); }

  static Object to(const std::pair<A, B>& items)
    requires std::constructible_from<Object, const A&> && std::constructible_from<Object, const B&>
  {
    return make_tuple({Object(items.first), Object(items.second)});
  }

  static std::pair<A, B> from(const Object& object)
    requires FromObject<A> && FromObject<B>
  {
    auto [first, second] = object.as<std::tuple<A, B>>();
    return {std::move(first), std::move(second)};
  }
};

template <class T>
concept ConvertibleField = std::constructible_from<Object, const T&> && FromObject<T>;

template <class Fields>
struct AreConvertible : std::false_type {};
template <class... Ts>
struct AreConvertible<std::tuple<Ts&...>> {
  static constexpr bool value = (ConvertibleField<std::remove_const_t<Ts>> && ...);
};

template <class T>
consteval bool is_plain_struct() {
  if constexpr (requires { typename T::value_type; }) {
    return false;  // std::array
  } else if constexpr (!std::is_aggregate_v<T> || std::is_array_v<T> || std::is_union_v<T> ||
                       std::is_empty_v<T> || !std::is_default_constructible_v<T>) {
    return false;
  } else if constexpr (kFieldCount<T> == 0 || kFieldCount<T> > kMaxFields) {
    return false;
  } else {
    return AreConvertible<FieldsOf<T>>::value;
  }
}

// A struct of up to 16 public members that convert, and without a name in Python (MP_PICKLE_AS): a
// tuple out, for C++ does not tell the names of members; a tuple or a list of that length in. A
// struct that contains its own kind needs a name.
template <class T>
concept HasPythonName = requires(const T* value) { mp_pickled_class(value); };
template <class T>
concept PlainStruct = !HasPythonName<T> && is_plain_struct<T>();

template <PlainStruct T>
struct ObjectCodec<T> {
  static auto parts(const T& value) { return tie_fields(value); }

  static Object to(const T& value) {
    return std::apply([](const auto&... field) { return make_tuple({Object(field)...}); },
                      tie_fields(value));
  }

  static T from(const Object& object) {
    const std::span<const Object> items = to_sequence(object, "tuple");
    if (items.size() != kFieldCount<T>) throw_wrong_count("tuple", kFieldCount<T>, items.size());
    T out{};
    std::size_t at = 0;
    std::apply(
        [&](auto&... field) {
          ((field = items[at++].template as<std::remove_cvref_t<decltype(field)>>()), ...);
        },
        tie_fields(out));
    return out;
  }
};

template <>
struct ObjectCodec<std::monostate> {
  static Object to(const std::monostate&) { return {}; }
  static std::monostate from(const Object& object) {
    if (!object.is_none()) throw_wrong_kind("None", object);
    return {};
  }
};

[[noreturn]] void throw_no_alternative(const Object& object, std::size_t alternatives);

// The value that it holds out. In, the first alternative of the same kind that takes the value; if
// there is none, the first that converts it: True becomes a bool before an int, 1 an int before a
// double.
template <class... Ts>
struct ObjectCodec<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;

  static Object to(const Variant& value)
    requires(std::constructible_from<Object, const Ts&> && ...)
  {
    return std::visit([](const auto& held) { return Object(held); }, value);
  }

  static Variant from(const Object& object)
    requires(ConvertibleField<Ts> && ...)
  {
    std::optional<Variant> out;
    for (const bool same_kind : {true, false}) {
      (try_one<Ts>(object, same_kind, out), ...);
    }
    if (!out.has_value()) throw_no_alternative(object, sizeof...(Ts));
    return *std::move(out);
  }

 private:
  template <class T>
  static void try_one(const Object& object, bool same_kind, std::optional<Variant>& out) {
    if (out.has_value()) return;
    try {
      T value = object.as<T>();
      if (same_kind && Object(value).kind() != object.kind()) return;
      out.emplace(std::in_place_type<T>, std::move(value));
    } catch (const std::exception&) {
      // not this one
    }
  }
};

}  // namespace mp::detail
