// Listener, Client and Address: connections between unrelated processes, with Python's handshake by
// shared key.
#pragma once

#include <libmp/connection.hpp>
#include <libmp/timeout.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>

namespace mp {

enum class AddressFamily : std::uint8_t { Inet, Unix, Inet6 };

namespace ipc {
class AddressAccess;
}

// Where a Listener listens. {"localhost", 6000} is AF_INET, {"::1", 6000} AF_INET6, which Python
// has not; a text is the path of a unix socket, or, if it begins with NUL, a name in Linux'
// abstract space. A plain value. Bad addresses are ValueErrors when they are made; among them what
// begins with two backslashes, Windows' AF_PIPE.
class Address {
 public:
  Address(std::string_view path);
  Address(const std::string& path) : Address(std::string_view(path)) {}
  template <typename Text>
    requires std::is_pointer_v<Text> && std::is_convertible_v<Text, const char*>
  Address(Text path) : Address(std::string_view(path)) {}
  // Keeps the NULs of a literal: "\0name".
  template <std::size_t kSize>
  Address(const char (&path)[kSize]) : Address(std::string_view(path, kSize - 1)) {}
  Address(std::string_view host, int port);

  [[nodiscard]] AddressFamily family() const noexcept { return family_; }
  [[nodiscard]] bool is_abstract() const noexcept {
    return family_ == AddressFamily::Unix && text_.starts_with('\0');
  }
  // Unix: the path, or NUL and the abstract name. Empty for the peer of an accepted unix
  // connection.
  [[nodiscard]] const std::string& path() const noexcept { return text_; }
  [[nodiscard]] const std::string& host() const noexcept { return text_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // For people: "localhost:6000", "[::1]:6000", "/run/x.sock", "@name".
  [[nodiscard]] std::string str() const;

  bool operator==(const Address&) const = default;

 private:
  friend class ipc::AddressAccess;

  Address() = default;

  AddressFamily family_ = AddressFamily::Unix;
  std::string text_;
  std::uint16_t port_ = 0;
};

// In Python, and in an Object: (host, port), or a str.
template <>
struct detail::ObjectCodec<Address> {
  static Object to(const Address& address);
  static Address from(const Object& object);
};

template <>
struct detail::Archiver<Address> {
  static void write(OutArchive& archive, const Address& address);
  static Address make(InArchive& archive);
  static void read(InArchive& archive, Address& address) { address = make(archive); }
};

struct ListenerOptions {
  // Only needed to choose the kind of a default address; must fit an address that is given.
  std::optional<AddressFamily> family = std::nullopt;
  // Differs from Python, where it is 1: TCP clients that meet a full backlog wait whole seconds.
  int backlog = 128;
  // With a key, both sides prove that they know it before accept() returns. An empty key is a key.
  std::optional<std::string> authkey = std::nullopt;
  // What one peer may take for each message of the handshake, of which there are three; then it is
  // dropped with an AuthenticationError.
  Timeout handshake_timeout = std::chrono::milliseconds(900);
  // Peers in the middle of a handshake at a time. Beyond it, new ones wait in the backlog, and the
  // oldest is dropped once it is a quarter of a second old.
  std::size_t max_half_open = 256;
};

// Owns the listening socket and the socket's file, which only the creating process removes.
// Threads: one at a time. fork: the child may accept too; peers in the middle of a handshake stay
// with the parent.
// Blocks: accept() until a peer is connected and authenticated. The handshakes of all who wait
// advance together inside accept(), without threads: a silent or hostile peer delays nobody.
// Fails: accept() throws AuthenticationError once for each peer that failed, and stays usable;
// OSError after close().
// Differs from Python: a peer that leaves during the handshake is an AuthenticationError.
class Listener {
 public:
  // A fresh address of the family: a socket in a private temporary directory, or a free port of
  // localhost.
  explicit Listener(const ListenerOptions& options = {},
                    std::source_location site = std::source_location::current());
  explicit Listener(const Address& address, const ListenerOptions& options = {},
                    std::source_location site = std::source_location::current());
  Listener(Listener&&) noexcept;
  Listener& operator=(Listener&&) noexcept;
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();

  [[nodiscard]] Connection accept();
  // Empty when nobody was ready in time. With 0s it only carries on what can be done now.
  [[nodiscard]] std::optional<Connection> accept(Timeout timeout);

  // As bound: port 0 has become a real one.
  [[nodiscard]] const Address& address() const;
  // The peer of the newest accept(): host and port, or an empty path for a unix socket.
  [[nodiscard]] const std::optional<Address>& last_accepted() const;
  // Readable when accept(0s) has something to do, also for peers in the middle of a handshake. For
  // poll, epoll and wait().
  [[nodiscard]] int fileno() const;
  // Peers that nobody has accepted yet are cut off. May be called again.
  void close() noexcept;
  [[nodiscard]] bool closed() const noexcept { return state_ == nullptr; }

 private:
  friend class Waitable;
  struct State;

  [[nodiscard]] State& open_state(const char* operation) const;

  std::unique_ptr<State> state_;
};

struct ClientOptions {
  std::optional<std::string> authkey = std::nullopt;
  Timeout timeout = std::chrono::seconds(5);  // for reaching the listener
  // What the listener may take for each message of the handshake. A listener without a key is not
  // to be told from one that is busy: for one that accepts its clients in turn this must be longer
  // than a turn.
  Timeout handshake_timeout = std::chrono::milliseconds(900);
};

// Connects to a Listener, here or in Python. Throws OSError when nobody listens, TimeoutError when
// it cannot be reached in time, AuthenticationError when the keys differ or the listener sends no
// challenge in time. Without a key, a listener that demands one shows at the first recv:
// AuthenticationError.
[[nodiscard]] Connection Client(const Address& address, const ClientOptions& options = {},
                                std::source_location site = std::source_location::current());

// The two halves of the handshake on their own, for connections made in other ways. A listener
// delivers first and answers then, a client the other way round.
// Blocks until the peer has done its part, each message in time (TimeoutError). Throws
// AuthenticationError when the keys differ or the peer does not speak this protocol; ValueError for
// a digest that Python has not (md5, sha256, sha384, sha3_256, sha3_384).
void deliver_challenge(Connection& connection, std::string_view authkey,
                       std::string_view digest = "sha256",
                       Timeout timeout = std::chrono::seconds(5));
void answer_challenge(Connection& connection, std::string_view authkey,
                      Timeout timeout = std::chrono::seconds(5));

}  // namespace mp
