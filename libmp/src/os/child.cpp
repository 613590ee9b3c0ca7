#include "os/child.hpp"

#include "os/check.hpp"
#include <libmp/exceptions.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Itanium C++ ABI 3.3.5: what atexit() does, and the running of it, all of it when given null.
extern "C" int __cxa_atexit(void (*handler)(void*), void* argument, void* dso) noexcept;
extern "C" void __cxa_finalize(void* dso) noexcept;

namespace mp::os {
namespace {

// Called by number: glibc has wrappers since 2.36, and the <sys/pidfd.h> of that release lacks C++
// linkage.
constexpr long kPidfdSendSignal = 424;
constexpr long kPidfdOpen = 434;
static_assert(SYS_pidfd_send_signal == kPidfdSendSignal && SYS_pidfd_open == kPidfdOpen);
constexpr auto kByPidfd = static_cast<idtype_t>(3);  // P_PIDFD, unknown to older headers

struct OwnExit {
  int code = 0;
  void (*last)(int code) = nullptr;
};
OwnExit own_exit;

[[noreturn]] void finish_own_exit() noexcept {
  own_exit.last(own_exit.code);
  ::_exit(own_exit.code);
}

// WNOHANG alone reports "nothing yet" as success with si_pid 0.
int wait_for(int pidfd, siginfo_t& info, int flags) noexcept {
  info = {};
  return retry_eintr([&] {
    return ::waitid(kByPidfd, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG | flags);
  });
}

}  // namespace

std::uint32_t fork_process() { return static_cast<std::uint32_t>(check(::fork(), "fork")); }

UniqueFd open_pidfd(std::uint32_t pid) {
  const long fd = ::syscall(kPidfdOpen, static_cast<pid_t>(pid), 0);
  if (fd == -1) throw_errno("pidfd_open", "pid " + std::to_string(pid));
  UniqueFd pidfd(static_cast<int>(fd));  // close-on-exec by definition
  if (pidfd.get() > STDERR_FILENO) return pidfd;
  // A program with closed standard streams: their numbers are no place to live at.
  return UniqueFd(check(::fcntl(pidfd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1), "dup"));
}

UniqueFd open_ready_fd() { return UniqueFd(check(::eventfd(1, EFD_CLOEXEC), "eventfd")); }

UniqueFd pidfd_of_child(std::uint32_t pid) {
  try {
    return open_pidfd(pid);
  } catch (const OSError& error) {
    if (error.error_number() != ESRCH) throw;
    return open_ready_fd();  // it has ended, and nobody will know how
  }
}

ChildState peek_child(int pidfd) noexcept {
  const int saved = errno;
  siginfo_t info;
  ChildState state;
  if (wait_for(pidfd, info, WNOWAIT) == -1) {
    state.kind = ChildState::Kind::Lost;
  } else if (info.si_pid != 0) {
    state.kind = ChildState::Kind::Ended;
    state.code = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
  }
  errno = saved;
  return state;
}

void reap_child(int pidfd) noexcept {
  const int saved = errno;
  siginfo_t info;
  (void)wait_for(pidfd, info, 0);
  errno = saved;
}

void discard_child(std::uint32_t pid) noexcept {
  const int saved = errno;
  const auto child = static_cast<pid_t>(pid);
  (void)::kill(child, SIGKILL);
  (void)retry_eintr([&] { return ::waitpid(child, nullptr, 0); });
  errno = saved;
}

void sleep_until(Deadline deadline) noexcept {
  do {
    (void)::poll(nullptr, 0, deadline.poll_timeout_ms());
  } while (!deadline.has_passed());
}

bool send_signal(int pidfd, int signal) {
  if (::syscall(kPidfdSendSignal, pidfd, signal, nullptr, 0) == 0) return true;
  if (errno == ESRCH) return false;
  throw_errno("pidfd_send_signal", "signal " + std::to_string(signal));
}

void detach_stdin() noexcept {
  const int null =
      static_cast<int>(retry_eintr([] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }));
  if (null == -1) return;
  if (null == STDIN_FILENO) {
    (void)::fcntl(null, F_SETFD,
                  0);  // it was closed before: a child of the child wants it open as well
    return;
  }
  (void)retry_eintr([&] { return ::dup2(null, STDIN_FILENO); });
  (void)::close(null);
}

std::string working_directory() {
  const std::unique_ptr<char, void (*)(void*)> path(::getcwd(nullptr, 0), std::free);
  return path != nullptr ? path.get() : "";
}

bool change_directory(const std::string& path) noexcept { return ::chdir(path.c_str()) == 0; }

std::uint32_t own_pid() noexcept { return static_cast<std::uint32_t>(::getpid()); }

void at_every_exit(void (*hook)(int status)) noexcept {
  // on_exit and not atexit: the status is a fact worth reporting.
  (void)::on_exit([](int status, void* raw) { reinterpret_cast<void (*)(int)>(raw)(status); },
                  reinterpret_cast<void*>(hook));
}

// They run in the reverse order of their registration: ours comes before the parent's.
void begin_own_exit_handlers() noexcept {
  (void)__cxa_atexit(
      [](void*) {
        if (own_exit.last != nullptr) finish_own_exit();
      },
      nullptr, nullptr);
}

// Not exit(3): that would also destroy the thread_locals, which this thread has of its parent's.
void exit_after_own_handlers(int code, void (*last)(int code)) noexcept {
  own_exit = {code, last};
  __cxa_finalize(nullptr);
  finish_own_exit();
}

void exit_now(int code) noexcept { ::_exit(code); }

}  // namespace mp::os
