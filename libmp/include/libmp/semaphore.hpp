// Semaphore and BoundedSemaphore: permits that processes and threads take and give back. Python's
// multiprocessing.Semaphore and BoundedSemaphore.
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

// A handle of one semaphore in shared memory; copies are handles of the same, also in other
// processes. Permits belong to nobody: whoever likes may release. But it is known how many each
// process has taken and not given back. Satisfies Lockable.
// Threads, processes: any. fork: the child has the same semaphore, and holds nothing of it.
// Blocks: acquire() and lock() while the value is 0. No system call while nobody sleeps.
//   KeyboardInterrupt when interrupt() ends the wait.
// Fails: when a process ends with permits, they are missing until somebody has called recover().
//   Who waits then is told by OwnerDied, within 100 ms, if nobody living is left to wait for: no
//   living process holds a permit, and none has given back more than it took.
//
//   value   missing from the initial value   acquire()   release()       recover()
//   > 0     any                              value - 1   value + 1 (*)   gives back what the dead
//   0       none, or some with the living    waits       value + 1       hold of the missing ones,
//   0       all with the dead                OwnerDied   value + 1       and returns how many
//   (*) BoundedSemaphore: ValueError if nothing is missing
//
// Where permits are given back by others than those who took them, as between producers and
// consumers, the dead may hold what the living will still give back: do not recover() there.
// Of 31 processes the permits are known by process; entries of the dead that hold nothing are used
// again. What further processes hold counts as held by the living.
// Differs from Python: there, permits of the dead are lost, silently and for ever.
class Semaphore {
 public:
  // ValueError for a value below 0 or above 2^30 - 1; OSError when there is no shared memory left.
  explicit Semaphore(int value = 1, std::string_view name = {},
                     std::source_location site = std::source_location::current());

  // Copies only: a semaphore that was moved from is still one.
  Semaphore(const Semaphore&) = default;
  Semaphore& operator=(const Semaphore&) = default;
  ~Semaphore() = default;

  // True when the caller has got a permit. With a timeout false when that has passed; block = false
  // looks only once and ignores the timeout.
  bool acquire();
  [[nodiscard]] bool acquire(Timeout timeout);
  template <std::same_as<bool> Flag>
  bool acquire(Flag block, Timeout timeout = Timeout::never()) {
    return block ? acquire(timeout) : try_acquire();
  }
  [[nodiscard]] bool try_acquire();

  // ValueError when the value would get too large.
  void release();

  // Gives back what the dead hold, and returns how many permits that were: 0 if there are none, or
  // another process was first. Takes none for the caller.
  int recover();

  void lock() { acquire(); }
  [[nodiscard]] bool try_lock() { return try_acquire(); }
  void unlock() { release(); }

  // At this moment. How many of the missing ones are with the dead is asked from the kernel: some
  // microseconds for each process that holds any.
  [[nodiscard]] int get_value() const noexcept;
  [[nodiscard]] int held_by_the_dead() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept;

 protected:
  enum class Bound { None, Initial };
  Semaphore(int value, Bound bound, std::string_view name, const std::source_location& site);

 private:
  friend struct detail::Archiver<Semaphore>;
  friend std::string repr(const Semaphore& semaphore);

  struct Body;
  explicit Semaphore(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<Semaphore> {
  static void write(OutArchive& archive, const Semaphore& value);
  static Semaphore make(InArchive& archive);
  static void read(InArchive& archive, Semaphore& value) { value = make(archive); }
};

// A Semaphore whose value never exceeds its initial value: release() of a permit that nobody took
// is a ValueError.
class BoundedSemaphore : public Semaphore {
 public:
  explicit BoundedSemaphore(int value = 1, std::string_view name = {},
                            std::source_location site = std::source_location::current())
      : Semaphore(value, Bound::Initial, name, site) {}

 private:
  friend struct detail::Archiver<BoundedSemaphore>;
  explicit BoundedSemaphore(Semaphore received) noexcept : Semaphore(std::move(received)) {}
};

template <>
struct detail::Archiver<BoundedSemaphore> {
  static void write(OutArchive& archive, const BoundedSemaphore& value) {
    Archiver<Semaphore>::write(archive, value);
  }
  static BoundedSemaphore make(InArchive& archive) {
    return BoundedSemaphore(Archiver<Semaphore>::make(archive));
  }
  static void read(InArchive& archive, BoundedSemaphore& value) { value = make(archive); }
};

// <Semaphore(value=2)>, <BoundedSemaphore(value=2, maxvalue=2)>
[[nodiscard]] std::string repr(const Semaphore& semaphore);

}  // namespace mp
