// wait: until one of many is ready. Python's multiprocessing.connection.wait.
#pragma once

#include <libmp/timeout.hpp>

#include <concepts>
#include <initializer_list>
#include <span>
#include <vector>

namespace mp {

class Connection;

// Anything with a descriptor that becomes readable: Connection, Listener, a Process' sentinel, a
// plain descriptor. A view: what it was made from must stay open during wait(). Made from something
// closed, it throws what fileno() throws.
class Waitable {
 public:
  Waitable(int fd) noexcept : fd_(fd) {}
  Waitable(const Connection& connection);
  template <typename Source>
    requires requires(const Source& source) {
      { source.fileno() } -> std::convertible_to<int>;
    }
  Waitable(const Source& source) : fd_(source.fileno()) {}

  [[nodiscard]] int fileno() const noexcept { return fd_; }
  // ready[0] == conn
  friend bool operator==(const Waitable& a, const Waitable& b) noexcept { return a.fd_ == b.fd_; }

 private:
  int fd_;
};

// Those that are ready, in the order given; empty when none was in time. Ready means that a read
// would not block: there is data, the end of the stream, or an error to report. Throws
// OSError(EBADF) for a descriptor that is not open.
[[nodiscard]] std::vector<Waitable> wait(std::span<const Waitable> objects,
                                         Timeout timeout = Timeout::never());
[[nodiscard]] inline std::vector<Waitable> wait(std::initializer_list<Waitable> objects,
                                                Timeout timeout = Timeout::never()) {
  return wait(std::span(objects.begin(), objects.size()), timeout);
}

}  // namespace mp
