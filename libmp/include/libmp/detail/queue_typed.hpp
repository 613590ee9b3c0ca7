// How typed items become the bytes of a queue: copied once in and once out where their own memory
// is the item.
#pragma once

#include <libmp/detail/queue_bytes.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mp::detail {

// Types whose own memory is the item.
template <class T>
struct IsBlock : std::false_type {};
template <>
struct IsBlock<std::string> : std::true_type {};
template <class Item>
  requires Blittable<Item>
struct IsBlock<std::vector<Item>> : std::true_type {};

template <class T>
void queue_put_typed(queue::Core& core, const T& item, Timeout timeout) {
  if constexpr (std::same_as<T, Object>) {
    queue_put_object(core, item, timeout);
  } else if constexpr (Blittable<T>) {
    queue_put(core, std::as_bytes(std::span(&item, 1)), timeout);
  } else if constexpr (IsBlock<T>::value) {
    queue_put(core, std::as_bytes(std::span(item)), timeout);
  } else {
    queue_require_putter(core);
    ScratchLease scratch;
    encode(*scratch, item);
    queue_put(core, (*scratch).bytes(), timeout);
  }
}

// Into memory that is there already; what it had is lost only when there is an item.
template <class T>
  requires IsBlock<T>::value
void queue_get_block(queue::Core& core, T& block, Timeout timeout) {
  struct Room {
    T* block;
    const queue::Core* core;
  } room{&block, &core};
  const auto make_room = [](void* context, std::size_t bytes) {
    using Item = typename T::value_type;
    auto* const at = static_cast<Room*>(context);
    if (bytes % sizeof(Item) != 0) throw_item_size(*at->core, sizeof(Item), bytes);
    at->block->resize(bytes / sizeof(Item));
    return reinterpret_cast<std::byte*>(at->block->data());
  };
  queue_get(core, {make_room, &room}, timeout);
}

template <class T>
T queue_get_typed(queue::Core& core, Timeout timeout) {
  if constexpr (std::same_as<T, Object>) {
    return queue_get_object(core, timeout);
  } else if constexpr (Blittable<T>) {
    struct Room {
      std::array<std::byte, sizeof(T)> bytes;
      const queue::Core* core;
    } room{{}, &core};
    const auto make_room = [](void* context, std::size_t bytes) {
      auto* const at = static_cast<Room*>(context);
      if (bytes != sizeof(T)) throw_item_size(*at->core, sizeof(T), bytes);
      return at->bytes.data();
    };
    queue_get(core, {make_room, &room}, timeout);
    return std::bit_cast<T>(room.bytes);
  } else if constexpr (IsBlock<T>::value) {
    T block;
    queue_get_block(core, block, timeout);
    return block;
  } else {
    ScratchLease scratch;
    const auto make_room = [](void* context, std::size_t bytes) {
      return static_cast<ByteBuffer*>(context)->extend(bytes);
    };
    queue_get(core, {make_room, &*scratch}, timeout);
    return decode<T>((*scratch).bytes());
  }
}

// Into the caller's memory: how many items came. BufferTooShort, and the item stays, when it is too
// small.
template <class Item>
std::size_t queue_get_span(queue::Core& core, std::span<Item> span, Timeout timeout) {
  struct Room {
    std::span<Item> span;
    const queue::Core* core;
    std::size_t bytes;
  } room{span, &core, 0};
  const auto make_room = [](void* context, std::size_t bytes) {
    auto* const at = static_cast<Room*>(context);
    if (bytes % sizeof(Item) != 0) throw_item_size(*at->core, sizeof(Item), bytes);
    if (bytes > at->span.size_bytes()) throw_too_short(*at->core, at->span.size_bytes(), bytes);
    at->bytes = bytes;
    return reinterpret_cast<std::byte*>(at->span.data());
  };
  queue_get(core, {make_room, &room}, timeout);
  return room.bytes / sizeof(Item);
}

}  // namespace mp::detail
