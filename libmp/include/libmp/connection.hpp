// Connection and Pipe: messages between two processes. Python's
// multiprocessing.connection.Connection, byte for byte.
#pragma once

#include <libmp/object.hpp>
#include <libmp/timeout.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <source_location>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace mp {

namespace detail {

// Arrays, vectors and spans of plain values: what Python calls bytes-like. Text goes by
// std::string_view.
template <typename Range>
concept BytesLike = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
                    std::is_trivially_copyable_v<std::ranges::range_value_t<Range>>;

}  // namespace detail

// One open end of a two-way or one-way stream of messages.
// Owns its descriptor; closed by close() or the destructor. Move-only; a moved-from Connection is
// closed. Threads: one may receive while another sends; two receivers or two senders need a lock of
// yours. fork: the child inherits the open end. It is a second holder: the peer sees the end of the
// stream only after all
//   holders have closed. Nothing is read ahead, so processes may take turns in reading one end.
// Blocks: receiving until a whole message is there; sending while the peer's buffer is full.
// Fails: EOFError when the peer is gone and nothing is left to read; OSError when it vanished in
// the middle of a
//   message, on use after close() and on use against the direction. A vanished reader is
//   OSError(EPIPE), never SIGPIPE.
//
//   open ──close()/~Connection──▶ closed
//     └──broken framing, message over maxlength, timeout inside a message──▶ no longer readable
//     (still writable)
class Connection {
 public:
  enum class Access : std::uint8_t { ReadWrite, ReadOnly, WriteOnly };

  // Takes over an open descriptor: a stream socket, or a pipe. Throws OSError if it is none.
  explicit Connection(int fd, Access access = Access::ReadWrite,
                      std::source_location site = std::source_location::current());
  Connection(Connection&& other) noexcept;
  Connection& operator=(Connection&& other) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Objects travel as pickles. A value that cannot be pickled is a PicklingError before any byte is
  // sent.
  void send(const Object& object);
  [[nodiscard]] Object recv(Timeout timeout = Timeout::never());
  // recv() converted; a value of another kind is a TypeError (the message is consumed).
  template <typename T>
  [[nodiscard]] T recv(Timeout timeout = Timeout::never()) {
    return recv(timeout).as<T>();
  }

  // `size` bytes from `offset` on as one message; without `size` the rest. A range outside the
  // buffer is a ValueError.
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
    send_bytes(std::as_bytes(std::span(std::ranges::data(values), std::ranges::size(values))),
               offset, size);
  }

  // One whole message. Longer than `maxlength`: OSError, and the connection is no longer readable.
  // TimeoutError when it is not there in time; if part of it was, the connection is no longer
  // readable.
  [[nodiscard]] std::string recv_bytes(std::optional<std::size_t> maxlength = std::nullopt,
                                       Timeout timeout = Timeout::never());

  // Writes one message into `buffer` from `offset` (bytes) on and returns its size. BufferTooShort
  // carries a message that does not fit. Allocates nothing when it fits.
  std::size_t recv_bytes_into(std::span<std::byte> buffer, std::ptrdiff_t offset = 0);
  template <detail::BytesLike Range>
  std::size_t recv_bytes_into(Range&& values, std::ptrdiff_t offset = 0) {
    return recv_bytes_into(
        std::as_writable_bytes(std::span(std::ranges::data(values), std::ranges::size(values))),
        offset);
  }

  // Whether recv would find something, a message or the end of the stream. Does not wait unless
  // told to.
  [[nodiscard]] bool poll(Timeout timeout = std::chrono::nanoseconds::zero());

  // Throws OSError when closed.
  [[nodiscard]] int fileno() const;
  // May be called again.
  void close();
  [[nodiscard]] bool closed() const noexcept { return fd_ < 0; }
  [[nodiscard]] bool readable() const noexcept { return readable_; }
  [[nodiscard]] bool writable() const noexcept { return writable_; }

 private:
  friend class ConnectionAccess;

  std::uint64_t begin_message(std::string_view operation, Timeout timeout);
  void stop_reading() noexcept;
  void release() noexcept;

  int fd_ = -1;
  bool readable_ = false;
  bool writable_ = false;
  bool is_socket_ = true;
  bool may_be_challenged_ =
      false;                 // Client() without a key: the first message may be a demand for one
  std::uint32_t probe_ = 0;  // its handle there
  std::uint64_t sent_ = 0;   // messages, by this holder
  std::uint64_t received_ = 0;
};

// Two connected ends. Duplex: both send and receive. Otherwise the first only receives and the
// second only sends.
[[nodiscard]] std::pair<Connection, Connection> Pipe(
    bool duplex = true, std::source_location site = std::source_location::current());

}  // namespace mp
