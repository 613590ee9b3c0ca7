// How descriptors, sockets and connections reach processes that are no children: through a
// Connection. Python's multiprocessing.reduction.
#pragma once

#include <libmp/connection.hpp>
#include <libmp/object.hpp>

namespace mp {

// Hands a copy of `handle`, any descriptor, to the process at the other end, which must wait for it
// in recv_handle. The connection must be a unix socket: a duplex or one-way Pipe, or AF_UNIX. The
// pid has a meaning on Windows only.
// Blocks while the peer's buffer is full. Throws OSError: EPIPE when the peer is gone.
void send_handle(Connection& connection, int handle, int destination_pid = 0);
// The descriptor is the caller's, close-on-exec. Blocks until it is there. Throws EOFError when the
// peer is gone; RuntimeError when a byte came and no descriptor; OSError.
[[nodiscard]] int recv_handle(Connection& connection);

// Objects that stand for a descriptor: connections, sockets, and DupFd for any other. Each can be
// sent as it is, or be a part of what is sent; the sender's own descriptor may be closed at once:
//
//   conn.send(other);                    Connection theirs = conn.recv<Connection>();
//   conn.send(list{1, Socket(fd)});      conn.recv()[1].as<Socket>();
//
// Any process that knows the sender's authkey may take it, once, for as long as the sender lives:
// it comes for it, so the sender runs a thread that hands out, from the first such object on.
// Children of one program have the key; others set it (Process::set_authkey).
// Taking it (recv<Connection>, as<Connection>, detach) blocks, at most 10 s. Throws EOFError when
// it was taken before; OSError when the sender is gone; AuthenticationError when the keys differ.

// A copy of a descriptor, to be sent.
class DupFd {
 public:
  explicit DupFd(int fd);

  // The descriptor, for the receiver: the caller's, close-on-exec.
  [[nodiscard]] int detach() const;

 private:
  friend struct detail::ObjectCodec<DupFd>;

  explicit DupFd(Object object) : object_(std::move(object)) {}

  Object object_;
};

// In Python a socket.socket. Owns its descriptor; move-only.
class Socket {
 public:
  // Takes over an open socket. Throws OSError: ENOTSOCK.
  explicit Socket(int fd);
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(); }

  // Throws OSError when closed.
  [[nodiscard]] int fileno() const;
  // Gives the descriptor away.
  [[nodiscard]] int detach() noexcept { return std::exchange(fd_, -1); }
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return fd_ < 0; }

 private:
  int fd_;
};

template <>
struct detail::ObjectCodec<DupFd> {
  static Object to(const DupFd& dup) { return dup.object_; }
  static DupFd from(const Object& object);
};

template <>
struct detail::ObjectCodec<Socket> {
  static Object to(const Socket& socket);
  static Socket from(const Object& object);
};

}  // namespace mp
