// Where strangers meet: listening sockets and connecting to them, over unix paths, abstract names
// and TCP.
#pragma once

#include "os/clock.hpp"
#include "os/process_id.hpp"
#include "os/socket.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mp::os {

// The name of one end. Unix: a path, NUL and an abstract name, or nothing (an unnamed peer).
// Otherwise a host (name or dotted number, empty for any) and a port; a host with a colon is a
// number of IPv6.
struct Endpoint {
  bool is_unix = false;
  std::string text;
  std::uint16_t port = 0;
};

// Of a socket, and of what it is connected to; empty when there is no such name to be had.
std::optional<Endpoint> local_name(int fd);
std::optional<Endpoint> remote_name(int fd);

// For people: "localhost:6000", "[::1]:6000", "/run/x.sock", "@name".
std::string describe(const Endpoint& where);

// A socket that accepts connections, non-blocking, and the file of its name, if there is one.
// Owns both. The file is removed only by the process that bound it, and only if it is still ours.
class ListeningSocket {
 public:
  // Binds and listens. Unix paths of any length work through /proc. Throws OSError.
  ListeningSocket(const Endpoint& where, int backlog);
  ListeningSocket(ListeningSocket&& other) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;
  ~ListeningSocket();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  // As bound: with the real port.
  [[nodiscard]] const Endpoint& name() const noexcept { return name_; }

  struct Peer {
    UniqueFd fd;  // blocking, like every stream of ours
    Endpoint name;
  };
  // Empty when nobody is waiting. Throws OSError (EMFILE, ...); a peer that has left meanwhile is
  // skipped.
  [[nodiscard]] std::optional<Peer> accept();

 private:
  UniqueFd fd_;
  Endpoint name_;
  ProcessId creator_;
  FileIdentity file_;
};

// Throws OSError; ETIMEDOUT at the deadline (names are looked up first, without one).
UniqueFd connect_to(const Endpoint& where, Deadline deadline);

// Makes a fresh directory <temporary folder>/<prefix>XXXXXX, 0700, and returns its path. The folder
// is $TMPDIR or /tmp. Throws OSError.
std::string make_temp_dir(const std::string& prefix);

}  // namespace mp::os
