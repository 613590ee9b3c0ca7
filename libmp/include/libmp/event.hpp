// Event: a flag that processes and threads wait for. Python's multiprocessing.Event.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/timeout.hpp>

#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace mp {

// A handle of one flag in shared memory, false at first; copies are handles of the same, also in
// other processes.
// Threads, processes: any. fork: the child has the same event.
// Blocks: wait() until the flag is set. No system call while nobody sleeps.
//   KeyboardInterrupt when interrupt() ends the wait.
// Killed processes: no concern. Nobody holds an event, nobody waits for a waiter, and a wake-up
//   that was lost with its sender is made good within 50 ms.
// Differs from Python: set() wakes all who wait then, also those who come to look only after a
//   clear() that follows at once; there they sleep on.
class Event {
 public:
  // Throws OSError when there is no shared memory left.
  explicit Event(std::string_view name = {},
                 std::source_location site = std::source_location::current());

  // Copies only: an event that was moved from is still one.
  Event(const Event&) = default;
  Event& operator=(const Event&) = default;
  ~Event() = default;

  [[nodiscard]] bool is_set() const noexcept;
  void set() noexcept;
  void clear() noexcept;
  // True at once if it is set, or when it has been set; false when the timeout has passed.
  bool wait(Timeout timeout = Timeout::never());

  [[nodiscard]] const std::string& name() const noexcept;

 private:
  friend struct detail::Archiver<Event>;
  friend std::string repr(const Event& event);

  struct Body;
  explicit Event(std::shared_ptr<Body> body) noexcept : body_(std::move(body)) {}

  std::shared_ptr<Body> body_;
};

// An argument of a Process, whatever its start method: the child has another handle of the same
// object. RuntimeError in a queue.
template <>
struct detail::Archiver<Event> {
  static void write(OutArchive& archive, const Event& value);
  static Event make(InArchive& archive);
  static void read(InArchive& archive, Event& value) { value = make(archive); }
};

// <Event at 0x7f0c2c000b80 set>
[[nodiscard]] std::string repr(const Event& event);

}  // namespace mp
