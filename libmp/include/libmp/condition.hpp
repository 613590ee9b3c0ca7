// Condition: wait until another process or thread says that something has changed. Python's
// multiprocessing.Condition.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/lock.hpp>
#include <libmp/rlock.hpp>
#include <libmp/timeout.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace mp {

// A handle of one condition in shared memory, together with its lock; copies are handles of the
// same, also in other processes. Satisfies Lockable by way of its lock.
// Threads, processes: any. fork: the child has the same condition and lock; the waits of its parent
//   are not its own.
// Blocks: wait() until it has been notified, and then until it has the lock again. notify() never.
//   KeyboardInterrupt when interrupt() ends the wait; the caller has the lock.
// Fails: wait() throws OwnerDied, within 100 ms, when the process that holds the lock has ended,
//   also before it is notified: the dead may be the one who would have done it. Then the caller
//   does not hold the lock, and a guard around the call leaves it alone.
//
//   a waiter                        notify()
//   sleeps                          wakes it; if it is killed later, it was woken and then died
//   is about to sleep, or to leave  counts; it will return true
//   was killed before               passes on to the next one: no notify is lost to the dead
//   has timed out                   passes on to the next one
//
// Nobody ever waits for a waiter to answer. Of waiters that are there at once, 32 are woken one by
// one, in turn; further ones all together, when those are fewer than a notify asks for.
// Differs from Python: there, a waiter that was killed blocks the next notify for ever.
class Condition {
 public:
  // With an RLock of its own. Throw OSError when there is no shared memory left.
  explicit Condition(std::string_view name = {},
                     std::source_location site = std::source_location::current());
  explicit Condition(const Lock& lock, std::string_view name = {},
                     std::source_location site = std::source_location::current());
  explicit Condition(const RLock& lock, std::string_view name = {},
                     std::source_location site = std::source_location::current());

  // Copies only: a condition that was moved from is still one.
  Condition(const Condition&) = default;
  Condition& operator=(const Condition&) = default;
  ~Condition() = default;

  // The lock's.
  bool acquire();
  [[nodiscard]] bool acquire(Timeout timeout);
  template <std::same_as<bool> Flag>
  bool acquire(Flag block, Timeout timeout = Timeout::never()) {
    return block ? acquire(timeout) : try_acquire();
  }
  [[nodiscard]] bool try_acquire();
  void release();
  void recover();
  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  void unlock();

  // The caller holds the lock, else AssertionError. Gives it up, an RLock at any depth, sleeps
  // until notified or until the timeout has passed, and takes it back, however long that takes.
  // Whether it was notified.
  bool wait(Timeout timeout = Timeout::never());

  // Waits until `predicate` is true; the timeout is for the whole of it. The last value of
  // `predicate`.
  template <std::predicate Predicate>
  bool wait_for(Predicate&& predicate, Timeout timeout = Timeout::never()) {
    const auto begin = std::chrono::steady_clock::now();
    while (!std::invoke(predicate)) {
      if (timeout.is_never()) {
        wait();
        continue;
      }
      const auto left = timeout.duration() - (std::chrono::steady_clock::now() - begin);
      if (left <= std::chrono::nanoseconds::zero()) return false;
      wait(left);
    }
    return true;
  }

  // The caller holds the lock, else AssertionError. Wakes as many as are there, `count` at most.
  void notify(int count = 1);
  void notify_all();

  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend struct detail::Archiver<Condition>;
  friend std::string repr(const Condition& condition);

  [[nodiscard]] const std::variant<Lock, RLock>& any_lock() const noexcept;
  [[nodiscard]] unsigned waiting() const noexcept;

  struct Body;
  explicit Condition(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<Condition> {
  static void write(OutArchive& archive, const Condition& value);
  static Condition make(InArchive& archive);
  static void read(InArchive& archive, Condition& value) { value = make(archive); }
};

// <Condition(<RLock(None, 0)>, 2)>: the lock, and how many wait.
[[nodiscard]] std::string repr(const Condition& condition);

}  // namespace mp
