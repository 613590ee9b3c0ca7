// RawArray: an array in shared memory, without a lock. Python's multiprocessing.RawArray.
#pragma once

#include <libmp/detail/array_items.hpp>
#include <libmp/detail/value_block.hpp>
#include <libmp/raw_value.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {

// A handle of an array in shared memory, in all manners like RawValue. Items are references into
// that memory: cells[3].total += 1.
// Fails: IndexError, ValueError, OverflowError leave the array as it was.
template <class T>
class RawArray {
 public:
  using value_type = T;

  // All zero. ValueError for a negative size. These throw OSError, which names needed and free
  // bytes, when there is no shared memory left.
  template <std::integral Size>
  explicit RawArray(Size size, RawOptions options = {},
                    std::source_location site = std::source_location::current())
      : RawArray(detail::make_block(detail::shape_of<T>(true, detail::array_size(size)),
                                    options.name, site)) {}
  // As long as the range, and with its items; OverflowError for a number that T has no room for.
  // For char also a text; its zero is not part of it.
  template <detail::ItemsOf<T> Items>
  explicit RawArray(const Items& initial, RawOptions options = {},
                    std::source_location site = std::source_location::current())
      : RawArray(copy_of(detail::items_of<T>(initial), options.name, site)) {}
  explicit RawArray(std::initializer_list<T> initial, RawOptions options = {},
                    std::source_location site = std::source_location::current())
      : RawArray(copy_of(initial, options.name, site)) {}

  RawArray(const RawArray&) = default;
  RawArray& operator=(const RawArray&) = default;
  ~RawArray() = default;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T* data() const noexcept { return at_; }
  [[nodiscard]] T* begin() const noexcept { return at_; }
  [[nodiscard]] T* end() const noexcept { return at_ + size_; }
  [[nodiscard]] std::span<T> span() const noexcept { return {at_, size_}; }

  // A negative index counts from the end. IndexError.
  template <std::integral Index>
  T& operator[](Index index) const {
    std::size_t at = 0;
    if (!detail::resolve(index, size_, at)) [[unlikely]]
      detail::throw_bad_index(*block_, std::to_string(index));
    return at_[at];
  }

  // Python's array[start:stop:step], as a copy. ValueError for a step of 0.
  [[nodiscard]] std::vector<T> slice(detail::SliceBound start = {}, detail::SliceBound stop = {},
                                     std::ptrdiff_t step = 1) const {
    const detail::SliceRange range = detail::resolve(start, stop, step, size_);
    if (step == 1) return std::vector<T>(at_ + range.start, at_ + range.start + range.count);
    std::vector<T> items;
    items.reserve(range.count);
    for (std::size_t i = 0; i < range.count; ++i)
      items.push_back(at_[range.start + static_cast<std::ptrdiff_t>(i) * step]);
    return items;
  }
  // Python's array[start:stop] = items. ValueError if there are not as many.
  template <detail::ItemsOf<T> Items>
  void set_slice(detail::SliceBound start, detail::SliceBound stop, const Items& items) const {
    put(detail::resolve(start, stop, 1, size_), detail::items_of<T>(items));
  }
  void set_slice(detail::SliceBound start, detail::SliceBound stop,
                 std::initializer_list<T> items) const {
    put(detail::resolve(start, stop, 1, size_), std::span(items));
  }
  // Python's array[:] = items.
  template <detail::ItemsOf<T> Items>
  void assign(const Items& items) const {
    set_slice({}, {}, items);
  }
  void assign(std::initializer_list<T> items) const { set_slice({}, {}, items); }

  // Of an array of char: the text up to the first zero, and all of it. ValueError for a text longer
  // than the array; a shorter value is followed by a zero, a shorter raw by what was there.
  [[nodiscard]] std::basic_string<T> value() const
    requires detail::TextUnit<T>
  {
    return std::basic_string<T>(at_, std::find(begin(), end(), T{}));
  }
  void set_value(std::basic_string_view<T> text) const
    requires detail::TextUnit<T>
  {
    set_raw(text);
    if (text.size() < size_) at_[text.size()] = T{};
  }
  [[nodiscard]] std::basic_string<T> raw() const
    requires detail::TextUnit<T>
  {
    return std::basic_string<T>(at_, size_);
  }
  void set_raw(std::basic_string_view<T> text) const
    requires detail::TextUnit<T>
  {
    if (text.size() > size_) detail::throw_too_long(*block_, size_, text.size());
    std::copy(text.begin(), text.end(), at_);
  }

 private:
  template <class>
  friend class Array;
  template <class>
  friend struct detail::Archiver;

  explicit RawArray(detail::BlockCore block) noexcept
      : block_(std::move(block)),
        at_(static_cast<T*>(detail::block_address(*block_))),
        size_(detail::block_count(*block_)) {}

  static detail::BlockCore copy_of(std::span<const T> items, std::string_view name,
                                   const std::source_location& site) {
    auto block = detail::make_block(detail::shape_of<T>(true, items.size()), name, site);
    if (!items.empty())
      std::memcpy(detail::block_address(*block), items.data(), items.size_bytes());
    return block;
  }
  static RawArray unpack(detail::InArchive& archive, const char* noun) {
    return RawArray(detail::block_unpack(archive, noun, detail::shape_of<T>(true, 0)));
  }

  void put(const detail::SliceRange& range, std::span<const T> items) const {
    if (items.size() != range.count) detail::throw_other_size(*block_, range.count, items.size());
    if (!items.empty()) std::memmove(at_ + range.start, items.data(), items.size_bytes());
  }

  detail::BlockCore block_;
  T* at_;
  std::size_t size_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// array. RuntimeError in a queue.
template <class T>
struct detail::Archiver<RawArray<T>> {
  static void write(OutArchive& archive, const RawArray<T>& value) {
    block_pack(archive, "RawArray", *value.block_);
  }
  static RawArray<T> make(InArchive& archive) { return RawArray<T>::unpack(archive, "RawArray"); }
  static void read(InArchive& archive, RawArray<T>& value) { value = make(archive); }
};

}  // namespace mp
