#include "ipc/connection_access.hpp"
#include "ipc/deadline.hpp"
#include "ipc/handshake.hpp"
#include "os/check.hpp"
#include "os/poll.hpp"
#include "os/socket_peer.hpp"
#include <libmp/connection.hpp>
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <atomic>
#include <cerrno>
#include <string>
#include <utility>

namespace mp {

using ipc::ConnectionAccess;
using ipc::FrameEnd;
using ipc::Stream;

namespace {

std::string_view as_text(std::span<const std::byte> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The part of a buffer that a message is made of; ranges are judged as Python does.
std::span<const std::byte> message_part(std::span<const std::byte> buffer, std::ptrdiff_t offset,
                                        std::optional<std::ptrdiff_t> size) {
  const auto length = static_cast<std::ptrdiff_t>(buffer.size());
  const auto refuse = [&](const char* why) {
    throw ValueError("send_bytes: " + std::string(why) + " (buffer of " + std::to_string(length) +
                     " bytes, offset " + std::to_string(offset) +
                     (size ? ", size " + std::to_string(*size) : "") + ")");
  };
  if (offset < 0) refuse("offset is negative");
  if (offset > length) refuse("offset lies behind the buffer");
  if (size && *size < 0) refuse("size is negative");
  if (size && *size > length - offset) refuse("offset + size lies behind the buffer");
  return buffer.subspan(static_cast<std::size_t>(offset),
                        static_cast<std::size_t>(size.value_or(length - offset)));
}

}  // namespace

namespace ipc {
namespace {

constexpr std::uint32_t kClosed = ~std::uint32_t{0};  // instead of a descriptor's number

}  // namespace

probe::Identity ConnectionAccess::identity_of(int fd) noexcept {
  const os::FileIdentity file = os::file_identity(fd);
  return {file.device, file.inode, 0};
}

void ConnectionAccess::tell_other_end(int fd, const probe::Identity& own, probe::Handle handle) {
  if (handle == 0) return;
  const os::SocketPeer peer = os::socket_peer(fd);
  probe::other_end(handle, {.identity = {own.device, peer.inode, 0},
                            .pid = peer.pid,
                            .local = peer.local,
                            .remote = peer.remote});
}

Connection ConnectionAccess::make(os::UniqueFd fd, const Birth& birth) {
  Connection connection;
  connection.readable_ = birth.access != Connection::Access::WriteOnly;
  connection.writable_ = birth.access != Connection::Access::ReadOnly;
  connection.is_socket_ = birth.kind == os::StreamKind::Socket;
  connection.may_be_challenged_ = birth.may_be_challenged;
  connection.probe_ = probe::announce({.kind = wire::ObjectKind::Connection,
                                       .identity = birth.identity,
                                       .name = {},
                                       .site = birth.site,
                                       .capacity = 0,
                                       .how = birth.how});
  connection.identity_ = {birth.identity.device, birth.identity.inode, birth.identity.offset};
  connection.handoffs_ = birth.handoffs;
  // The ends of a Pipe are told to be a pair by their identities.
  if (birth.how != wire::Acquired::Created && birth.kind == os::StreamKind::Socket)
    tell_other_end(fd.get(), birth.identity, connection.probe_);
  connection.fd_ = fd.release();
  return connection;
}

void ConnectionAccess::write(detail::OutArchive& archive, const Connection& connection) {
  const std::uint32_t number =
      connection.closed() ? kClosed : archive.luggage("Connection").pack(connection.fd_);
  archive(number, connection.readable_, connection.writable_, connection.is_socket_,
          connection.may_be_challenged_, connection.identity_, connection.sent_,
          connection.received_);
  HandoffPair::pack(archive, connection.handoffs_.get());
}

Connection ConnectionAccess::read(detail::InArchive& archive) {
  std::uint32_t number = kClosed;
  Connection connection;
  archive(number, connection.readable_, connection.writable_, connection.is_socket_,
          connection.may_be_challenged_, connection.identity_, connection.sent_,
          connection.received_);
  connection.handoffs_ = HandoffPair::unpack(archive);
  if (number == kClosed) return connection;
  const Connection::Identity& identity = connection.identity_;
  connection.fd_ = archive.luggage("Connection").take(number);
  connection.probe_ =
      probe::announce({.kind = wire::ObjectKind::Connection,
                       .identity = {identity.device, identity.inode, identity.offset},
                       .name = {},
                       .site = {},
                       .capacity = 0,
                       .how = wire::Acquired::Received});
  return connection;
}

int ConnectionAccess::descriptor(const Connection& connection) {
  if (connection.closed()) os::throw_errno(EBADF, "fileno", "Connection (closed)");
  return connection.fd_;
}

Stream ConnectionAccess::reader(const Connection& connection, std::string_view operation) {
  if (connection.closed()) os::throw_errno(EBADF, operation, "Connection (closed)");
  if (!connection.readable_) os::throw_errno(EBADF, operation, "Connection (not readable)");
  Stream stream = stream_of(connection);
  if (connection.handoffs_) stream.handoff = connection.handoffs_->incoming();
  return stream;
}

Stream ConnectionAccess::writer(const Connection& connection, std::string_view operation) {
  if (connection.closed()) os::throw_errno(EBADF, operation, "Connection (closed)");
  if (!connection.writable_) os::throw_errno(EBADF, operation, "Connection (not writable)");
  Stream stream = stream_of(connection);
  if (connection.handoffs_) stream.handoff = connection.handoffs_->outgoing();
  return stream;
}

Stream ConnectionAccess::stream_of(const Connection& connection) noexcept {
  return {.fd = connection.fd_,
          .kind = connection.is_socket_ ? os::StreamKind::Socket : os::StreamKind::Pipe,
          .probe = connection.probe_};
}

void ConnectionAccess::send(Connection& connection, std::span<const std::byte> message) {
  const std::shared_ptr<HandoffPair>& handoffs = connection.handoffs_;
  const int offer = handoffs ? handoffs->offer() : -1;
  Stream stream = writer(connection, "send_bytes");
  stream.offer = offer;
  // Without a deadline it ends in success or in an exception.
  static_cast<void>(send_frame(stream, message));
  if (offer != -1) handoffs->offered();
  probe::connection_sent(connection.probe_, ++connection.sent_, message.size());
}

template <typename TakeBody>
void ConnectionAccess::receive(Connection& connection, std::string_view operation,
                               os::Deadline deadline, TakeBody take_body) {
  Stream stream = reader(connection, operation);
  const std::shared_ptr<HandoffPair>& handoffs = connection.handoffs_;
  os::UniqueFd offer;
  if (handoffs && handoffs->expects_offer()) stream.offered = &offer;
  Arrival arrival;
  FrameEnd end = FrameEnd::Complete;
  try {
    end = receive_header(stream, deadline, arrival);
    stream.offered = nullptr;
    if (end == FrameEnd::Complete && arrival.size != 0) end = take_body(stream, arrival, deadline);
    finish(stream, arrival);
    if (end == FrameEnd::Complete && handoffs && handoffs->expects_offer()) {
      handoffs->message_came(std::move(offer));
    }
  } catch (...) {
    stop_reading(connection);
    throw;
  }
  conclude(connection, operation, end);
  probe::connection_received(connection.probe_, ++connection.received_, arrival.size);
}

void ConnectionAccess::conclude(Connection& connection, std::string_view operation, FrameEnd end) {
  switch (end) {
    case FrameEnd::Complete:
      return;
    case FrameEnd::EndOfStream:
      probe::fact(wire::EventKind::ConnectionEof, connection.probe_);
      throw EOFError(std::string(operation) +
                     ": the other end is closed and nothing is left to read");
    case FrameEnd::TimedOut:
      throw TimeoutError(std::string(operation) + ": no message came in time");
    case FrameEnd::PartTimedOut:
      stop_reading(connection);
      throw TimeoutError(std::string(operation) +
                         ": only a part of a message came in time; the connection is no longer "
                         "readable");
  }
}

void ConnectionAccess::check_challenge(Connection& connection, std::string_view message) {
  if (!connection.may_be_challenged_) return;
  connection.may_be_challenged_ = false;
  if (!is_challenge(message)) return;
  probe::fact(wire::EventKind::AuthFail, connection.probe_);
  // Tells the listener at once, which otherwise would wait for an answer.
  connection.close();
  throw AuthenticationError("the listener demands a key, and Client() was given none");
}

void ConnectionAccess::stop_reading(Connection& connection) noexcept {
  connection.readable_ = false;
  if (!connection.writable_) connection.close();
}

}  // namespace ipc

Connection::Connection(int fd, Access access, std::source_location site) {
  const os::StreamKind kind = os::stream_kind(fd);
  *this = ConnectionAccess::make(os::UniqueFd(fd), {.access = access,
                                                    .kind = kind,
                                                    .identity = ConnectionAccess::identity_of(fd),
                                                    .how = wire::Acquired::Opened,
                                                    .may_be_challenged = false,
                                                    .site = site});
}

void detail::Archiver<Connection>::write(OutArchive& archive, const Connection& connection) {
  ConnectionAccess::write(archive, connection);
}

Connection detail::Archiver<Connection>::make(InArchive& archive) {
  return ConnectionAccess::read(archive);
}

Connection::Connection(Connection&& other) noexcept { swap(other); }

Connection& Connection::operator=(Connection&& other) noexcept {
  Connection(std::move(other)).swap(*this);
  return *this;
}

Connection::~Connection() { close(); }

void Connection::swap(Connection& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(readable_, other.readable_);
  std::swap(writable_, other.writable_);
  std::swap(is_socket_, other.is_socket_);
  std::swap(may_be_challenged_, other.may_be_challenged_);
  std::swap(probe_, other.probe_);
  std::swap(handoffs_, other.handoffs_);
  std::swap(identity_, other.identity_);
  std::swap(sent_, other.sent_);
  std::swap(received_, other.received_);
  std::swap(lent_, other.lent_);
}

void Connection::close() noexcept {
  if (closed()) return;
  os::UniqueFd(std::exchange(fd_, -1)).reset();
  handoffs_.reset();
  readable_ = false;
  writable_ = false;
  probe::retire(std::exchange(probe_, 0));
}

int Connection::fileno() const {
  const int fd = ConnectionAccess::descriptor(*this);
  if (handoffs_) handoffs_->expose();
  if (!std::atomic_ref(lent_).exchange(true, std::memory_order_relaxed)) probe::lent(probe_);
  return fd;
}

void Connection::send(const Object& object) {
  static_cast<void>(ConnectionAccess::writer(*this, "send"));
  send_bytes(dumps(object));
}

void Connection::send_pickle(std::string_view pickle) {
  static_cast<void>(ConnectionAccess::writer(*this, "send"));
  send_bytes(pickle);
}

Object Connection::recv(Timeout timeout) {
  detail::ByteBuffer message;
  const auto take = [&](const Stream& stream, const ipc::Arrival& arrival, os::Deadline deadline) {
    return ipc::receive_body(stream, arrival, message, deadline);
  };
  ConnectionAccess::receive(*this, "recv", ipc::deadline_of(timeout), take);
  ConnectionAccess::check_challenge(*this, message.text());
  return loads(message.bytes());
}

void Connection::send_bytes(std::span<const std::byte> buffer, std::ptrdiff_t offset,
                            std::optional<std::ptrdiff_t> size) {
  static_cast<void>(ConnectionAccess::writer(*this, "send_bytes"));
  const std::span<const std::byte> message = message_part(buffer, offset, size);
  ConnectionAccess::send(*this, message);
}

std::string Connection::recv_bytes(std::optional<std::size_t> maxlength, Timeout timeout) {
  std::string message;
  const auto take = [&](const Stream& stream, const ipc::Arrival& arrival, os::Deadline deadline) {
    if (maxlength && arrival.size > *maxlength) {
      os::throw_errno(EMSGSIZE, "recv_bytes",
                      "message of " + std::to_string(arrival.size) + " bytes where at most " +
                          std::to_string(*maxlength) + " are allowed");
    }
    return ipc::receive_body(stream, arrival, message, deadline);
  };
  ConnectionAccess::receive(*this, "recv_bytes", ipc::deadline_of(timeout), take);
  ConnectionAccess::check_challenge(*this, message);
  return message;
}

std::size_t Connection::recv_bytes_into(std::span<std::byte> buffer, std::ptrdiff_t offset) {
  if (offset < 0) throw ValueError("recv_bytes_into: offset is negative");
  if (static_cast<std::size_t>(offset) > buffer.size()) {
    throw ValueError("recv_bytes_into: offset lies behind the buffer");
  }
  const std::span<std::byte> room = buffer.subspan(static_cast<std::size_t>(offset));
  std::span<const std::byte> message = room.first(0);
  detail::ByteBuffer too_long;
  const auto take = [&](const Stream& stream, const ipc::Arrival& arrival, os::Deadline deadline) {
    if (arrival.size > room.size()) {
      return ipc::receive_body(stream, arrival, too_long, deadline);
    }
    message = room.first(static_cast<std::size_t>(arrival.size));
    return ipc::receive_body(stream, arrival, room.first(message.size()), deadline);
  };
  ConnectionAccess::receive(*this, "recv_bytes_into", os::Deadline::never(), take);
  if (too_long.empty()) {
    ConnectionAccess::check_challenge(*this, as_text(message));
    return message.size();
  }
  ConnectionAccess::check_challenge(*this, too_long.text());
  throw BufferTooShort(too_long.bytes(), room.size());
}

bool Connection::poll(Timeout timeout) {
  const Stream stream = ConnectionAccess::reader(*this, "poll");
  if (stream.handoff != nullptr && stream.handoff->has_message()) return true;
  if (os::poll_readable(stream.fd, os::Deadline::at_ns(0))) return true;
  const os::Deadline deadline = ipc::deadline_of(timeout);
  if (deadline.has_passed()) return false;
  probe::Wait wait(wire::ThreadState::ConnectionRecv, probe_,
                   timeout.is_never() ? wire::kNoTimeout
                                      : static_cast<std::uint64_t>(timeout.duration().count()));
  const bool ready = os::poll_readable(stream.fd, deadline);
  wait.end(ready);
  return ready;
}

std::pair<Connection, Connection> Pipe(bool duplex, std::source_location site) {
  auto [first, second] = os::make_socket_pair();
  auto [first_handoffs, second_handoffs] = ipc::HandoffPair::of_pipe();
  // One way is a socket pair too: then no writer is ever killed by SIGPIPE, threads or not. The
  // ends bear one name, the first one's, and differ in the offset: so they can be told to be a
  // pair.
  ConnectionAccess::Birth birth;
  birth.identity = ConnectionAccess::identity_of(first.get());
  birth.site = site;
  birth.handoffs = std::move(first_handoffs);
  if (!duplex) birth.access = Connection::Access::ReadOnly;
  Connection reader = ConnectionAccess::make(std::move(first), birth);
  if (!duplex) birth.access = Connection::Access::WriteOnly;
  birth.identity.offset = 1;
  birth.handoffs = std::move(second_handoffs);
  return {std::move(reader), ConnectionAccess::make(std::move(second), birth)};
}

}  // namespace mp
