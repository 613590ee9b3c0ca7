#include "os/rendezvous.hpp"

#include "os/check.hpp"
#include "os/poll.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <net/if.h>

namespace mp::os {
namespace {

struct SocketName {
  sockaddr_storage storage{};
  socklen_t size = 0;
  UniqueFd directory;  // for a long path: must be open while the name is used

  [[nodiscard]] const sockaddr* get() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

void put_unix(SocketName& name, std::string_view text, bool is_abstract) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, text.data(), text.size());
  std::memcpy(&name.storage, &address, sizeof address);
  // An abstract name has no end mark: its length counts.
  name.size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (is_abstract ? 0 : 1));
}

SocketName unix_name(const Endpoint& where) {
  SocketName name;
  const std::string& path = where.text;
  const bool is_abstract = path.starts_with('\0');
  constexpr std::size_t kRoom = sizeof(sockaddr_un::sun_path);
  if (path.size() < kRoom || (is_abstract && path.size() == kRoom)) {
    put_unix(name, path, is_abstract);
    return name;
  }
  // sun_path holds 108 bytes. A longer path is named by way of its open directory.
  const std::size_t slash = path.rfind('/');
  if (is_abstract || slash == std::string::npos) throw_errno(ENAMETOOLONG, "socket name", path);
  const std::string folder = path.substr(0, slash == 0 ? 1 : slash);
  name.directory = UniqueFd(
      check(retry_eintr([&] { return ::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); }),
            "open", folder));
  const std::string alias =
      "/proc/self/fd/" + std::to_string(name.directory.get()) + path.substr(slash);
  if (alias.size() >= kRoom) throw_errno(ENAMETOOLONG, "socket name", path);
  put_unix(name, alias, false);
  return name;
}

bool is_ipv6(const Endpoint& where) noexcept { return where.text.find(':') != std::string::npos; }

SocketName inet_name(const Endpoint& where, bool to_listen) {
  addrinfo hints{};
  hints.ai_family = is_ipv6(where) ? AF_INET6 : AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const std::string port = std::to_string(where.port);
  const int error = ::getaddrinfo(where.text.empty() ? nullptr : where.text.c_str(), port.c_str(),
                                  &hints, &found);
  if (error == EAI_SYSTEM) throw_errno("getaddrinfo", where.text);
  if (error != 0)
    throw_errno(EADDRNOTAVAIL, "getaddrinfo", where.text + ": " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
  SocketName name;
  std::memcpy(&name.storage, found->ai_addr, found->ai_addrlen);
  name.size = found->ai_addrlen;
  return name;
}

SocketName resolve(const Endpoint& where, bool to_listen) {
  return where.is_unix ? unix_name(where) : inet_name(where, to_listen);
}

Endpoint endpoint_of(const sockaddr_storage& storage, socklen_t size) {
  Endpoint result;
  result.is_unix = storage.ss_family == AF_UNIX;
  if (result.is_unix) {
    constexpr socklen_t kPathAt = offsetof(sockaddr_un, sun_path);
    if (size <= kPathAt) return result;
    sockaddr_un address{};
    std::memcpy(&address, &storage, sizeof address);
    const std::string_view text(address.sun_path, size - kPathAt);
    result.text = text.starts_with('\0') ? text : text.substr(0, text.find('\0'));
    return result;
  }
  std::array<char, INET6_ADDRSTRLEN + IF_NAMESIZE> host{};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&storage), size, host.data(), host.size(),
                    nullptr, 0, NI_NUMERICHOST) == 0) {
    result.text = host.data();
  }
  // The port stands at the same place in both families.
  sockaddr_in address{};
  std::memcpy(&address, &storage, sizeof address);
  result.port = ntohs(address.sin_port);
  return result;
}

void set_option(int fd, int level, int option, int value) {
  check(::setsockopt(fd, level, option, &value, sizeof value), "setsockopt");
}

UniqueFd make_socket(const SocketName& name, int flags) {
  const int family = name.storage.ss_family;
  return UniqueFd(check(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0), "socket"));
}

FileIdentity file_at(const std::string& path) noexcept {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

// connect(2) honours the send timeout, on unix sockets also while it waits for room in the backlog
// (which cannot be polled for).
void limit_sending(int fd, Deadline deadline) {
  timeval limit{};
  if (!deadline.is_never()) {
    const std::uint64_t us = deadline.remaining_ns() / 1000;
    limit.tv_sec = static_cast<time_t>(us / 1'000'000);
    limit.tv_usec = static_cast<suseconds_t>(us % 1'000'000);
    if (us == 0) limit.tv_usec = 1;  // zero would mean "for ever"
  }
  check(::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), "setsockopt");
}

// 0, or the errno of the failure.
int connect_until(int fd, bool is_unix, const SocketName& name, Deadline deadline) {
  while (true) {
    limit_sending(fd, deadline);
    if (::connect(fd, name.get(), name.size) == 0) return 0;
    const int error = errno;
    if (is_unix && error == EAGAIN) return ETIMEDOUT;
    if (error == EINPROGRESS) return ETIMEDOUT;
    if (error != EINTR) return error;
    if (is_unix) continue;
    // An interrupted TCP connect goes on by itself.
    if (!poll_writable(fd, deadline)) return ETIMEDOUT;
    int outcome = 0;
    socklen_t size = sizeof outcome;
    check(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &outcome, &size), "getsockopt");
    return outcome;
  }
}

bool is_transient(int error) noexcept {
  switch (error) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case ENETUNREACH:
      return true;  // the peer's trouble, or its network's: accept(2)
    default:
      return false;
  }
}

}  // namespace

std::optional<Endpoint> local_name(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  return endpoint_of(storage, size);
}

std::optional<Endpoint> remote_name(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return std::nullopt;
  return endpoint_of(storage, size);
}

std::string describe(const Endpoint& where) {
  if (where.is_unix) return where.text.starts_with('\0') ? "@" + where.text.substr(1) : where.text;
  const std::string host = is_ipv6(where) ? "[" + where.text + "]" : where.text;
  return host + ":" + std::to_string(where.port);
}

ListeningSocket::ListeningSocket(const Endpoint& where, int backlog) : creator_(self()) {
  const SocketName name = resolve(where, true);
  fd_ = make_socket(name, SOCK_NONBLOCK);
  if (!where.is_unix) set_option(fd_.get(), SOL_SOCKET, SO_REUSEADDR, 1);
  check(::bind(fd_.get(), name.get(), name.size), "bind", describe(where));
  const bool has_file = where.is_unix && !where.text.starts_with('\0');
  if (has_file) file_ = file_at(where.text);
  name_ = where;
  try {
    check(::listen(fd_.get(), backlog), "listen", describe(where));
    if (!where.is_unix) {
      sockaddr_storage bound{};
      socklen_t size = sizeof bound;
      check(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size), "getsockname");
      name_ = endpoint_of(bound, size);
    }
  } catch (...) {
    if (has_file) ::unlink(where.text.c_str());
    throw;
  }
}

ListeningSocket::~ListeningSocket() {
  if (!fd_.valid() || file_ == FileIdentity{} || self() != creator_) return;
  // Somebody may have replaced the file by a socket of his own meanwhile.
  if (file_at(name_.text) == file_) ::unlink(name_.text.c_str());
}

std::optional<ListeningSocket::Peer> ListeningSocket::accept() {
  while (true) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    UniqueFd peer(::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&storage), &size, SOCK_CLOEXEC));
    if (peer.valid()) {
      if (!name_.is_unix) set_option(peer.get(), IPPROTO_TCP, TCP_NODELAY, 1);
      return Peer{std::move(peer), endpoint_of(storage, size)};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return std::nullopt;
    if (!is_transient(errno)) throw_errno("accept", describe(name_));
  }
}

UniqueFd connect_to(const Endpoint& where, Deadline deadline) {
  const SocketName name = resolve(where, false);
  UniqueFd fd = make_socket(name, 0);
  const int error = connect_until(fd.get(), where.is_unix, name, deadline);
  if (error != 0) throw_errno(error, "connect", describe(where));
  limit_sending(fd.get(), Deadline::never());
  if (!where.is_unix) set_option(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return fd;
}

std::string make_temp_dir(const std::string& prefix) {
  const char* folder = ::secure_getenv("TMPDIR");
  std::string path = folder != nullptr && *folder != '\0' ? folder : "/tmp";
  path += "/" + prefix + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) throw_errno("mkdtemp", path);
  return path;
}

}  // namespace mp::os
