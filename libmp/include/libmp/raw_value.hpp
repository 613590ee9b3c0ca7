// RawValue: one object in shared memory, without a lock. Python's multiprocessing.RawValue.
#pragma once

#include <libmp/detail/value_block.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace mp {

struct RawOptions {
  std::string name = {};  // for messages and the inspector
};

// A handle of one T in shared memory; copies are handles of the same T, also in other processes,
// where it may lie at another address. T is a number, or whatever else is trivially copyable.
// Nothing guards it: use a Lock, a Value, or std::atomic_ref on value().
// Pointers in it mean what they point to in one process only.
// Threads, processes: any may read; who writes must be alone.
// fork: the child has the same object. A process that is killed in a write leaves a part of it.
// Blocks: never.
// `raw = x` changes the object, `raw = other_raw` makes this a handle of another one.
template <class T>
class RawValue {
 public:
  using value_type = T;

  // Throw OSError, which names needed and free bytes, when there is no shared memory left.
  explicit RawValue(const T& initial = T(),
                    std::source_location site = std::source_location::current())
      : RawValue(initial, RawOptions{}, site) {}
  RawValue(const T& initial, RawOptions options,
           std::source_location site = std::source_location::current())
      : RawValue(detail::make_block(detail::shape_of<T>(false, 1), options.name, site)) {
    std::construct_at(at_, initial);
  }

  RawValue(const RawValue&) = default;
  RawValue& operator=(const RawValue&) = default;
  ~RawValue() = default;

  // The object itself. Valid as long as a handle is left.
  [[nodiscard]] T& value() const noexcept { return *at_; }
  T& operator*() const noexcept { return *at_; }
  T* operator->() const noexcept { return at_; }

  RawValue& operator=(const T& value) noexcept {
    *at_ = value;
    return *this;
  }

 private:
  template <class>
  friend class Value;
  template <class>
  friend struct detail::Archiver;

  explicit RawValue(detail::BlockCore block) noexcept
      : block_(std::move(block)), at_(static_cast<T*>(detail::block_address(*block_))) {}

  static RawValue unpack(detail::InArchive& archive, const char* noun) {
    return RawValue(detail::block_unpack(archive, noun, detail::shape_of<T>(false, 1)));
  }

  detail::BlockCore block_;
  T* at_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <class T>
struct detail::Archiver<RawValue<T>> {
  static void write(OutArchive& archive, const RawValue<T>& value) {
    block_pack(archive, "RawValue", *value.block_);
  }
  static RawValue<T> make(InArchive& archive) { return RawValue<T>::unpack(archive, "RawValue"); }
  static void read(InArchive& archive, RawValue<T>& value) { value = make(archive); }
};

}  // namespace mp
