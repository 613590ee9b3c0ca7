#include "os/socket.hpp"

#include "os/check.hpp"
#include "os/poll.hpp"

#include <array>
#include <cerrno>

#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

namespace mp::os {
namespace {

// write(2) to a pipe has no MSG_NOSIGNAL: the signal is blocked around it, and taken away if this
// call raised it (one that was pending before stays).
class NoSigpipe {
 public:
  NoSigpipe() noexcept {
    sigset_t pending;
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::sigemptyset(&only_);
    ::sigaddset(&only_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &only_, &before_);
  }
  ~NoSigpipe() {
    const int saved = errno;
    if (broken_ && !was_pending_) {
      const timespec at_once{};
      retry_eintr([&] { return ::sigtimedwait(&only_, nullptr, &at_once); });
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = saved;
  }
  NoSigpipe(const NoSigpipe&) = delete;
  NoSigpipe& operator=(const NoSigpipe&) = delete;

  void broken() noexcept { broken_ = true; }

 private:
  sigset_t only_;
  sigset_t before_;
  bool was_pending_ = false;
  bool broken_ = false;
};

ssize_t write_pipe(int fd, const iovec* parts, int count) noexcept {
  NoSigpipe guard;
  const ssize_t result = retry_eintr([&] { return ::writev(fd, parts, count); });
  if (result == -1 && errno == EPIPE) guard.broken();
  return result;
}

// The result of a call that moved bytes, or -1 with errno.
Transfer judge(ssize_t result, const char* operation) {
  if (result >= 0) return {Transfer::End::Moved, static_cast<std::size_t>(result)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Transfer::End::WouldBlock, 0};
  throw_errno(operation);
}

int socket_option(int fd, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  check(::getsockopt(fd, SOL_SOCKET, name, &value, &size), "getsockopt");
  return value;
}

}  // namespace

StreamKind stream_kind(int fd) {
  struct stat status{};
  check(::fstat(fd, &status), "fstat");
  return S_ISSOCK(status.st_mode) ? StreamKind::Socket : StreamKind::Pipe;
}

SocketType socket_type(int fd) {
  return {socket_option(fd, SO_DOMAIN), socket_option(fd, SO_TYPE), socket_option(fd, SO_PROTOCOL)};
}

bool is_unix_socket(int fd) { return socket_option(fd, SO_DOMAIN) == AF_UNIX; }

std::pair<UniqueFd, UniqueFd> make_socket_pair() {
  std::array<int, 2> ends{};
  check(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

Transfer receive(int fd, StreamKind kind, std::span<std::byte> room, Blocking blocking) {
  ssize_t got = 0;
  if (kind == StreamKind::Socket) {
    const int flags = blocking == Blocking::No      ? MSG_DONTWAIT
                      : blocking == Blocking::Whole ? MSG_WAITALL
                                                    : 0;
    got = retry_eintr([&] { return ::recv(fd, room.data(), room.size(), flags); });
  } else {
    if (blocking == Blocking::No && !poll_readable(fd, Deadline::at_ns(0))) {
      return {Transfer::End::WouldBlock, 0};
    }
    got = retry_eintr([&] { return ::read(fd, room.data(), room.size()); });
  }
  if (got == 0 || (got == -1 && errno == ECONNRESET)) return {Transfer::End::Closed, 0};
  return judge(got, "read");
}

Transfer transmit(int fd, StreamKind kind, std::span<const std::byte> head,
                  std::span<const std::byte> body, Blocking blocking) {
  // The kernel does not write to what an iovec names for output.
  std::array<iovec, 2> parts{iovec{const_cast<std::byte*>(head.data()), head.size()},
                             iovec{const_cast<std::byte*>(body.data()), body.size()}};
  if (kind == StreamKind::Pipe) {
    if (blocking == Blocking::No && !poll_writable(fd, Deadline::at_ns(0))) {
      return {Transfer::End::WouldBlock, 0};
    }
    return judge(write_pipe(fd, parts.data(), static_cast<int>(parts.size())), "write");
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  const int flags = MSG_NOSIGNAL | (blocking == Blocking::No ? MSG_DONTWAIT : 0);
  const ssize_t sent = retry_eintr([&] { return ::sendmsg(fd, &message, flags); });
  // A peer that vanished with unread bytes: for the writer the same as one that vanished without.
  if (sent == -1 && errno == ECONNRESET) errno = EPIPE;
  return judge(sent, "write");
}

std::size_t unread_bytes(int socket) noexcept {
  int unread = 0;
  if (::ioctl(socket, SIOCOUTQ, &unread) == -1) return ~std::size_t{0};
  return static_cast<std::size_t>(unread);
}

}  // namespace mp::os
