// Byte streams: what connections send and receive through. Sockets and pipes alike, no SIGPIPE from
// either.
#pragma once

#include "os/unique_fd.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace mp::os {

enum class StreamKind : std::uint8_t { Socket, Pipe };

// Pipe stands for everything that is no socket. Throws OSError when the descriptor is not open.
StreamKind stream_kind(int fd);

// As socket(2) was called. Throws OSError: ENOTSOCK.
struct SocketType {
  int family = 0;
  int type = 0;
  int protocol = 0;
};
SocketType socket_type(int fd);
bool is_unix_socket(int fd);

// Two connected unix stream sockets.
std::pair<UniqueFd, UniqueFd> make_socket_pair();

// How one attempt to move bytes ended. A short transfer is Moved.
struct Transfer {
  enum class End : std::uint8_t { Moved, WouldBlock, Closed };
  End end = End::Moved;
  std::size_t bytes = 0;
};

enum class Blocking : std::uint8_t {
  Yes,    // until at least one byte has moved
  Whole,  // until all have, or the stream ends, or a signal comes in between
  No,
};

// Closed is the end of the stream; a peer that reset the connection ends it too. WouldBlock can
// also come of a descriptor that its owner made non-blocking. Throws OSError for anything else.
// Requires: `room` is not empty.
Transfer receive(int fd, StreamKind kind, std::span<std::byte> room, Blocking blocking);

// Writes `head` and then `body` with one system call, as far as the stream takes them. Throws
// OSError, EPIPE when nobody reads any more; the process gets no SIGPIPE. Never Closed.
// Blocking::No on a pipe may still block when another process fills it at the same moment.
Transfer transmit(int fd, StreamKind kind, std::span<const std::byte> head,
                  std::span<const std::byte> body, Blocking blocking);

// Bytes that were written to this unix socket and that its peer has not read yet, in the kernel's
// own count, which includes what it adds; 0 when all was read. All ones when that cannot be told.
std::size_t unread_bytes(int socket) noexcept;

}  // namespace mp::os
