#include "proc/started_child.hpp"

#include "os/child.hpp"
#include "os/poll.hpp"
#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"

#include <chrono>

namespace mp::proc {

std::optional<int> StartedChild::poll() noexcept {
  const std::scoped_lock guard(mutex_);
  if (code_) return code_;
  const os::ChildState state = os::peek_child(pidfd_.get());
  if (state.kind == os::ChildState::Kind::Running) return std::nullopt;
  const int code = state.kind == os::ChildState::Kind::Ended ? state.code : kUnknownCode;
  probe::child_reaped(puid_, code);
  os::reap_child(pidfd_.get());
  code_ = code;
  return code_;
}

bool StartedChild::wait(os::Deadline deadline) {
  using namespace std::chrono_literals;
  if (poll()) return true;
  if (deadline.has_passed()) return false;
  probe::Wait wait(wire::ThreadState::Join, 0, puid_);
  while (os::poll_readable(pidfd_.get(), deadline)) {
    if (poll()) {
      wait.end(true);
      return true;
    }
    // Ended, but a debugger still holds it: the kernel gives us its status when the debugger has
    // let go.
    os::sleep_until(os::Deadline::after(1ms));
    if (deadline.has_passed()) return false;
  }
  return false;
}

void StartedChild::signal(int number) {
  if (poll()) return;
  if (os::send_signal(pidfd_.get(), number)) probe::signal_sent(puid_, number);
}

}  // namespace mp::proc
