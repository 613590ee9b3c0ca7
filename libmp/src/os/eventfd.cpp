#include "os/eventfd.hpp"

#include "os/check.hpp"

#include <cerrno>
#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace mp::os {

UniqueFd make_eventfd() {
  return UniqueFd(check(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"));
}

// It can fail only for a counter that is full, and that one is readable anyway.
void ring_eventfd(int fd) noexcept {
  const int saved = errno;
  const std::uint64_t one = 1;
  (void)!retry_eintr([&] { return ::write(fd, &one, sizeof one); });
  errno = saved;
}

void silence_eventfd(int fd) noexcept {
  const int saved = errno;
  std::uint64_t rung = 0;
  (void)!retry_eintr([&] { return ::read(fd, &rung, sizeof rung); });
  errno = saved;
}

}  // namespace mp::os
