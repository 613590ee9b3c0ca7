// ValueLock: the lock of a Value or an Array, be it a Lock or an RLock, and the argument that
// chooses it.
#pragma once

#include <libmp/detail/value_block.hpp>
#include <libmp/lock.hpp>
#include <libmp/rlock.hpp>
#include <libmp/serialize.hpp>
#include <libmp/timeout.hpp>

#include <concepts>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace mp {

// Python's `lock`: true for an RLock of its own, false for none, or one that exists already.
using LockArgument = std::variant<bool, Lock, RLock>;

struct SharedOptions {
  LockArgument lock = true;
  std::string name = {};  // for messages and the inspector
};

namespace detail {

// A constructor takes {.lock = lock, .name = "n"}, or the lock alone.
template <class T>
concept SharedOptionsLike = std::same_as<T, SharedOptions> || std::same_as<T, bool> ||
                            std::same_as<T, Lock> || std::same_as<T, RLock>;

template <SharedOptionsLike T>
SharedOptions shared_options(T options) {
  if constexpr (std::same_as<T, SharedOptions>) {
    return options;
  } else {
    return {.lock = LockArgument(std::move(options))};
  }
}

}  // namespace detail

// A handle of a Lock or an RLock; what it does and how it fails is theirs. Lockable:
// std::scoped_lock guard(counter.get_lock()).
class ValueLock {
 public:
  ValueLock(const Lock& lock) : lock_(lock) {}
  ValueLock(const RLock& lock) : lock_(lock) {}
  ValueLock(LockArgument argument, std::string name, std::source_location site)
      : lock_(std::move(argument)) {
    if (const bool* own = std::get_if<bool>(&lock_); own != nullptr && *own)
      lock_ = RLock(LockOptions{std::move(name)}, site);
  }

  // False when there is none: then acquiring and releasing do nothing.
  [[nodiscard]] bool exists() const noexcept { return !std::holds_alternative<bool>(lock_); }

  bool acquire() {
    return with([](auto& lock) { return lock.acquire(); });
  }
  [[nodiscard]] bool acquire(Timeout timeout) {
    return with([&](auto& lock) { return lock.acquire(timeout); });
  }
  template <std::same_as<bool> Flag>
  bool acquire(Flag block, Timeout timeout = Timeout::never()) {
    return block ? acquire(timeout) : try_acquire();
  }
  [[nodiscard]] bool try_acquire() {
    return with([](auto& lock) { return lock.try_acquire(); });
  }
  void release() {
    with([](auto& lock) { return lock.release(), true; });
  }
  void recover() {
    with([](auto& lock) { return lock.recover(), true; });
  }
  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  void unlock() {
    with([](auto& lock) { return lock.unlock(), true; });
  }
  [[nodiscard]] bool locked() const noexcept {
    if (const auto* rlock = std::get_if<RLock>(&lock_)) return rlock->locked();
    if (const auto* lock = std::get_if<Lock>(&lock_)) return lock->locked();
    return false;
  }

 private:
  friend struct detail::Archiver<ValueLock>;
  explicit ValueLock(LockArgument lock) : lock_(std::move(lock)) {}

  template <class Call>
  bool with(Call&& call) {
    if (auto* rlock = std::get_if<RLock>(&lock_)) [[likely]]
      return call(*rlock);
    if (auto* lock = std::get_if<Lock>(&lock_)) return call(*lock);
    return true;
  }

  LockArgument lock_;
};

template <>
struct detail::Archiver<ValueLock> {
  static void write(OutArchive& archive, const ValueLock& value) { archive(value.lock_); }
  static ValueLock make(InArchive& archive) { return ValueLock(archive.read_new<LockArgument>()); }
  static void read(InArchive& archive, ValueLock& value) { value = make(archive); }
};

namespace detail {

// What Value and Array have in common, which makes them Lockable themselves.
class Synchronized {
 public:
  // AttributeError if there is no lock.
  [[nodiscard]] ValueLock& get_lock() const {
    require_lock("get_lock()");
    return lock_;
  }

  // As the lock's. AttributeError if there is none.
  bool acquire() { return get_lock().acquire(); }
  [[nodiscard]] bool acquire(Timeout timeout) { return get_lock().acquire(timeout); }
  template <std::same_as<bool> Flag>
  bool acquire(Flag block, Timeout timeout = Timeout::never()) {
    return get_lock().acquire(block, timeout);
  }
  [[nodiscard]] bool try_acquire() { return get_lock().try_acquire(); }
  void release() { get_lock().release(); }
  void recover() { get_lock().recover(); }
  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  void unlock() { get_lock().unlock(); }

 protected:
  Synchronized(BlockCore block, ValueLock lock)
      : block_(std::move(block)), lock_(std::move(lock)) {}

  void require_lock(const char* operation) const {
    if (!lock_.exists()) throw_no_lock(*block_, operation);
  }

  BlockCore block_;
  mutable ValueLock lock_;
};

}  // namespace detail
}  // namespace mp
