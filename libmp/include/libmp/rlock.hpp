// RLock: a lock that its owner may take again. Python's multiprocessing.RLock.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/lock.hpp>

#include <concepts>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace mp {

// A handle of one recursive lock in shared memory, in all manners like Lock, but it belongs to the
// thread that took it: that thread may take it again at once, has to release it as often as it took
// it, and is the only one that may. Satisfies Lockable.
// Threads, processes: any. fork: the child is not the owner of what its parent holds.
// Blocks: acquire() and lock() until the lock is free or the caller's own. No system call while
//   nobody else wants it. KeyboardInterrupt when interrupt() ends the wait.
// Fails: when the process of its owner ends, as for Lock. A thread that ends while it holds the
//   lock leaves it held.
//
//   state              acquire()              release()              recover()
//   free               the caller's, depth 1  AssertionError         RuntimeError
//   the caller's       depth + 1              depth - 1; free at 0   RuntimeError
//   another thread's   waits                  AssertionError         RuntimeError
//   owner died         OwnerDied              OwnerDied              the caller's, depth 1
//
// Differs from Python: there, a lock whose owner was killed blocks everybody for ever.
class RLock {
 public:
  // Throw OSError when there is no shared memory left.
  explicit RLock(std::source_location site = std::source_location::current());
  explicit RLock(LockOptions options, std::source_location site = std::source_location::current());
  explicit RLock(std::string_view name,
                 std::source_location site = std::source_location::current());

  // Copies only: a lock that was moved from is still a lock.
  RLock(const RLock&) = default;
  RLock& operator=(const RLock&) = default;
  ~RLock() = default;

  // As Lock's.
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
  // As Lock's: does nothing, once, after a wait() that lost the lock.
  void unlock();

  [[nodiscard]] bool locked() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend struct detail::Archiver<RLock>;
  friend class Condition;
  friend std::string repr(const RLock& lock);

  [[nodiscard]] sync::LockBody& body() const noexcept;
  [[nodiscard]] unsigned give_up() const;
  void take_back(unsigned depth) const;

  struct Body;
  explicit RLock(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<RLock> {
  static void write(OutArchive& archive, const RLock& value);
  static RLock make(InArchive& archive);
  static void read(InArchive& archive, RLock& value) { value = make(archive); }
};

// <RLock(MainProcess, 1)>: the owner as for Lock, and the depth; for others than the owner
// "nonzero".
[[nodiscard]] std::string repr(const RLock& lock);

}  // namespace mp
