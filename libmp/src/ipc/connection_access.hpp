// ConnectionAccess: how the rest of ipc makes Connections and looks into them.
#pragma once

#include "ipc/frame_io.hpp"
#include "ipc/handoff_pair.hpp"
#include "os/unique_fd.hpp"
#include "probe/probe.hpp"
#include <libmp/connection.hpp>

#include <memory>
#include <source_location>
#include <string_view>

namespace mp::ipc {

class ConnectionAccess {
 public:
  struct Birth {
    Connection::Access access = Connection::Access::ReadWrite;
    os::StreamKind kind = os::StreamKind::Socket;
    probe::Identity identity;
    wire::Acquired how = wire::Acquired::Created;
    std::shared_ptr<HandoffPair> handoffs;
    bool may_be_challenged = false;
    std::source_location site;
  };
  static probe::Identity identity_of(int fd) noexcept;
  static Connection make(os::UniqueFd fd, const Birth& birth);
  // On the way to a child, and there.
  static void write(detail::OutArchive& archive, const Connection& connection);
  static Connection read(detail::InArchive& archive);

  static probe::Handle probe(const Connection& connection) noexcept { return connection.probe_; }
  // As fileno(), for what is only waited for and not lent to anybody.
  static int descriptor(const Connection& connection);
  // Throws OSError when the connection is closed or does not go that way.
  static Stream reader(const Connection& connection, std::string_view operation);
  static Stream writer(const Connection& connection, std::string_view operation);

  // Sends one whole message.
  static void send(Connection& connection, std::span<const std::byte> message);
  // Receives one message by `take_body(stream, arrival, deadline)`, which returns its FrameEnd
  // and may be called again.
  // Leaves the connection unreadable if that ends inside the message.
  template <typename TakeBody>
  static void receive(Connection& connection, std::string_view operation, os::Deadline deadline,
                      TakeBody take_body);
  // A challenge is what the caller waits for.
  static void expect_challenge(Connection& connection) noexcept {
    connection.may_be_challenged_ = false;
  }
  // After a whole message: AuthenticationError if it is a listener's demand for a key.
  static void check_challenge(Connection& connection, std::string_view message);

 private:
  static void tell_other_end(int fd, const probe::Identity& own, probe::Handle handle);
  static Stream stream_of(const Connection& connection) noexcept;
  static void stop_reading(Connection& connection) noexcept;
  static void conclude(Connection& connection, std::string_view operation, FrameEnd end);
};

}  // namespace mp::ipc
