// Connection and Pipe: messages between two processes, as multiprocessing.connection.Connection.
// What stands on the wire is CPython's, byte for byte.
#pragma once

#include <libmp/detail/archive.hpp>
#include <libmp/pickle.hpp>
#include <libmp/timeout.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mp {

namespace ipc {
class ConnectionAccess;
class HandoffPair;
}  // namespace ipc

namespace detail {

// Arrays, vectors and spans of plain values: what Python calls bytes-like.
template <typename Range>
concept BytesLike = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
                    std::is_trivially_copyable_v<std::ranges::range_value_t<Range>>;

}  // namespace detail

// One open end of a two-way or one-way stream of messages.
// Owns its descriptor. Move-only; a moved-from Connection is closed.
// Threads: one may receive while another sends. Two receivers or two senders need a lock of yours.
// fork: the child inherits the open end and is a second holder of it: the peer sees the end of the
// stream when all holders have closed. Nothing is read ahead, so processes may take turns.
// Speed: a message for a receiver that waits since a moment ago does not go through the kernel,
// between the ends of a Pipe and of unix connections of two libmp programs (doc/connections.md).
// Blocks: recv until a whole message is there, send while the peer's buffer is full.
// Fails: EOFError when the peer is gone and nothing is left to read. OSError when the peer vanished
// inside a message, after close(), and against the direction. A vanished reader is OSError(EPIPE)
// to the sender, never SIGPIPE.
//
//   open ──close(), ~Connection──▶ closed
//     └── broken framing, message over maxlength, timeout inside a message
//           ──▶ no longer readable (and closed, if it could only read)
class Connection {
 public:
  enum class Access : std::uint8_t { ReadWrite, ReadOnly, WriteOnly };

  // Takes over an open descriptor: a stream socket or a pipe. Throws OSError if it is not open.
  explicit Connection(int fd, Access access = Access::ReadWrite,
                      std::source_location site = std::source_location::current());
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Objects travel as pickles. What cannot be pickled is an error before any byte is sent.
  void send(const Object& object);
  template <detail::PickledDirectly T>
  void send(const T& value) {
    send_pickle(dumps(value));
  }
  [[nodiscard]] Object recv(Timeout timeout = Timeout::never());
  // A value of another kind is a TypeError; the message is consumed then.
  template <typename T>
  [[nodiscard]] T recv(Timeout timeout = Timeout::never()) {
    return recv(timeout).as<T>();
  }

  // One message of `size` bytes from `offset` on; without `size` of all the rest. ValueError for
  // a range outside the buffer. Offsets count bytes.
  void send_bytes(std::span<const std::byte> buffer, std::ptrdiff_t offset = 0,
                  std::optional<std::ptrdiff_t> size = std::nullopt);
  void send_bytes(std::string_view text, std::ptrdiff_t offset = 0,
                  std::optional<std::ptrdiff_t> size = std::nullopt) {
    send_bytes(std::as_bytes(std::span(text)), offset, size);
  }
  template <detail::BytesLike Range>
    requires(!std::is_convertible_v<Range, std::string_view>)
  void send_bytes(const Range& values, std::ptrdiff_t offset = 0,
                  std::optional<std::ptrdiff_t> size = std::nullopt) {
    const std::span all(std::ranges::data(values), std::ranges::size(values));
    send_bytes(std::as_bytes(all), offset, size);
  }

  // One whole message. OSError(EMSGSIZE) if it is longer than `maxlength`. TimeoutError if it is
  // not there in time.
  [[nodiscard]] std::string recv_bytes(std::optional<std::size_t> maxlength = std::nullopt,
                                       Timeout timeout = Timeout::never());

  // Puts one message into `buffer` from `offset` on and returns its size, without allocating.
  // BufferTooShort carries a message that does not fit.
  std::size_t recv_bytes_into(std::span<std::byte> buffer, std::ptrdiff_t offset = 0);
  template <detail::BytesLike Range>
  std::size_t recv_bytes_into(Range&& values, std::ptrdiff_t offset = 0) {
    const std::span all(std::ranges::data(values), std::ranges::size(values));
    return recv_bytes_into(std::as_writable_bytes(all), offset);
  }

  // Whether recv would find something, a message or the end of the stream. Does not wait unless
  // told to.
  [[nodiscard]] bool poll(Timeout timeout = std::chrono::nanoseconds::zero());

  // Throws OSError when closed. From then on the inspector takes it that somebody else may use this
  // end: nobody who waits for a message from it is called lost.
  [[nodiscard]] int fileno() const;
  // May be called again.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return fd_ < 0; }
  [[nodiscard]] bool readable() const noexcept { return readable_; }
  [[nodiscard]] bool writable() const noexcept { return writable_; }

 private:
  friend class ipc::ConnectionAccess;

  Connection() noexcept = default;
  void send_pickle(std::string_view pickle);
  void swap(Connection& other) noexcept;

  int fd_ = -1;
  bool readable_ = false;
  bool writable_ = false;
  bool is_socket_ = true;
  bool may_be_challenged_ = false;  // Client() had no key: the first message may demand one
  std::uint32_t probe_ = 0;         // its handle there
  std::shared_ptr<ipc::HandoffPair> handoffs_;  // for messages past the kernel; null: none
  struct Identity {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
  } identity_;              // what the probes know it by
  std::uint64_t sent_ = 0;  // messages, by this and those who handed the end on
  std::uint64_t received_ = 0;
  mutable bool lent_ = false;  // fileno() has given out the descriptor
};

// Sent through another Connection, or put into a queue as an Object: see <libmp/reduction.hpp>.
template <>
struct detail::ObjectCodec<Connection> {
  static Object to(const Connection& connection);
  static Connection from(const Object& object);
};

// An argument of a Process, moved in: the child has the end, and it is closed here once the child
// has started. RuntimeError in a queue.
template <>
struct detail::Archiver<Connection> {
  static void write(OutArchive& archive, const Connection& connection);
  static Connection make(InArchive& archive);
  static void read(InArchive& archive, Connection& connection) { connection = make(archive); }
};

// Two connected ends. Duplex: both send and receive. Otherwise the first only receives and the
// second only sends.
[[nodiscard]] std::pair<Connection, Connection> Pipe(
    bool duplex = true, std::source_location site = std::source_location::current());

}  // namespace mp
