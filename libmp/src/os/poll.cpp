#include "os/poll.hpp"

#include "os/check.hpp"

#include <cerrno>

#include <time.h>

namespace mp::os {
namespace {

bool poll_one(int fd, short events, Deadline deadline) {
  pollfd item{.fd = fd, .events = events, .revents = 0};
  if (os::poll(std::span(&item, 1), deadline) == 0) return false;
  if ((item.revents & POLLNVAL) != 0) throw_errno(EBADF, "poll");
  return true;
}

}  // namespace

int poll(std::span<pollfd> items, Deadline deadline) {
  while (true) {
    timespec left{};
    if (!deadline.is_never()) {
      const std::uint64_t ns = deadline.remaining_ns();
      left.tv_sec = static_cast<time_t>(ns / 1'000'000'000u);
      left.tv_nsec = static_cast<long>(ns % 1'000'000'000u);
    }
    const int ready =
        ::ppoll(items.data(), items.size(), deadline.is_never() ? nullptr : &left, nullptr);
    if (ready >= 0) return ready;
    if (errno != EINTR) throw_errno("poll");
  }
}

bool poll_readable(int fd, Deadline deadline) { return poll_one(fd, POLLIN, deadline); }

bool poll_writable(int fd, Deadline deadline) { return poll_one(fd, POLLOUT, deadline); }

}  // namespace mp::os
