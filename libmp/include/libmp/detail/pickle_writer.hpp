// Values of C++ written as a pickle without becoming Objects first. Included by <libmp/pickle.hpp>.
#pragma once

#include <libmp/detail/byte_buffer.hpp>
#include <libmp/detail/pickle_as.hpp>
#include <libmp/object.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

namespace mp::detail {

// Appends one pickle of protocol 4 or 5, piece by piece; finish() ends it. The pieces must come in
// the order of a pickle. Fails: PicklingError if nested deeper than 1000.
class PickleWriter {
 public:
  PickleWriter(ByteBuffer& out, int protocol);
  PickleWriter(const PickleWriter&) = delete;
  PickleWriter& operator=(const PickleWriter&) = delete;
  ~PickleWriter();

  void none();
  void boolean(bool value);
  void integer(std::int64_t value);
  void real(double value);
  void text(std::string_view value);
  void raw_bytes(std::span<const std::byte> value);
  void object(Object value);
  void constant(const Object& value);  // one that lives as long as the process

  void empty_list();
  void empty_dict();
  void mark();
  void append(bool since_mark);     // to the list below
  void set_items(bool since_mark);  // of the dict below
  void leave();                     // the list or dict
  void begin_tuple(std::size_t size);
  void end_tuple(std::size_t size);
  void begin_instance(const Object& cls);  // an empty dict follows, its items, and
  void end_instance();

  void finish();

 private:
  struct State;

  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kPickleBatch = 1000;  // CPython's: so many items between MARKs

template <class T>
void write_pickle(PickleWriter& out, const T& value);

// MARK and what ends a batch around every kPickleBatch of `count` items; one alone has no MARK.
template <class Range, class WriteItem, class EndBatch>
void write_batches(PickleWriter& out, const Range& range, WriteItem&& write_item,
                   EndBatch&& end_batch) {
  const std::size_t count = range.size();
  if (count == 0) return;
  if (count != 1) out.mark();
  std::size_t in_batch = 0;
  for (const auto& item : range) {
    if (in_batch == kPickleBatch) {
      end_batch(true);
      out.mark();
      in_batch = 0;
    }
    write_item(item);
    ++in_batch;
  }
  end_batch(count != 1);
}

template <class Range>
void write_list(PickleWriter& out, const Range& range) {
  using Item = typename Range::value_type;
  out.empty_list();
  write_batches(
      out, range, [&](const Item& item) { write_pickle<Item>(out, item); },
      [&](bool since_mark) { out.append(since_mark); });
  out.leave();
}

template <class Map>
void write_dict(PickleWriter& out, const Map& map) {
  out.empty_dict();
  write_batches(
      out, map,
      [&](const auto& item) {
        write_pickle<typename Map::key_type>(out, item.first);
        write_pickle<typename Map::mapped_type>(out, item.second);
      },
      [&](bool since_mark) { out.set_items(since_mark); });
  // Like CPython, a full batch is followed by another, be it empty.
  if (map.size() != 0 && map.size() % kPickleBatch == 0) {
    out.mark();
    out.set_items(true);
  }
  out.leave();
}

template <class... Ts>
void write_tuple(PickleWriter& out, const Ts&... items) {
  out.begin_tuple(sizeof...(items));
  (write_pickle<Ts>(out, items), ...);
  out.end_tuple(sizeof...(items));
}

template <PickledAs T>
void write_instance(PickleWriter& out, const T& value) {
  const PickledClass& cls = mp_pickled_class(static_cast<const T*>(nullptr));
  out.begin_instance(cls.type());
  if (cls.names().empty()) return out.leave();
  out.empty_dict();
  const bool marked = cls.names().size() > 1;
  if (marked) out.mark();
  std::apply(
      [&](const auto&... member) {
        std::size_t at = 0;
        ((out.constant(cls.names()[at++]),
          write_pickle<std::remove_cvref_t<decltype(member)>>(out, member)),
         ...);
      },
      mp_pickled_members(value));
  out.set_items(marked);
  out.leave();
  out.end_instance();
  out.leave();
}

// By the codec that would make an Object of it.
template <class T>
void write_pickle(PickleWriter& out, const T& value) {
  using Codec = ObjectCodec<T>;
  if constexpr (std::same_as<T, bool>) {
    out.boolean(value);
  } else if constexpr (Integer<T> && (std::signed_integral<T> || sizeof(T) < 8)) {
    out.integer(static_cast<std::int64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    out.real(static_cast<double>(value));
  } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::string_view>) {
    out.text(value);
  } else if constexpr (std::same_as<T, std::vector<std::byte>>) {
    out.raw_bytes(value);
  } else if constexpr (PickledAs<T>) {
    write_instance(out, value);
  } else if constexpr (requires { typename Codec::IsSequence; }) {
    write_list(out, value);
  } else if constexpr (requires { typename Codec::IsMap; }) {
    write_dict(out, value);
  } else if constexpr (requires { Codec::parts(value); }) {
    std::apply([&](const auto&... part) { write_tuple(out, part...); }, Codec::parts(value));
  } else if constexpr (requires { typename Codec::IsOptional; }) {
    value.has_value() ? write_pickle(out, *value) : out.none();
  } else {
    out.object(Object(value));
  }
}

template <class T>
concept PickledDirectly =
    !std::derived_from<T, Object> && !std::is_array_v<T> && !std::is_pointer_v<T> &&
    !std::same_as<T, std::nullptr_t> && std::constructible_from<Object, const T&>;

// Protocols below 4 have other forms: by way of an Object.
template <PickledDirectly T>
std::string dumps_value(const T& value, int protocol) {
  if (protocol < 4) return dumps(Object(value), protocol);
  ByteBuffer bytes;
  PickleWriter out(bytes, protocol);
  write_pickle(out, value);
  out.finish();
  return std::string(bytes.text());
}

}  // namespace mp::detail
