// Barrier: a number of processes and threads wait for each other. Python's multiprocessing.Barrier.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/timeout.hpp>

#include <functional>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace mp {

// A handle of one barrier in shared memory; copies are handles of the same, also in other
// processes.
// Threads, processes: any. fork: the child has the same barrier, and has not come to it yet.
// Blocks: wait() until as many as there are parties have come. KeyboardInterrupt when interrupt()
//   ends the wait; the barrier is then broken.
// Fails: wait() throws BrokenBarrierError when the barrier is or gets broken: by abort(), by a
//   timeout, by reset() for those who wait, by an exception out of the action, or within 100 ms by
//   the death of a party, which is then named.
//
//   state     wait()                           abort()   reset()
//   filling   waits; the last one lets all go  broken    who waits is told; filling
//   broken    BrokenBarrierError               broken    filling
//
// A party is a process that waits, that runs the action, or that took part in the last round: until
// it comes again, drops its last handle, or ends in good order with exit code 0 (a process of
// libmp, or by exit()). One that is killed after it has come may still count in that round, as if
// it had passed and then died. Deaths of 32 processes are watched; reset() forgets the dead.
// Differs from Python: there, a party that was killed blocks the others for ever.
class Barrier {
 public:
  // `action` is run once each time, by the last one to come, before any is let go; only a plain
  // function can be sent to children of spawn and forkserver along with the barrier. `timeout` is
  // that of wait() without one. ValueError for less than 1 or more than 65535 parties; OSError when
  // there is no shared memory left.
  explicit Barrier(int parties, std::function<void()> action = {},
                   Timeout timeout = Timeout::never(), std::string_view name = {},
                   std::source_location site = std::source_location::current());

  // Copies only: a barrier that was moved from is still one.
  Barrier(const Barrier&) = default;
  Barrier& operator=(const Barrier&) = default;
  ~Barrier() = default;

  // 0 to parties - 1, each value for one of those who pass together. A timeout that passes breaks
  // the barrier.
  int wait();
  int wait(Timeout timeout);
  void abort() noexcept;
  // Empty again, and not broken; who waits gets BrokenBarrierError.
  void reset() noexcept;

  [[nodiscard]] int parties() const noexcept;
  // At this moment; 0 if it is broken.
  [[nodiscard]] int n_waiting() const noexcept;
  [[nodiscard]] bool broken() const noexcept;
  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend struct detail::Archiver<Barrier>;
  friend std::string repr(const Barrier& barrier);

  struct Body;
  explicit Barrier(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<Barrier> {
  static void write(OutArchive& archive, const Barrier& value);
  static Barrier make(InArchive& archive);
  static void read(InArchive& archive, Barrier& value) { value = make(archive); }
};

// <Barrier at 0x7f0c2c000b80: waiters=1/3>, <Barrier at 0x7f0c2c000b80: broken>
[[nodiscard]] std::string repr(const Barrier& barrier);

}  // namespace mp
