// Archive: how the model becomes bytes and comes back. A struct lists its fields once, in `void
// io(auto& ar)`, for both directions. Integers are varints, containers a count and their elements.
#pragma once

#include "wire/bytes.hpp"

#include <concepts>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace inspector::model {

// What an archive takes through its own io(): a struct that lists its fields.
template <class T, class Ar>
concept Listed = requires(T& value, Ar& ar) { value.io(ar); };

class Writer {
 public:
  static constexpr bool kReads = false;

  void operator()(auto&... fields) { (put(fields), ...); }
  template <class Enum>
  void bound(const Enum&, Enum) {}
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void put(T value) {
    if constexpr (std::is_enum_v<T>) {
      put(static_cast<std::underlying_type_t<T>>(value));
    } else if constexpr (std::same_as<T, bool>) {
      varint(value ? 1 : 0);
    } else if constexpr (std::is_signed_v<T>) {
      const auto wide = static_cast<std::int64_t>(value);
      varint((static_cast<std::uint64_t>(wide) << 1) ^ static_cast<std::uint64_t>(wide >> 63));
    } else {
      varint(value);
    }
  }
  void put(const std::string& text) {
    varint(text.size());
    out_.append(text);
  }
  template <class T>
  void put(std::optional<T>& value) {
    varint(value ? 1 : 0);
    if (value) put(*value);
  }
  template <class A, class B>
  void put(std::pair<A, B>& pair) {
    put(const_cast<std::remove_const_t<A>&>(pair.first));
    put(pair.second);
  }
  template <class T>
  void put(std::vector<T>& items) {
    all(items);
  }
  template <class T>
  void put(std::deque<T>& items) {
    all(items);
  }
  template <class K, class V>
  void put(std::map<K, V>& items) {
    all(items);
  }
  template <class K>
  void put(std::set<K>& items) {
    varint(items.size());
    for (K item : items) put(item);
  }
  template <class T>
    requires Listed<T, Writer>
  void put(T& value) {
    value.io(*this);
  }

  void all(auto& items) {
    varint(items.size());
    for (auto& item : items) put(item);
  }
  void varint(std::uint64_t value) { mp::wire::put_varint(out_, value); }

  std::string out_;
};

// Hostile-safe: counts are believed only as far as the bytes that are left could fill them, values
// only if they fit their field. After a failure everything reads as zero or empty; ask ok() at the
// end.
class Reader {
 public:
  static constexpr bool kReads = true;

  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  void operator()(auto&... fields) { (get(fields), ...); }
  // An enumerator that a struct has read, and the greatest that is one.
  template <class Enum>
  void bound(Enum& value, Enum greatest) {
    if (value > greatest) fail();
    if (!ok()) value = Enum{};
  }

  [[nodiscard]] bool ok() const noexcept { return bytes_.ok(); }
  [[nodiscard]] bool at_end() const noexcept { return bytes_.left() == 0; }
  [[nodiscard]] std::size_t offset() const noexcept { return bytes_.offset(); }
  void fail() noexcept { bytes_.fail(); }

 private:
  template <class T>
    requires std::integral<T> || std::is_enum_v<T>
  void get(T& value) {
    if constexpr (std::is_enum_v<T>) {
      std::underlying_type_t<T> number{};
      get(number);
      value = static_cast<T>(number);
    } else if constexpr (std::same_as<T, bool>) {
      const std::uint64_t raw = bytes_.varint();
      if (raw > 1) fail();
      value = raw == 1;
    } else if constexpr (std::is_signed_v<T>) {
      const std::uint64_t raw = bytes_.varint();
      const auto wide = static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
      value = static_cast<T>(wide);
      if (static_cast<std::int64_t>(value) != wide) fail();
    } else {
      const std::uint64_t raw = bytes_.varint();
      value = static_cast<T>(raw);
      if (static_cast<std::uint64_t>(value) != raw) fail();
    }
  }
  void get(std::string& text) {
    const std::size_t size = count();
    text = bytes_.take(size);
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool there = false;
    get(there);
    value.reset();
    if (there) get(value.emplace());
  }
  template <class T>
  void get(std::vector<T>& items) {
    append(items);
  }
  template <class T>
  void get(std::deque<T>& items) {
    append(items);
  }
  template <class K, class V>
  void get(std::map<K, V>& items) {
    items.clear();
    for (std::size_t left = count(); left > 0 && ok(); --left) {
      K key{};
      get(key);
      // Written in order: anything else is not ours, and would make two states out of one.
      if (!items.empty() && !(items.rbegin()->first < key)) fail();
      get(items.emplace_hint(items.end(), key, V{})->second);
    }
  }
  template <class K>
  void get(std::set<K>& items) {
    items.clear();
    for (std::size_t left = count(); left > 0 && ok(); --left) {
      K key{};
      get(key);
      if (!items.empty() && !(*items.rbegin() < key)) fail();
      items.insert(items.end(), key);
    }
  }
  template <class T>
    requires Listed<T, Reader>
  void get(T& value) {
    value.io(*this);
  }

  void append(auto& items) {
    items.clear();
    for (std::size_t left = count(); left > 0 && ok(); --left) get(items.emplace_back());
  }
  // Every element takes a byte at least.
  std::size_t count() {
    const std::uint64_t value = bytes_.varint();
    if (value > bytes_.left()) fail();
    return ok() ? static_cast<std::size_t>(value) : 0;
  }

  mp::wire::ByteReader bytes_;
};

}  // namespace inspector::model
