// Lock: mutual exclusion between processes and threads. Python's multiprocessing.Lock.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/timeout.hpp>

#include <concepts>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace mp {

class Condition;
class Lock;
namespace sync {
struct LockBody;
}

struct LockOptions {
  std::string name;  // for messages and the inspector
};

// A handle of one lock in shared memory; copies are handles of the same lock, also in other
// processes. Not recursive, and not bound to the thread or process that took it: any of them may
// release it. Satisfies Lockable: std::scoped_lock guard(lock).
// Threads, processes: any.
// fork: the child has the same lock in its present state; one that the parent holds is held.
// Blocks: acquire() and lock() until the lock is free. No system call while nobody else wants it.
//   KeyboardInterrupt when interrupt() ends the wait.
// Fails: when the process that holds it ends without having released it, every acquire and release
//   throws OwnerDied, waiting ones within 100 ms, until somebody has called recover().
//   The end of a thread is no death: the lock stays held.
//
//   state        acquire()            release()     recover()
//   free         held by the caller   ValueError    RuntimeError
//   held         waits                free          RuntimeError
//   owner died   OwnerDied            OwnerDied     held by the caller
//
// Differs from Python: there, a lock whose owner was killed blocks everybody for ever.
class Lock {
 public:
  // Throw OSError when there is no shared memory left.
  explicit Lock(std::source_location site = std::source_location::current());
  explicit Lock(LockOptions options, std::source_location site = std::source_location::current());
  explicit Lock(std::string_view name, std::source_location site = std::source_location::current());

  // Copies only: a lock that was moved from is still a lock.
  Lock(const Lock&) = default;
  Lock& operator=(const Lock&) = default;
  ~Lock() = default;

  // True when the caller now holds it. With a timeout false when that has passed; block = false
  // looks only once and ignores the timeout.
  bool acquire();
  [[nodiscard]] bool acquire(Timeout timeout);
  template <std::same_as<bool> Flag>
  bool acquire(Flag block, Timeout timeout = Timeout::never()) {
    return block ? acquire(timeout) : try_acquire();
  }
  [[nodiscard]] bool try_acquire();

  // Frees it, whoever holds it. ValueError if nobody does.
  void release();

  // After OwnerDied, and after the repair of what the lock guards: the caller holds the lock.
  // RuntimeError if another process or thread recovered it first, or if there is nothing to
  // recover.
  void recover();

  // For std::scoped_lock and its kin.
  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  // Does nothing, once, after a Condition's wait() has thrown OwnerDied on this thread: what the
  // guard around it held is not its any more.
  void unlock();

  // Whether anybody holds it at this moment; true also after the owner died.
  [[nodiscard]] bool locked() const noexcept;
  // As given; empty if it was not.
  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend struct detail::Archiver<Lock>;
  friend class Condition;
  friend std::string repr(const Lock& lock);

  // For Condition: frees it whole, and gets back what was freed.
  [[nodiscard]] sync::LockBody& body() const noexcept;
  [[nodiscard]] unsigned give_up() const;
  void take_back(unsigned depth) const;

  struct Body;
  explicit Lock(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<Lock> {
  static void write(OutArchive& archive, const Lock& value);
  static Lock make(InArchive& archive);
  static void read(InArchive& archive, Lock& value) { value = make(archive); }
};

// <Lock(owner=MainProcess)>, or MainProcess|T1 for another thread than the main one; seen by others
// SomeOtherThread or SomeOtherProcess; None if it is free.
[[nodiscard]] std::string repr(const Lock& lock);

}  // namespace mp
