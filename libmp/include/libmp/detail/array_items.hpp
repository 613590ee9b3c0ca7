// What an Array is made of and given: sizes, ranges, texts; and how indices and slices are read.
#pragma once

#include <libmp/detail/value_block.hpp>
#include <libmp/object.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mp::detail {

template <class T>
concept TextUnit = std::same_as<T, char> || std::same_as<T, wchar_t>;

template <class R, class T>
concept TextOf = TextUnit<T> && std::convertible_to<const R&, std::basic_string_view<T>>;

// A range of what converts to T; an mp::list or mp::tuple; a text for an array of char.
template <class R, class T>
concept ItemsOf = TextOf<R, T> || std::derived_from<R, Object> ||
                  (std::ranges::input_range<const R> && !std::derived_from<R, Object> &&
                   (std::convertible_to<std::ranges::range_reference_t<const R>, T> ||
                    std::constructible_from<T, std::ranges::range_reference_t<const R>>));

template <class R, class T>
concept ContiguousOf =
    std::ranges::contiguous_range<const R> && std::ranges::sized_range<const R> &&
    std::same_as<std::ranges::range_value_t<R>, T>;

// OverflowError for an integer that T has no room for.
template <class T, class From>
T to_item(const From& from) {
  if constexpr (std::derived_from<From, Object>) {
    return from.template as<T>();
  } else {
    const auto to = static_cast<T>(from);
    if constexpr (std::integral<T> && std::integral<From> && !std::same_as<T, bool>) {
      if (static_cast<From>(to) != from || (to < T{}) != (from < From{}))
        throw_does_not_fit(std::to_string(from));
    }
    return to;
  }
}

// What std::vector is, also for bool.
template <class T>
class ItemBuffer {
 public:
  void push_back(const T& item) {
    if (size_ == room_) {
      room_ = 2 * room_ + 8;
      auto bigger = std::make_unique<T[]>(room_);
      std::copy_n(items_.get(), size_, bigger.get());
      items_ = std::move(bigger);
    }
    items_[size_++] = item;
  }
  operator std::span<const T>() const noexcept { return {items_.get(), size_}; }

 private:
  std::unique_ptr<T[]> items_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

// The items as memory: the range's own where it is such, otherwise a copy.
template <class T, class R>
auto items_of(const R& range) {
  if constexpr (TextOf<R, T>) {
    const std::basic_string_view<T> text = range;  // without the zero behind a literal
    return std::span<const T>(text);
  } else if constexpr (ContiguousOf<R, T>) {
    return std::span<const T>(std::ranges::data(range), std::ranges::size(range));
  } else {
    ItemBuffer<T> items;
    if constexpr (std::derived_from<R, Object> && !std::ranges::input_range<const R>) {
      for (const Object& item : range.elements()) items.push_back(to_item<T>(item));
    } else {
      for (auto&& item : range) items.push_back(to_item<T>(item));
    }
    return items;
  }
}

template <std::integral Size>
std::size_t array_size(Size size) {
  if (std::is_signed_v<Size> && size < Size{}) throw_bad_size(std::to_string(size));
  return static_cast<std::size_t>(size);
}

// Python's: a negative index counts from the end. `at` gets the place; false if there is none.
template <std::integral Index>
bool resolve(Index index, std::size_t size, std::size_t& at) noexcept {
  at = static_cast<std::size_t>(index);
  if (std::is_signed_v<Index> && index < Index{}) at += size;  // wraps around as it should
  return at < size;
}

using SliceBound = std::optional<std::ptrdiff_t>;

struct SliceRange {
  std::ptrdiff_t start = 0;
  std::ptrdiff_t step = 1;
  std::size_t count = 0;
};

// Python's: bounds beyond the array are cut off. ValueError for a step of 0.
inline SliceRange resolve(SliceBound start, SliceBound stop, std::ptrdiff_t step,
                          std::size_t size) {
  if (step == 0) throw_bad_step();
  const auto length = static_cast<std::ptrdiff_t>(size);
  const std::ptrdiff_t low = step > 0 ? 0 : -1;
  const std::ptrdiff_t high = step > 0 ? length : length - 1;
  const auto cut = [&](SliceBound bound, std::ptrdiff_t fallback) {
    if (!bound) return fallback;
    return std::clamp(*bound < 0 ? *bound + length : *bound, low, high);
  };
  const std::ptrdiff_t from = cut(start, step > 0 ? low : high);
  const std::ptrdiff_t upto = cut(stop, step > 0 ? high : low);
  const std::ptrdiff_t ahead = step > 0 ? upto - from : from - upto;
  // Not -step: there is none of the most negative number.
  const std::size_t stride =
      step > 0 ? static_cast<std::size_t>(step) : std::size_t{0} - static_cast<std::size_t>(step);
  const std::size_t count = ahead > 0 ? (static_cast<std::size_t>(ahead) - 1) / stride + 1 : 0;
  return {from, step, count};
}

}  // namespace mp::detail
