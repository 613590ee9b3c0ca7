// C++ values to mp::Object and back: numbers with range check, texts, bytes, containers, optional.
// Included by <libmp/object.hpp>.
#pragma once

#include <libmp/object.hpp>

#include <array>
#include <complex>
#include <deque>
#include <limits>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace mp::detail {

// "expected int, got str ('hello')"
[[noreturn]] void throw_wrong_kind(std::string_view expected, const Object& actual);
// "int 300 does not fit into a signed 8-bit integer"
[[noreturn]] void throw_out_of_range(const Object& actual, bool is_signed, std::size_t bits);
// "expected a tuple of 2 items, got 3"
[[noreturn]] void throw_wrong_count(std::string_view what, std::size_t expected,
                                    std::size_t actual);

// An int or bool within the given range; the bounds are those of the target type.
std::int64_t to_signed(const Object& object, std::int64_t low, std::int64_t high, std::size_t bits);
std::uint64_t to_unsigned(const Object& object, std::uint64_t high, std::size_t bits);
double to_double(const Object& object);  // float, int or bool
float to_float(const Object& object);    // the same, within the range of float
bool to_bool(const Object& object);      // bool only
std::span<const Object> to_sequence(const Object& object, std::string_view expected);
std::vector<std::pair<Object, Object>> to_pairs(const Object& object);
std::complex<double> to_complex(const Object& object);  // complex, float, int or bool

Object make_bytes(std::span<const std::byte> data);
Object make_list(std::vector<Object> items);
Object make_tuple(std::vector<Object> items);
Object make_dict(std::vector<std::pair<Object, Object>> items);
Object make_set(std::vector<Object> items);
Object make_frozenset(std::vector<Object> items);
Object make_complex(std::complex<double> value);

template <>
struct ObjectCodec<Object> {
  static Object from(const Object& object) { return object; }
};

template <>
struct ObjectCodec<std::nullptr_t> {
  static std::nullptr_t from(const Object& object) {
    if (!object.is_none()) throw_wrong_kind("None", object);
    return nullptr;
  }
};

template <>
struct ObjectCodec<bool> {
  static bool from(const Object& object) { return to_bool(object); }
};

template <Integer T>
struct ObjectCodec<T> {
  static T from(const Object& object) {
    using Limits = std::numeric_limits<T>;
    if constexpr (std::signed_integral<T>) {
      return static_cast<T>(to_signed(object, Limits::min(), Limits::max(), sizeof(T) * 8));
    } else {
      return static_cast<T>(to_unsigned(object, Limits::max(), sizeof(T) * 8));
    }
  }
};

template <std::floating_point T>
struct ObjectCodec<T> {
  static T from(const Object& object) {
    if constexpr (std::same_as<T, float>) {
      return to_float(object);
    } else {
      return static_cast<T>(to_double(object));
    }
  }
};

template <>
struct ObjectCodec<std::string> {
  static std::string from(const Object& object) { return std::string(object.text()); }
};

// Bytes are of std::byte. A vector of unsigned char is a list of numbers, like any other integer.
template <>
struct ObjectCodec<std::vector<std::byte>> {
  static Object to(const std::vector<std::byte>& data) { return make_bytes(data); }
  static std::vector<std::byte> from(const Object& object) {
    const std::span<const std::byte> view = object.raw_bytes();
    return {view.begin(), view.end()};
  }
};

// Sequences: a list out; a list or a tuple in.
template <class Sequence>
struct SequenceCodec {
  using IsSequence = void;
  using Item = typename Sequence::value_type;

  static Object to(const Sequence& sequence)
    requires std::constructible_from<Object, const Item&>
  {
    return make_list(std::vector<Object>(sequence.begin(), sequence.end()));
  }

  static Sequence from(const Object& object)
    requires FromObject<Item>
  {
    Sequence out;
    for (const Object& item : to_sequence(object, "list")) {
      out.insert(out.end(), item.as<Item>());
    }
    return out;
  }
};

template <class T>
struct ObjectCodec<std::vector<T>> : SequenceCodec<std::vector<T>> {};
template <class T>
struct ObjectCodec<std::deque<T>> : SequenceCodec<std::deque<T>> {};
template <class T>
struct ObjectCodec<std::list<T>> : SequenceCodec<std::list<T>> {};

// Sets: a set out; a set or a frozenset in.
template <class Set>
struct SetCodec {
  using Item = typename Set::value_type;

  static Object to(const Set& set)
    requires std::constructible_from<Object, const Item&>
  {
    return make_set(std::vector<Object>(set.begin(), set.end()));
  }

  static Set from(const Object& object)
    requires FromObject<Item>
  {
    Set out;
    for (const Object& item : object.members()) out.insert(item.as<Item>());
    return out;
  }
};

template <class T>
struct ObjectCodec<std::set<T>> : SetCodec<std::set<T>> {};
template <class T>
struct ObjectCodec<std::unordered_set<T>> : SetCodec<std::unordered_set<T>> {};

template <std::floating_point T>
struct ObjectCodec<std::complex<T>> {
  static Object to(const std::complex<T>& value) {
    return make_complex({static_cast<double>(value.real()), static_cast<double>(value.imag())});
  }
  static std::complex<T> from(const Object& object) {
    return static_cast<std::complex<T>>(to_complex(object));
  }
};

template <class T, std::size_t kSize>
struct ObjectCodec<std::array<T, kSize>> {
  using IsSequence = void;

  static Object to(const std::array<T, kSize>& items)
    requires std::constructible_from<Object, const T&>
  {
    return make_list(std::vector<Object>(items.begin(), items.end()));
  }

  static std::array<T, kSize> from(const Object& object)
    requires FromObject<T>
  {
    const std::span<const Object> items = to_sequence(object, "list");
    if (items.size() != kSize) throw_wrong_count("list", kSize, items.size());
    return [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      return std::array<T, kSize>{items[kIndex].template as<T>()...};
    }(std::make_index_sequence<kSize>{});
  }
};

template <class Map>
struct MapCodec {
  using IsMap = void;
  using Key = typename Map::key_type;
  using Value = typename Map::mapped_type;

  static Object to(const Map& map)
    requires std::constructible_from<Object, const Key&> &&
             std::constructible_from<Object, const Value&>
  {
    return make_dict(std::vector<std::pair<Object, Object>>(map.begin(), map.end()));
  }

  static Map from(const Object& object)
    requires FromObject<Key> && FromObject<Value>
  {
    Map out;
    for (const auto& [key, value] : to_pairs(object)) {
      out.insert_or_assign(key.template as<Key>(), value.template as<Value>());
    }
    return out;
  }
};

template <class K, class V>
struct ObjectCodec<std::map<K, V>> : MapCodec<std::map<K, V>> {};
template <class K, class V>
struct ObjectCodec<std::unordered_map<K, V>> : MapCodec<std::unordered_map<K, V>> {};

// None stands for the absent value, so an optional of an optional would be ambiguous.
template <class T>
struct ObjectCodec<std::optional<T>> {
  using IsOptional = void;

  static Object to(const std::optional<T>& value)
    requires std::constructible_from<Object, const T&>
  {
    return value.has_value() ? Object(*value) : Object();
  }

  static std::optional<T> from(const Object& object)
    requires FromObject<T>
  {
    if (object.is_none()) return std::nullopt;
    return object.as<T>();
  }
};

}  // namespace mp::detail

#include <libmp/detail/object_struct.hpp>
