// A one-way signal between relatives: who waits goes on when somebody opens it, or when all who
// could have died.
#pragma once

#include <chrono>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace support {

// Made before the fork, used by both sides. Several may wait, each passing takes one open(); a 0 is
// sent unless a value is given.
class PipeGate {
 public:
  PipeGate() {
    if (::pipe2(fds_, O_CLOEXEC) != 0)
      throw std::system_error(errno, std::generic_category(), "pipe2");
  }
  ~PipeGate() {
    ::close(fds_[0]);
    ::close(fds_[1]);
  }
  PipeGate(const PipeGate&) = delete;
  PipeGate& operator=(const PipeGate&) = delete;

  void open(int value = 0) const { (void)!::write(fds_[1], &value, sizeof value); }

  // What was sent, or -1 when nothing came in time.
  int pass(std::chrono::milliseconds patience = std::chrono::seconds{20}) const {
    pollfd item{fds_[0], POLLIN, 0};
    const auto until = std::chrono::steady_clock::now() + patience;
    int ready = 0;
    do {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      ready = ::poll(&item, 1, left.count() > 0 ? static_cast<int>(left.count()) : 0);
    } while (ready == -1 && errno == EINTR);
    int value = -1;
    if (ready <= 0 || ::read(fds_[0], &value, sizeof value) != sizeof value) return -1;
    return value;
  }

 private:
  int fds_[2];
};

}  // namespace support
