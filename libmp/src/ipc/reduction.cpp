#include "ipc/connection_access.hpp"
#include "ipc/resource_sharer.hpp"
#include "os/check.hpp"
#include "os/socket.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/reduction.hpp>

#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace mp {
namespace {

using ipc::ConnectionAccess;

// function(DupFd, ...): how Python writes what it makes of a descriptor.
struct Form {
  std::string_view module;
  std::string_view function;
  std::size_t arguments;
  std::string_view title;
};
constexpr Form kConnection{"multiprocessing.connection", "rebuild_connection", 3, "Connection"};
constexpr Form kSocket{"multiprocessing.reduction", "_rebuild_socket", 4, "socket"};
constexpr std::string_view kDupFd = "DupFd";

Object dup_object(int fd) { return ipc::object_of(ipc::share(os::dup_fd(fd))); }

Object call(const Form& form, std::vector<Object> arguments) {
  return reduction(global(form.module, form.function), tuple(std::move(arguments)));
}

// The arguments of such a call; a DupFd comes first.
std::span<const Object> arguments_of(const Form& form, const Object& object) {
  const bool is_call =
      object.kind() == Kind::Instance && object.function().kind() == Kind::Global &&
      object.function().module() == form.module && object.function().name() == form.function;
  if (!is_call || object.args().size() != form.arguments) {
    detail::throw_wrong_kind(form.title, object);
  }
  return object.args().elements();
}

os::UniqueFd taken(const Form& form, const Object& dup) {
  return ipc::redeem(ipc::ticket_of(dup, form.title));
}

}  // namespace

void send_handle(Connection& connection, int handle, int /*destination_pid*/) {
  const ipc::Stream stream = ConnectionAccess::writer(connection, "send_handle");
  // The kernel would drop the descriptor without a word.
  if (!os::is_unix_socket(stream.fd)) {
    os::throw_errno(EOPNOTSUPP, "send_handle", "a Connection that is no unix socket");
  }
  ipc::BesideHandoff beside(stream.handoff);
  ipc::send_descriptor(stream.fd, handle);
  beside.written();
}

int recv_handle(Connection& connection) {
  const ipc::Stream stream = ConnectionAccess::reader(connection, "recv_handle");
  return ipc::receive_descriptor(stream.fd, os::Deadline::never()).release();
}

DupFd::DupFd(int fd) : object_(dup_object(fd)) {}

int DupFd::detach() const { return ipc::redeem(ipc::ticket_of(object_, kDupFd)).release(); }

Socket::Socket(int fd) : fd_(fd) { static_cast<void>(os::socket_type(fd)); }

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.detach();
  }
  return *this;
}

int Socket::fileno() const {
  if (closed()) os::throw_errno(EBADF, "fileno", "Socket (closed)");
  return fd_;
}

void Socket::close() noexcept { os::UniqueFd(detach()).reset(); }

DupFd detail::ObjectCodec<DupFd>::from(const Object& object) {
  static_cast<void>(ipc::ticket_of(object, kDupFd));
  return DupFd(object);
}

Object detail::ObjectCodec<Socket>::to(const Socket& socket) {
  const os::SocketType type = os::socket_type(socket.fileno());
  return call(kSocket, {dup_object(socket.fileno()), type.family, type.type, type.protocol});
}

Socket detail::ObjectCodec<Socket>::from(const Object& object) {
  return Socket(taken(kSocket, arguments_of(kSocket, object)[0]).release());
}

Object detail::ObjectCodec<Connection>::to(const Connection& connection) {
  return call(kConnection,
              {dup_object(connection.fileno()), connection.readable(), connection.writable()});
}

Connection detail::ObjectCodec<Connection>::from(const Object& object) {
  using Access = Connection::Access;
  const std::span<const Object> arguments = arguments_of(kConnection, object);
  const bool readable = arguments[1].as<bool>();
  const bool writable = arguments[2].as<bool>();
  if (!readable && !writable) {
    throw ValueError("a Connection that is neither readable nor writable");
  }
  ConnectionAccess::Birth birth;
  birth.access = !writable ? Access::ReadOnly : !readable ? Access::WriteOnly : Access::ReadWrite;
  os::UniqueFd fd = taken(kConnection, arguments[0]);
  birth.kind = os::stream_kind(fd.get());
  birth.identity = ConnectionAccess::identity_of(fd.get());
  birth.how = wire::Acquired::Received;
  return ConnectionAccess::make(std::move(fd), birth);
}

}  // namespace mp
