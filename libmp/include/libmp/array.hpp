// Array: an array in shared memory, with a lock. Python's multiprocessing.Array.
#pragma once

#include <libmp/detail/array_items.hpp>
#include <libmp/detail/value_arithmetic.hpp>
#include <libmp/raw_array.hpp>
#include <libmp/value_lock.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <mutex>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {
namespace detail {

// What array[i] is: reads and writes the item under the array's lock. Valid as long as the array's
// handle is.
template <class T>
class ArrayItem : public Arithmetic<ArrayItem<T>, T> {
 public:
  ArrayItem(T& item, ValueLock& lock) noexcept : item_(item), lock_(lock) {}
  ArrayItem(const ArrayItem&) = default;

  [[nodiscard]] T value() const {
    const std::scoped_lock guard(lock_);
    return item_;
  }
  operator T() const { return value(); }
  const ArrayItem& operator=(const T& value) const {
    const std::scoped_lock guard(lock_);
    item_ = value;
    return *this;
  }
  // a[0] = a[1] copies the item.
  ArrayItem& operator=(const ArrayItem& other) {
    *this = other.value();
    return *this;
  }

  template <class Change>
  auto update(Change&& change) const {
    const std::scoped_lock guard(lock_);
    return std::forward<Change>(change)(item_);
  }

 private:
  T& item_;
  ValueLock& lock_;
};

template <class T>
class ArrayIterator {
 public:
  using value_type = T;
  using difference_type = std::ptrdiff_t;
  using reference = ArrayItem<T>;
  using pointer = void;
  using iterator_category = std::input_iterator_tag;

  ArrayIterator() = default;
  ArrayIterator(T* at, ValueLock* lock) noexcept : at_(at), lock_(lock) {}

  ArrayItem<T> operator*() const noexcept { return {*at_, *lock_}; }
  ArrayIterator& operator++() noexcept {
    ++at_;
    return *this;
  }
  ArrayIterator operator++(int) noexcept { return {at_++, lock_}; }
  bool operator==(const ArrayIterator& other) const noexcept { return at_ == other.at_; }

 private:
  T* at_ = nullptr;
  ValueLock* lock_ = nullptr;
};

}  // namespace detail

// A handle of an array in shared memory and of its lock, in all manners like Value.
//
//   mp::Array<int> a(10);                     // zeros; or of a range: a(mp::range(10)), a({1, 2})
//   a[0] = 5;  a[-1] += 1;                    // each takes the lock, once
//   a.slice(2, 7);  a.set_slice(4, 8, {1, 2, 3, 4});            // so do these, for all of it
//   for (auto item : a) item *= 2;            // and these, one after the other
//   cells[3].update([](Cell& cell) { ++cell.total; });
//   std::scoped_lock guard(a);  std::ranges::sort(a.get_obj()); // plain memory, under the lock
//
// Blocks, fails: as Value. IndexError, ValueError, OverflowError leave the array as it was.
template <class T>
class Array : public detail::Synchronized {
 public:
  using value_type = T;

  // Zeros, or as long as the range and with its items: see RawArray. The second argument is the
  // lock, or {.lock = lock, .name = "cells"}.
  template <std::integral Size, detail::SharedOptionsLike Options = SharedOptions>
  explicit Array(Size size, Options options = {},
                 std::source_location site = std::source_location::current())
      : Array(detail::shared_options(std::move(options)), site, size) {}
  template <detail::ItemsOf<T> Items, detail::SharedOptionsLike Options = SharedOptions>
  explicit Array(const Items& initial, Options options = {},
                 std::source_location site = std::source_location::current())
      : Array(detail::shared_options(std::move(options)), site, initial) {}
  template <detail::SharedOptionsLike Options = SharedOptions>
  explicit Array(std::initializer_list<T> initial, Options options = {},
                 std::source_location site = std::source_location::current())
      : Array(detail::shared_options(std::move(options)), site, initial) {}

  Array(const Array&) = default;
  Array& operator=(const Array&) = default;
  ~Array() = default;

  [[nodiscard]] std::size_t size() const noexcept { return raw_.size(); }

  // A negative index counts from the end. IndexError.
  template <std::integral Index>
  detail::ArrayItem<T> operator[](Index index) const {
    return {raw_[index], lock_};
  }
  [[nodiscard]] detail::ArrayIterator<T> begin() const noexcept { return {raw_.begin(), &lock_}; }
  [[nodiscard]] detail::ArrayIterator<T> end() const noexcept { return {raw_.end(), &lock_}; }

  // As RawArray's, in one step.
  [[nodiscard]] std::vector<T> slice(detail::SliceBound start = {}, detail::SliceBound stop = {},
                                     std::ptrdiff_t step = 1) const {
    const std::scoped_lock guard(lock_);
    return raw_.slice(start, stop, step);
  }
  template <detail::ItemsOf<T> Items>
  void set_slice(detail::SliceBound start, detail::SliceBound stop, const Items& items) {
    const auto copy = detail::items_of<T>(items);  // before the lock: it may be anybody's code
    const std::scoped_lock guard(lock_);
    raw_.set_slice(start, stop, std::span<const T>(copy));
  }
  void set_slice(detail::SliceBound start, detail::SliceBound stop,
                 std::initializer_list<T> items) {
    set_slice(start, stop, std::span(items));
  }
  template <detail::ItemsOf<T> Items>
  void assign(const Items& items) {
    set_slice({}, {}, items);
  }
  void assign(std::initializer_list<T> items) { set_slice({}, {}, items); }

  [[nodiscard]] std::basic_string<T> value() const
    requires detail::TextUnit<T>
  {
    const std::scoped_lock guard(lock_);
    return raw_.value();
  }
  void set_value(std::basic_string_view<T> text)
    requires detail::TextUnit<T>
  {
    const std::scoped_lock guard(lock_);
    raw_.set_value(text);
  }
  [[nodiscard]] std::basic_string<T> raw() const
    requires detail::TextUnit<T>
  {
    const std::scoped_lock guard(lock_);
    return raw_.raw();
  }
  void set_raw(std::basic_string_view<T> text)
    requires detail::TextUnit<T>
  {
    const std::scoped_lock guard(lock_);
    raw_.set_raw(text);
  }

  // The memory itself, for whoever holds the lock. Valid as long as a handle is left.
  // AttributeError if there is no lock.
  [[nodiscard]] std::span<T> get_obj() const {
    require_lock("get_obj()");
    return raw_.span();
  }

 private:
  friend struct detail::Archiver<Array>;
  template <class Any, detail::SharedOptionsLike Options>
  friend Array<Any> synchronized(const RawArray<Any>& raw, Options options,
                                 std::source_location site);

  template <class Initial>
  Array(SharedOptions options, std::source_location site, const Initial& initial)
      : Array(RawArray<T>(initial, RawOptions{options.name}, site),
              ValueLock(std::move(options.lock),
                        detail::block_lock_name("Array", options.name, site), site)) {}
  Array(const RawArray<T>& raw, ValueLock lock)
      : Synchronized(raw.block_, std::move(lock)), raw_(raw) {}

  RawArray<T> raw_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// array. RuntimeError in a queue.
template <class T>
struct detail::Archiver<Array<T>> {
  static void write(OutArchive& archive, const Array<T>& value) {
    block_pack(archive, "Array", *value.block_);
    archive(value.lock_);
  }
  static Array<T> make(InArchive& archive) {
    const auto raw = RawArray<T>::unpack(archive, "Array");
    return Array<T>(raw, archive.read_new<ValueLock>());
  }
  static void read(InArchive& archive, Array<T>& value) { value = make(archive); }
};

}  // namespace mp
