// The flat archive for the types of the standard library and for mp::Object. Included by
// <libmp/serialize.hpp>.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/object.hpp>

#include <array>
#include <bit>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace mp::detail {

template <class T>
T InArchive::read_new() {
  if constexpr (requires { Archiver<T>::make(*this); }) {
    return Archiver<T>::make(*this);
  } else if constexpr (std::default_initializable<T>) {
    T value{};
    read(value);
    return value;
  } else if constexpr (Blittable<T>) {
    std::array<std::byte, sizeof(T)> copy;
    read_bytes(copy.data(), copy.size());
    return std::bit_cast<T>(copy);
  } else {
    static_assert(Memberwise<T> && !HasUserCode<T>,
                  "Give this type a default constructor: it is filled afterwards.");
    return [this]<class... Fields>(std::type_identity<std::tuple<Fields&...>>) {
      return T{this->template read_new<Fields>()...};  // in the order of the members
    }(std::type_identity<FieldsOf<T>>{});
  }
}

template <class T, std::size_t kSize>
struct Archiver<T[kSize]> {
  static void write(OutArchive& archive, const T (&items)[kSize]) {
    if constexpr (Blittable<T>) {
      archive.write_bytes(items, sizeof items);
    } else {
      for (const T& item : items) archive.write(item);
    }
  }

  static void read(InArchive& archive, T (&items)[kSize]) {
    if constexpr (Blittable<T>) {
      archive.read_bytes(items, sizeof items);
    } else {
      for (T& item : items) archive.read(item);
    }
  }
};

// An array of memory-like items is memory-like itself: that is the primary template's.
template <class T, std::size_t kSize>
  requires(!Blittable<T>)
struct Archiver<std::array<T, kSize>> {
  static void write(OutArchive& archive, const std::array<T, kSize>& items) {
    for (const T& item : items) archive.write(item);
    if constexpr (kSize == 0) archive.buffer().push_back(std::byte{0});
  }

  static void read(InArchive& archive, std::array<T, kSize>& items) {
    for (T& item : items) archive.read(item);
    if constexpr (kSize == 0) archive.take(1);
  }
};

// std::string and std::vector of memory-like items: one copy.
template <class Sequence>
struct BulkArchiver {
  using Item = typename Sequence::value_type;

  static void write(OutArchive& archive, const Sequence& items) {
    archive.write_count(items.size());
    archive.write_bytes(items.data(), items.size() * sizeof(Item));
  }

  static void read(InArchive& archive, Sequence& items) {
    const std::size_t count = archive.read_count(sizeof(Item));
    const std::span<const std::byte> bytes = archive.take(count * sizeof(Item));
    items.resize(count);
    if (count != 0) std::memcpy(items.data(), bytes.data(), bytes.size());
  }
};

template <class C, class Traits, class Alloc>
struct Archiver<std::basic_string<C, Traits, Alloc>>
    : BulkArchiver<std::basic_string<C, Traits, Alloc>> {};

template <class T, class Alloc>
  requires Blittable<T> && std::default_initializable<T>
struct Archiver<std::vector<T, Alloc>> : BulkArchiver<std::vector<T, Alloc>> {};

// A pair<const K, V> cannot be read into; this is what can.
template <class T>
struct Readable {
  using type = T;
};
template <class K, class V>
struct Readable<std::pair<const K, V>> {
  using type = std::pair<K, V>;
};

// Every other container: vector<bool>, deque, list, set, map, unordered_map, ...
template <class T>
concept Container = requires(T& items, const T& fixed, typename T::value_type item) {
  items.clear();
  items.insert(items.end(), std::move(item));
  { fixed.size() } -> std::convertible_to<std::size_t>;
  fixed.begin() == fixed.end();
};

template <Container T>
  requires(!HasUserCode<T>)
struct Archiver<T> {
  using Item = typename Readable<typename T::value_type>::type;

  static void write(OutArchive& archive, const T& items) {
    archive.write_count(items.size());
    for (const auto& item : items) archive.write(item);
  }

  // The container grows item by item: a false count costs nothing.
  static void read(InArchive& archive, T& items) {
    items.clear();
    for (std::size_t left = archive.read_count(1); left > 0; --left) {
      items.insert(items.end(), archive.read_new<Item>());
    }
  }
};

template <class A, class B>
struct Archiver<std::pair<A, B>> {
  static void write(OutArchive& archive, const std::pair<A, B>& pair) {
    archive(pair.first, pair.second);
  }
  static void read(InArchive& archive, std::pair<A, B>& pair) { archive(pair.first, pair.second); }
  static std::pair<A, B> make(InArchive& archive)
    requires(!std::default_initializable<std::pair<A, B>>)
  {
    A first = archive.read_new<A>();
    return {std::move(first), archive.read_new<B>()};
  }
};

template <class... Ts>
struct Archiver<std::tuple<Ts...>> {
  static void write(OutArchive& archive, const std::tuple<Ts...>& items) {
    std::apply([&](const Ts&... item) { archive(item...); }, items);
    if constexpr (sizeof...(Ts) == 0) archive.buffer().push_back(std::byte{0});
  }
  static void read(InArchive& archive, std::tuple<Ts...>& items) {
    std::apply([&](Ts&... item) { archive(item...); }, items);
    if constexpr (sizeof...(Ts) == 0) archive.take(1);
  }
  static std::tuple<Ts...> make(InArchive& archive)
    requires(!std::default_initializable<std::tuple<Ts...>>)
  {
    return std::tuple<Ts...>{archive.read_new<Ts>()...};  // braces: from left to right
  }
};

template <class T>
struct Archiver<std::optional<T>> {
  static void write(OutArchive& archive, const std::optional<T>& value) {
    archive.write(value.has_value());
    if (value.has_value()) archive.write(*value);
  }
  static void read(InArchive& archive, std::optional<T>& value) {
    bool engaged = false;
    archive.read(engaged);
    value.reset();
    if (engaged) value.emplace(archive.read_new<T>());
  }
};

template <class T>
struct Archiver<std::unique_ptr<T>> {
  static_assert(!std::is_array_v<T>, "Send a std::vector instead of a unique_ptr to an array.");
  static_assert(!std::is_polymorphic_v<T> || std::is_final_v<T>,
                "The receiver could not know which derived class this points to: send a variant.");

  static void write(OutArchive& archive, const std::unique_ptr<T>& value) {
    archive.write(value != nullptr);
    if (value != nullptr) archive.write(*value);
  }
  static void read(InArchive& archive, std::unique_ptr<T>& value) {
    bool engaged = false;
    archive.read(engaged);
    value = engaged ? std::make_unique<T>(archive.read_new<T>()) : nullptr;
  }
};

template <class... Ts>
struct Archiver<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;

  static void write(OutArchive& archive, const Variant& value) {
    if (value.valueless_by_exception()) throw_archive_unsendable("variant without a value");
    archive.write(static_cast<std::uint32_t>(value.index()));
    std::visit([&](const auto& held) { archive.write(held); }, value);
  }

  static void read(InArchive& archive, Variant& value) {
    std::uint32_t index = 0;
    archive.read(index);
    if (index >= sizeof...(Ts)) throw_archive_malformed(archive.offset() - 4, "variant index");
    [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
      ((kIndex == index ? void(value.template emplace<kIndex>(archive.read_new<Ts>())) : void()),
       ...);
    }(std::index_sequence_for<Ts...>{});
  }
};

// A dynamic value travels as a pickle with its length in front.
void write_object(OutArchive& archive, const Object& object);
void read_object(InArchive& archive, Object& object);

template <std::derived_from<Object> T>
struct Archiver<T> {
  static void write(OutArchive& archive, const T& object) { write_object(archive, object); }
  // A list stays a list: for the literal types the kind is checked.
  static void read(InArchive& archive, T& object) {
    Object loaded;
    read_object(archive, loaded);
    if constexpr (!std::same_as<T, Object>) {
      if (loaded.kind() != T().kind()) throw_archive_malformed(archive.offset(), "kind of object");
    }
    static_cast<Object&>(object) = std::move(loaded);
  }
};

}  // namespace mp::detail
