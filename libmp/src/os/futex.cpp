#include "os/futex.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace mp::os {

FutexResult futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) noexcept {
  timespec until{};
  timespec* limit = nullptr;
  if (!deadline.is_never()) {
    until.tv_sec = static_cast<time_t>(deadline.moment_ns() / 1'000'000'000u);
    until.tv_nsec = static_cast<long>(deadline.moment_ns() % 1'000'000'000u);
    limit = &until;
  }
  const int saved = errno;
  // FUTEX_WAIT_BITSET takes an absolute CLOCK_MONOTONIC moment, so a restart never lengthens the wait.
  const long result =
      ::syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, expected, limit, nullptr, FUTEX_BITSET_MATCH_ANY);
  const int error = result == -1 ? errno : 0;
  errno = saved;
  switch (error) {
    case EAGAIN: return FutexResult::ValueChanged;
    case ETIMEDOUT: return FutexResult::TimedOut;
    case EINTR: return FutexResult::Interrupted;
    default: return FutexResult::Woken;
  }
}

int futex_wake(const std::atomic<std::uint32_t>& word, int count) noexcept {
  const int saved = errno;
  const long result = ::syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
  errno = saved;
  return result < 0 ? 0 : static_cast<int>(result);
}

}  // namespace mp::os
