#include "os/lifeline.hpp"

#include "os/check.hpp"
#include "os/fork_hooks.hpp"

#include <atomic>
#include <charconv>
#include <csignal>
#include <iterator>
#include <string_view>
#include <variant>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace mp::os {
namespace {

constinit std::atomic<int> held_here{-1};

void close_held() {
  const int fd = held_here.exchange(-1, std::memory_order_relaxed);
  if (fd >= 0) (void)::close(fd);
}

}  // namespace

Lifeline make_lifeline() {
  int ends[2];
  check(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe");
  return {UniqueFd(ends[1]), UniqueFd(ends[0])};
}

bool is_cut(int end) noexcept {
  pollfd look{end, 0, 0};
  return retry_eintr([&] { return ::poll(&look, 1, 0); }) == 1 && (look.revents & POLLHUP) != 0;
}

void close_in_forks(int held) {
  static constinit Lasting<std::monostate> hook({.in_child = close_held});
  (void)hook.get();
  held_here.store(held, std::memory_order_relaxed);
}

// Who is to be signalled belongs to the open file, and forks share that: so the pipe is opened anew
// (fcntl(2), F_SETOWN and F_SETSIG; proc(5), /proc/pid/fd).
UniqueFd tie_to(int end) noexcept {
  constexpr std::string_view kFolder = "/proc/self/fd/";
  char path[32] = {};
  std::to_chars(path + kFolder.copy(path, kFolder.size()), std::end(path) - 1, end);
  UniqueFd own(static_cast<int>(
      retry_eintr([&] { return ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); })));
  if (!own.valid()) return own;
  const bool tied = ::fcntl(own.get(), F_SETOWN, ::getpid()) == 0 &&
                    ::fcntl(own.get(), F_SETSIG, SIGKILL) == 0 &&
                    ::fcntl(own.get(), F_SETFL, O_ASYNC | O_NONBLOCK) == 0;
  if (!tied) return {};
  if (is_cut(own.get())) (void)::kill(::getpid(), SIGKILL);
  return own;
}

}  // namespace mp::os
