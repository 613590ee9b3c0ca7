#include "os/watch.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/check.hpp"

namespace mp::os {

UniqueFd watch_process(ProcessId who) noexcept {
  UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(who.pid), 0)));
  // Opened first, compared second: if the start time is right now, the descriptor cannot be of a later process.
  if (pidfd.valid() && !is_alive(who)) pidfd.reset();
  return pidfd;
}

bool has_ended(const UniqueFd& pidfd) noexcept {
  pollfd look{pidfd.get(), POLLIN, 0};
  return retry_eintr([&] { return ::poll(&look, 1, 0); }) != 0;
}

bool signal_process(ProcessId who, int signal) noexcept {
  const UniqueFd pidfd = watch_process(who);
  return pidfd.valid() && ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

}  // namespace mp::os
