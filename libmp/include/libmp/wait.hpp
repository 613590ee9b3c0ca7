// wait: until one of many is ready. Python's multiprocessing.connection.wait.
#pragma once

#include <libmp/detail/wait_source.hpp>
#include <libmp/timeout.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace mp {

class Connection;
class Listener;

// Anything with a descriptor that becomes readable: Connection, Listener, a Process' sentinel, a
// plain descriptor; and Queue, JoinableQueue, SimpleQueue. A view: what it was made from must stay
// open during wait(). Made from something closed, it throws what fileno() throws, or get().
class Waitable {
 public:
  Waitable(int fd) noexcept : fd_(fd) {}
  Waitable(const Connection& connection);
  Waitable(const Listener& listener);
  template <typename Source>
    requires requires(const Source& source) {
      { source.fileno() } -> std::convertible_to<int>;
    }
  Waitable(const Source& source) : fd_(source.fileno()) {}
  Waitable(const detail::WaitSource& source) noexcept
      : fd_(source.eventfd()), probe_(source.probe()), source_(&source) {}

  // Of a queue: a number to tell it by, nothing to read from.
  [[nodiscard]] int fileno() const noexcept { return fd_; }
  [[nodiscard]] const detail::WaitSource* source() const noexcept { return source_; }
  // What the inspector knows it by in this process; 0: only by its descriptor, if that.
  [[nodiscard]] std::uint32_t probe() const noexcept { return probe_; }
  // ready[0] == conn
  friend bool operator==(const Waitable& a, const Waitable& b) noexcept { return a.fd_ == b.fd_; }

 private:
  int fd_;
  std::uint32_t probe_ = 0;
  const detail::WaitSource* source_ = nullptr;
};

// Those that are ready, in the order given; empty when none was in time. Ready means that a read,
// or get(), would not block: there is data or an item, the end (also shutdown() of a queue, or all
// its producers gone), or an error to report. Whoever else reads may be quicker.
// Blocks: until then. Killed processes: a queue's item is seen within 100 ms even if its producer
// was killed before it could tell. The inspector names what is waited for, the first 14 of them: a
// process by its sentinel().
// Throws OSError(EBADF) for a descriptor that is not open, and what get() throws for a queue that
// is closed in this process.
[[nodiscard]] std::vector<Waitable> wait(std::span<const Waitable> objects,
                                         Timeout timeout = Timeout::never());
[[nodiscard]] inline std::vector<Waitable> wait(std::initializer_list<Waitable> objects,
                                                Timeout timeout = Timeout::never()) {
  return wait(std::span(objects.begin(), objects.size()), timeout);
}

}  // namespace mp
