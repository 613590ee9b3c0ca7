#include "ipc/address.hpp"
#include "ipc/connection_access.hpp"
#include "ipc/deadline.hpp"
#include "ipc/reception.hpp"
#include "os/check.hpp"
#include "os/process_id.hpp"
#include "os/runtime_dir.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>
#include <libmp/wait.hpp>

#include <cerrno>
#include <utility>
#include <variant>

namespace mp {
namespace {

using ipc::ConnectionAccess;
using ipc::Reception;

// A private folder for the socket of a default address; gone with the Listener that made it.
class SocketFolder {
 public:
  SocketFolder() : path_(os::make_temp_dir("libmp-")), creator_(os::self()) {}
  ~SocketFolder() {
    if (os::self() == creator_) os::remove_dir(path_.c_str());
  }
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  os::ProcessId creator_;
};

std::unique_ptr<SocketFolder> folder_for(const ListenerOptions& options) {
  if (options.family.value_or(AddressFamily::Unix) != AddressFamily::Unix) return nullptr;
  return std::make_unique<SocketFolder>();
}

std::string default_host(const ListenerOptions& options) {
  return options.family == AddressFamily::Inet6 ? "::1" : "localhost";
}

const Address& checked(const Address& address, const ListenerOptions& options) {
  if (options.family && *options.family != address.family()) {
    throw ValueError("Listener: address " + address.str() + " is not of the family given");
  }
  return address;
}

}  // namespace

struct Listener::State {
  State(std::unique_ptr<SocketFolder> own_folder, const os::Endpoint& where,
        const ListenerOptions& options, std::source_location site)
      : folder(std::move(own_folder)),
        reception(where, options),
        address(ipc::AddressAccess::address_of(reception.name())),
        has_key(options.authkey.has_value()),
        created_at(site),
        handle(announce()) {}
  ~State() { probe::retire(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Connection welcome(Reception::Peer peer) {
    last_accepted = ipc::AddressAccess::address_of(peer.name);
    ConnectionAccess::Birth birth;
    birth.identity = ConnectionAccess::identity_of(peer.fd.get());
    birth.how = wire::Acquired::Opened;
    birth.site = created_at;
    if (os::is_unix_socket(peer.fd.get())) birth.handoffs = ipc::HandoffPair::of_unix_socket();
    Connection connection = ConnectionAccess::make(std::move(peer.fd), birth);
    const probe::Handle accepted = ConnectionAccess::probe(connection);
    if (has_key) probe::fact(wire::EventKind::AuthOk, accepted);
    probe::fact(wire::EventKind::Accepted, accepted, handle);
    return connection;
  }

  std::unique_ptr<SocketFolder> folder;  // outlives the socket in it
  Reception reception;
  Address address;
  std::optional<Address> last_accepted;
  bool has_key;
  std::source_location created_at;
  probe::Handle handle;

 private:
  [[nodiscard]] probe::Handle announce() const {
    const std::string name = address.str();
    return probe::announce({.kind = wire::ObjectKind::Listener,
                            .identity = ConnectionAccess::identity_of(reception.socket_fd()),
                            .name = name,
                            .site = created_at});
  }
};

Listener::Listener(const ListenerOptions& options, std::source_location site) {
  std::unique_ptr<SocketFolder> folder = folder_for(options);
  const os::Endpoint where = folder ? os::Endpoint{true, folder->path() + "/listener", 0}
                                    : os::Endpoint{false, default_host(options), 0};
  state_ = std::make_unique<State>(std::move(folder), where, options, site);
}

Listener::Listener(const Address& address, const ListenerOptions& options,
                   std::source_location site)
    : state_(std::make_unique<State>(nullptr, ipc::endpoint_of(checked(address, options)), options,
                                     site)) {}

Waitable::Waitable(const Listener& listener)
    : fd_(listener.fileno()), probe_(listener.state_->handle) {}

Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

Listener::State& Listener::open_state(const char* operation) const {
  if (closed()) os::throw_errno(EBADF, operation, "Listener (closed)");
  return *state_;
}

Connection Listener::accept() { return *accept(Timeout::never()); }

std::optional<Connection> Listener::accept(Timeout timeout) {
  State& state = open_state("accept");
  Reception::Outcome outcome = state.reception.next(os::Deadline::at_ns(0));
  if (std::holds_alternative<std::monostate>(outcome)) {
    const os::Deadline deadline = ipc::deadline_of(timeout);
    if (deadline.has_passed()) return std::nullopt;
    probe::Wait wait(wire::ThreadState::Accept, state.handle,
                     deadline.is_never() ? wire::kNoTimeout : deadline.remaining_ns());
    outcome = state.reception.next(deadline);
    wait.end(!std::holds_alternative<std::monostate>(outcome));
  }
  if (const auto* refusal = std::get_if<Reception::Refusal>(&outcome)) {
    probe::fact(wire::EventKind::AuthFail, state.handle);
    throw AuthenticationError("Listener at " + state.address.str() + " turned away " +
                              refusal->peer + ": " + refusal->reason);
  }
  auto* peer = std::get_if<Reception::Peer>(&outcome);
  if (peer == nullptr) return std::nullopt;
  return state.welcome(std::move(*peer));
}

const Address& Listener::address() const { return open_state("address").address; }

const std::optional<Address>& Listener::last_accepted() const {
  return open_state("last_accepted").last_accepted;
}

int Listener::fileno() const { return open_state("fileno").reception.fd(); }

void Listener::close() noexcept { state_.reset(); }

}  // namespace mp
