// Typed items in place: what with_loan() and borrow() of a Queue<T> do.
#pragma once

#include <libmp/detail/queue_bytes.hpp>
#include <libmp/detail/queue_typed.hpp>

#include <concepts>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace mp::detail {

// What user code sees of an item: the elements of a string or vector, or the item itself.
template <class T>
struct InPlace {
  using Element = T;
  using Room = T&;
  using Item = const T&;
};
template <class T>
  requires IsBlock<T>::value
struct InPlace<T> {
  using Element = typename T::value_type;
  using Room = std::span<Element>;
  using Item = std::span<const Element>;
};

// Types whose items lie in the queue as they do in memory.
template <class T>
concept Lendable =
    (IsBlock<T>::value || Blittable<T>) && alignof(typename InPlace<T>::Element) <= 8;

// `length` elements; `fill` may return how many of them are the item.
template <class T, class Fill>
void queue_lend(queue::Core& core, std::size_t length, Fill& fill, Timeout timeout) {
  using Element = typename InPlace<T>::Element;
  using Room = typename InPlace<T>::Room;
  struct Context {
    Fill* fill;
    const queue::Core* core;
  } context{std::addressof(fill), &core};
  const auto call = [](void* opaque, std::span<std::byte> bytes) -> std::size_t {
    const Context& at = *static_cast<Context*>(opaque);
    auto* const elements = reinterpret_cast<Element*>(bytes.data());
    if constexpr (!IsBlock<T>::value) {
      std::invoke(*at.fill, *elements);
      return bytes.size();
    } else {
      const Room room(elements, bytes.size() / sizeof(Element));
      if constexpr (std::is_void_v<std::invoke_result_t<Fill&, Room>>) {
        std::invoke(*at.fill, room);
        return bytes.size();
      } else {
        const std::size_t used = std::invoke(*at.fill, room);
        if (used > room.size()) throw_overfilled(*at.core, room.size(), used);
        return used * sizeof(Element);
      }
    }
  };
  // More than fits into memory is more than fits into a queue, which says so.
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  const std::size_t bytes = length > kMost / sizeof(Element) ? kMost : length * sizeof(Element);
  queue_with_loan(core, bytes, {call, &context}, timeout);
}

template <class T, class Use>
auto queue_borrow_typed(queue::Core& core, Use& use, Timeout timeout) {
  using Element = typename InPlace<T>::Element;
  using Item = typename InPlace<T>::Item;
  using Returned = std::invoke_result_t<Use&, Item>;
  static_assert(!std::is_reference_v<Returned>,
                "what borrow() returns must not refer to the item, which is gone then");
  constexpr bool kReturnsNothing = std::is_void_v<Returned>;
  struct Context {
    Use* use;
    const queue::Core* core;
    std::optional<std::conditional_t<kReturnsNothing, bool, Returned>> result{};
  } context{std::addressof(use), &core};
  const auto call = [](void* opaque, std::span<const std::byte> bytes) {
    Context& at = *static_cast<Context*>(opaque);
    const bool fits =
        IsBlock<T>::value ? bytes.size() % sizeof(Element) == 0 : bytes.size() == sizeof(Element);
    if (!fits) throw_item_size(*at.core, sizeof(Element), bytes.size());
    const auto* const elements = reinterpret_cast<const Element*>(bytes.data());
    const auto invoke = [&]() -> Returned {
      if constexpr (IsBlock<T>::value) {
        return std::invoke(*at.use, Item(elements, bytes.size() / sizeof(Element)));
      } else {
        return std::invoke(*at.use, *elements);
      }
    };
    if constexpr (kReturnsNothing) {
      invoke();
    } else {
      at.result.emplace(invoke());
    }
  };
  queue_borrow(core, {call, &context}, timeout);
  if constexpr (!kReturnsNothing) return std::move(*context.result);
}

}  // namespace mp::detail
