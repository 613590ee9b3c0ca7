#include "ipc/address.hpp"
#include "ipc/connection_access.hpp"
#include "ipc/deadline.hpp"
#include "ipc/greeting.hpp"
#include "os/poll.hpp"
#include "os/rendezvous.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/listener.hpp>

#include <cerrno>
#include <string>
#include <utility>

namespace mp {
namespace {

using ipc::ConnectionAccess;
using ipc::Greeting;

os::UniqueFd reach(const Address& address, Timeout timeout) {
  try {
    return os::connect_to(ipc::endpoint_of(address), ipc::deadline_of(timeout));
  } catch (const OSError& error) {
    if (error.error_number() != ETIMEDOUT) throw;
    throw TimeoutError("Client: no connection to " + address.str() + " in time");
  }
}

os::UniqueFd greet(os::UniqueFd fd, const Address& address, const std::string& key,
                   Timeout patience) {
  Greeting greeting(std::move(fd), ipc::Handshake::Side::Client, key, patience);
  Greeting::State state = greeting.advance();
  while (state == Greeting::State::Pending) {
    if (!os::poll_readable(greeting.fd(), greeting.deadline())) greeting.expire();
    state = greeting.advance();
  }
  if (state == Greeting::State::Done) return greeting.take();
  probe::fact(wire::EventKind::AuthFail);
  throw AuthenticationError("Client to " + address.str() + ": " + greeting.reason());
}

}  // namespace

Connection Client(const Address& address, const ClientOptions& options, std::source_location site) {
  os::UniqueFd fd = reach(address, options.timeout);
  if (options.authkey)
    fd = greet(std::move(fd), address, *options.authkey, options.handshake_timeout);
  ConnectionAccess::Birth birth;
  birth.identity = ConnectionAccess::identity_of(fd.get());
  birth.how = wire::Acquired::Opened;
  birth.may_be_challenged = !options.authkey;
  if (os::is_unix_socket(fd.get())) birth.handoffs = ipc::HandoffPair::of_unix_socket();
  birth.site = site;
  Connection connection = ConnectionAccess::make(std::move(fd), birth);
  const probe::Handle handle = ConnectionAccess::probe(connection);
  if (options.authkey) probe::fact(wire::EventKind::AuthOk, handle);
  probe::fact(wire::EventKind::Connected, handle);
  return connection;
}

}  // namespace mp
