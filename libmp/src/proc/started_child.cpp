#include "proc/started_child.hpp"

#include "os/child.hpp"
#include "os/packet.hpp"
#include "os/poll.hpp"
#include "probe/lifecycle.hpp"
#include "probe/probe.hpp"
#include "proc/fork_server.hpp"

#include <chrono>
#include <span>

namespace mp::proc {
namespace {

constexpr std::chrono::seconds kServerPatience{2};  // with one that is stopped, or has much to do

}  // namespace

std::optional<int> StartedChild::code_of_own_child() const noexcept {
  const os::ChildState state = os::peek_child(pidfd_.get());
  if (state.kind == os::ChildState::Kind::Running) return std::nullopt;
  return state.kind == os::ChildState::Kind::Ended ? state.code : kUnknownCode;
}

// The kernel tells of the end a moment before the server does.
std::optional<int> StartedChild::code_from_server() const noexcept {
  try {
    if (!os::poll_readable(pidfd_.get(), os::Deadline::at_ns(0))) return std::nullopt;
    ServerNews news;
    const auto room = std::as_writable_bytes(std::span(&news, 1));
    if (!os::poll_readable(status_.get(), os::Deadline::after(kServerPatience)))
      return kUnknownCode;
    const auto packet = os::receive_packet(status_.get(), room);
    if (packet && packet->size == sizeof news && news.kind == ServerNews::Kind::Ended)
      return news.value;
  } catch (...) {  // out of memory for a packet
  }
  return kUnknownCode;
}

std::optional<int> StartedChild::poll() noexcept {
  const std::scoped_lock guard(mutex_);
  if (code_) return code_;
  const std::optional<int> code = status_.valid() ? code_from_server() : code_of_own_child();
  if (!code) return std::nullopt;
  probe::child_reaped(puid_, *code, asked_by_ != 0 && *code == -asked_by_);
  if (status_.valid())
    status_.reset();  // the server may reap it now
  else
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
  if (!os::send_signal(pidfd_.get(), number)) return;
  asked_by_ = number;
  probe::signal_sent(puid_, number);
}

}  // namespace mp::proc
