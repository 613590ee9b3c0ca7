// Value: one object in shared memory, with a lock. Python's multiprocessing.Value.
#pragma once

#include <libmp/detail/value_arithmetic.hpp>
#include <libmp/detail/value_block.hpp>
#include <libmp/raw_value.hpp>
#include <libmp/value_lock.hpp>

#include <cstddef>
#include <mutex>
#include <source_location>
#include <string>
#include <utility>

namespace mp {

// A handle of one T in shared memory and of its lock; copies are handles of the same, also in other
// processes. T is a number, or whatever else is trivially copyable.
//
//   mp::Value<int> n(7);                         // with an RLock of its own
//   mp::Value<int> m(7, lock);                   // with a Lock or RLock that exists already
//   mp::Value<int> k(7, {.lock = false});        // with none
//   n = 3;  int now = n.value();                 // each takes the lock
//   n += 1;  ++n;                                // so does each of these, once: nothing is lost
//   std::scoped_lock guard(n);  n = n.value() * n.value();    // several steps as one
//   point.update([](Point& at) { at.x *= 2; });  // the same for a struct
//
// Threads, processes: any.
// fork: the child has the same object and the same lock.
// Blocks: whatever takes the lock, until it is free. KeyboardInterrupt when interrupt() ends the
//   wait.
// Fails: OwnerDied when a process was killed while it held the lock, until somebody has called
//   recover(); what it was writing may be half written. AssertionError from release() of an RLock
//   that is not the caller's.
// A lock that is a Lock is not recursive: holding it, use get_obj().
// `n = 3` changes the object, `n = other_value` makes this a handle of another one.
// Differs from Python: `n += 1` is one step. With lock=false Python makes a RawValue; here it stays
//   a Value whose get_lock() and get_obj() are AttributeErrors.
template <class T>
class Value : public detail::Synchronized, public detail::Arithmetic<Value<T>, T> {
 public:
  using value_type = T;

  // Throws OSError, which names needed and free bytes, when there is no shared memory left.
  template <detail::SharedOptionsLike Options = SharedOptions>
  explicit Value(const T& initial = T(), Options options = {},
                 std::source_location site = std::source_location::current())
      : Value(initial, detail::shared_options(std::move(options)), site, nullptr) {}

  Value(const Value&) = default;
  Value& operator=(const Value&) = default;
  ~Value() = default;

  // A copy of what is there now.
  [[nodiscard]] T value() const {
    const std::scoped_lock guard(lock_);
    return *at_;
  }
  operator T() const { return value(); }

  void set_value(const T& value) {
    const std::scoped_lock guard(lock_);
    *at_ = value;
  }
  Value& operator=(const T& value) {
    set_value(value);
    return *this;
  }

  // Calls `change` with the object while the lock is held, and returns what it returns. Not a
  // reference to the object: it would outlive the lock.
  template <class Change>
  auto update(Change&& change) {
    const std::scoped_lock guard(lock_);
    return std::forward<Change>(change)(*at_);
  }

  // The object itself, for whoever holds the lock. Valid as long as a handle is left.
  // AttributeError if there is no lock.
  [[nodiscard]] T& get_obj() const {
    require_lock("get_obj()");
    return *at_;
  }

 private:
  friend struct detail::Archiver<Value>;
  template <class Any, detail::SharedOptionsLike Options>
  friend Value<Any> synchronized(const RawValue<Any>& raw, Options options,
                                 std::source_location site);

  Value(const T& initial, SharedOptions options, std::source_location site, std::nullptr_t)
      : Value(RawValue<T>(initial, RawOptions{options.name}, site),
              ValueLock(std::move(options.lock),
                        detail::block_lock_name("Value", options.name, site), site)) {}
  Value(const RawValue<T>& raw, ValueLock lock)
      : Synchronized(raw.block_, std::move(lock)), at_(raw.at_) {}

  T* at_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <class T>
struct detail::Archiver<Value<T>> {
  static void write(OutArchive& archive, const Value<T>& value) {
    block_pack(archive, "Value", *value.block_);
    archive(value.lock_);
  }
  static Value<T> make(InArchive& archive) {
    const auto raw = RawValue<T>::unpack(archive, "Value");
    return Value<T>(raw, archive.read_new<ValueLock>());
  }
  static void read(InArchive& archive, Value<T>& value) { value = make(archive); }
};

}  // namespace mp
