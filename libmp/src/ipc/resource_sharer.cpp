#include "ipc/resource_sharer.hpp"

#include "ipc/auth.hpp"
#include "os/background.hpp"
#include "os/check.hpp"
#include "os/child.hpp"
#include "os/clock.hpp"
#include "os/fork_hooks.hpp"
#include "os/packet.hpp"
#include "os/poll.hpp"
#include "os/random.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace mp::ipc {
namespace {

constexpr std::chrono::seconds kPatience{10};
constexpr std::chrono::seconds kHurry{1};
// Peers in the middle of a handshake have deadlines, which somebody must look after.
constexpr std::uint64_t kTickNs = 1'000'000'000;
constexpr std::uint64_t kAttentiveNs = 5 * kTickNs;

constexpr std::string_view kModule = "multiprocessing.resource_sharer";
constexpr std::string_view kClass = "DupFd";

// A name that nobody else has, and that leaves no file behind.
Address fresh_address() {
  std::array<std::byte, 16> bytes{};
  os::random_bytes(bytes);
  std::string name("\0libmp-sharer-", 14);
  for (const std::byte byte : bytes) {
    constexpr std::string_view kHex = "0123456789abcdef";
    name += kHex[std::to_integer<std::size_t>(byte >> 4)];
    name += kHex[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return name;
}

// The thread holds the mutex whenever it does not sleep, so that a fork finds all in order.
class Sharer {
 public:
  // Never destroyed: its thread runs until the process ends.
  static Sharer& instance() {
    static constinit os::Lasting<Sharer> sharer(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent = [] { instance().mutex_.unlock(); },
         .in_child = [] { instance().forget(); }});
    return sharer.get();
  }

  Ticket add(os::UniqueFd fd) {
    const std::string authkey = process_authkey();
    const std::scoped_lock guard(mutex_);
    if (!listener_) {
      listener_.emplace(fresh_address(), ListenerOptions{.authkey = authkey});
      try {
        os::run_in_background([] { instance().serve(); });
      } catch (...) {
        listener_.reset();
        throw;
      }
    }
    const std::int64_t key = ++last_key_;
    shared_.emplace(key, std::move(fd));
    return {listener_->address(), key};
  }

 private:
  [[noreturn]] void serve() {
    std::uint64_t attentive_until = 0;
    while (true) {
      std::vector<pollfd> items = watched();
      const std::uint64_t now = os::monotonic_ns();
      const os::Deadline deadline =
          now < attentive_until ? os::Deadline::at_ns(now + kTickNs) : os::Deadline::never();
      if (os::poll(items, deadline) != 0) attentive_until = os::monotonic_ns() + kAttentiveNs;
      const std::scoped_lock guard(mutex_);
      for (std::size_t i = 1; i < items.size(); ++i) {
        if (items[i].revents != 0) serve_guest(items[i].fd);
      }
      let_in();
    }
  }

  // The listener first.
  std::vector<pollfd> watched() {
    const std::scoped_lock guard(mutex_);
    std::vector<pollfd> items{{.fd = listener_->fileno(), .events = POLLIN, .revents = 0}};
    for (const Connection& guest : guests_) {
      items.push_back({.fd = guest.fileno(), .events = POLLIN, .revents = 0});
    }
    return items;
  }

  void let_in() {
    while (true) {
      try {
        std::optional<Connection> guest = listener_->accept(Timeout(std::chrono::seconds(0)));
        if (!guest) return;
        guests_.push_back(std::move(*guest));
      } catch (const AuthenticationError&) {  // his loss
      } catch (const OSError&) {              // no descriptors left: later perhaps
        return;
      }
    }
  }

  // He has shown that he knows the key. Whatever he says, he says it once.
  void serve_guest(int fd) {
    const auto guest = std::find_if(guests_.begin(), guests_.end(),
                                    [&](const Connection& each) { return each.fileno() == fd; });
    if (guest == guests_.end()) return;
    try {
      const auto [key, pid] = guest->recv<std::pair<std::int64_t, std::int64_t>>(kHurry);
      if (const auto found = shared_.find(key); found != shared_.end()) {
        send_descriptor(fd, found->second.get());
        shared_.erase(found);
      }
    } catch (const Error&) {  // he sees the end of the stream
    }
    guests_.erase(guest);
  }

  // In a forked child: all this is its parent's.
  void forget() {
    shared_.clear();
    guests_.clear();
    listener_.reset();
    mutex_.unlock();
  }

  std::mutex mutex_;
  std::optional<Listener> listener_;
  std::vector<Connection> guests_;
  std::map<std::int64_t, os::UniqueFd> shared_;
  std::int64_t last_key_ = 0;
};

}  // namespace

Ticket share(os::UniqueFd fd) { return Sharer::instance().add(std::move(fd)); }

os::UniqueFd redeem(const Ticket& ticket) {
  Connection sender =
      Client(ticket.address,
             {.authkey = process_authkey(), .timeout = kPatience, .handshake_timeout = kPatience});
  sender.send(tuple{ticket.key, static_cast<std::int64_t>(os::own_pid())});
  return receive_descriptor(sender.fileno(), os::Deadline::after(kPatience));
}

void send_descriptor(int socket, int fd) {
  const std::array count{std::byte{1}};
  if (!os::send_packet(socket, count, std::array{fd})) os::throw_errno(EPIPE, "sendmsg");
}

os::UniqueFd receive_descriptor(int socket, os::Deadline deadline) {
  if (!os::poll_readable(socket, deadline)) throw TimeoutError("no descriptor came in time");
  std::array count{std::byte{0}};
  std::optional<os::Packet> packet = os::receive_packet(socket, count);
  if (!packet) throw EOFError("the other end is closed, and no descriptor came");
  if (packet->descriptors.size() != 1 || count[0] != std::byte{1}) {
    throw RuntimeError("one descriptor was expected; " +
                       std::to_string(packet->descriptors.size()) + " came, announced as " +
                       std::to_string(std::to_integer<int>(count[0])));
  }
  return std::move(packet->descriptors.front());
}

Object object_of(const Ticket& ticket) {
  return instance(global(kModule, kClass), tuple{},
                  dict{{"_id", tuple{ticket.address, ticket.key}}});
}

Ticket ticket_of(const Object& dup_fd, std::string_view expected) {
  const bool is_dup_fd = dup_fd.kind() == Kind::Instance &&
                         dup_fd.function().kind() == Kind::Global &&
                         dup_fd.function().module() == kModule &&
                         dup_fd.function().name() == kClass && dup_fd.state().kind() == Kind::Dict;
  if (!is_dup_fd) detail::throw_wrong_kind(expected, dup_fd);
  const auto [address, key] = dup_fd.state()["_id"].as<std::pair<Address, std::int64_t>>();
  return {address, key};
}

}  // namespace mp::ipc
