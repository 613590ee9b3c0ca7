// The side of those who ask. The server itself: fork_server_main.cpp.
#include "proc/fork_server.hpp"

#include "os/child.hpp"
#include "os/fork_hooks.hpp"
#include "os/packet.hpp"
#include "os/poll.hpp"
#include "os/spawn.hpp"
#include "proc/family.hpp"
#include "proc/fork_request.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/freeze_support.hpp>
#include <libmp/serialize.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

namespace mp {
namespace proc {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::seconds kPatience{2};

struct Server {
  os::UniqueFd requests;
  os::UniqueFd pidfd;

  [[nodiscard]] bool lives() const {
    return !os::poll_readable(pidfd.get(), os::Deadline::at_ns(0));
  }
};
using ServerPtr = std::shared_ptr<const Server>;

// What this process knows of the server. Never destroyed.
class Contact {
 public:
  static Contact& instance() {
    static constinit os::Lasting<Contact> contact(
        {.before = [] { instance().mutex_.lock(); },
         .in_parent = [] { instance().mutex_.unlock(); },
         .in_child = [] { instance().mutex_.unlock(); }});
    return contact.get();
  }

  // The one that lives, or a new one.
  ServerPtr server(int lifeline) {
    const std::scoped_lock guard(mutex_);
    if (server_ != nullptr && server_->lives()) return server_;
    if (server_ != nullptr)
      os::reap_child(server_->pidfd.get());  // if it was this process's own child
    server_ = nullptr;
    server_ = start(lifeline);
    return server_;
  }

  // After a request that it did not take: its socket is closed, so it is ending, which shows by its
  // pidfd a moment later.
  void forget(const ServerPtr& server) {
    os::poll_readable(server->pidfd.get(), os::Deadline::after(kPatience));
    os::reap_child(server->pidfd.get());  // if it was this process's own child
    const std::scoped_lock guard(mutex_);
    if (server_ == server) server_ = nullptr;
  }

  ServerPtr known() {
    const std::scoped_lock guard(mutex_);
    return server_ != nullptr && server_->lives() ? server_ : nullptr;
  }

  void adopt(ServerPtr server) {
    const std::scoped_lock guard(mutex_);
    server_ = std::move(server);
  }

  void set_preload(std::vector<void (*)()> functions) {
    const std::scoped_lock guard(mutex_);
    preload_ = std::move(functions);
  }

 private:
  ServerPtr start(int lifeline) const {
    auto [ours, theirs] = os::make_packet_pair();
    const std::array kept = {theirs.get()};
    const std::uint32_t pid =
        os::spawn_relative(program_to_start(), arguments_for(Duty::ForkServer, theirs.get()), kept);
    auto server = std::make_shared<Server>();
    server->requests = std::move(ours);
    server->pidfd = os::pidfd_of_child(pid);
    detail::ByteBuffer body;
    detail::OutArchive(body).write(preload_);
    const Parcel setup = make_parcel(body, {});
    const std::array descriptors = {setup.content.get(), lifeline};
    (void)send_request(server->requests.get(), Request::Setup,
                       descriptors);  // if it is dead, the first start notices
    return server;
  }

  std::mutex mutex_;
  ServerPtr server_;
  std::vector<void (*)()> preload_;
};

// Whether the server has something to say of this start; false: it has ended without a word.
bool wait_for_news(int link, const Server& server) {
  std::array<pollfd, 2> either = {{{link, POLLIN, 0}, {server.pidfd.get(), POLLIN, 0}}};
  os::poll(either, os::Deadline::never());
  return either[0].revents != 0 || os::poll_readable(link, os::Deadline::at_ns(0));
}

// Empty when the server ended in between.
std::optional<Launched> ask(const Server& server, const Parcel& parcel) {
  auto [link, theirs] = os::make_packet_pair();
  const std::array descriptors = {theirs.get()};
  if (!send_request(server.requests.get(), Request::Fork, descriptors)) return std::nullopt;
  theirs.reset();
  if (!wait_for_news(link.get(), server)) return std::nullopt;
  ServerNews news;
  auto packet = os::receive_packet(link.get(), std::as_writable_bytes(std::span(&news, 1)));
  if (!packet || packet->size != sizeof news) return std::nullopt;
  if (news.kind == ServerNews::Kind::Failed)
    throw OSError(news.value, "fork", "in the fork server");
  if (packet->descriptors.empty())
    throw RuntimeError("the fork server sent no descriptor of its child");
  // Not before: a server may be killed between a fork and its word of it, and then another is asked;
  // the first child must not have run by that time.
  send_parcel(link.get(), parcel);
  return Launched{static_cast<std::uint32_t>(news.value), std::move(packet->descriptors.front()),
                  std::move(link)};
}

}  // namespace

Launched ask_fork_server(const Parcel& parcel) {
  const int lifeline = Family::instance().lifeline();
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const ServerPtr server = Contact::instance().server(lifeline);
    if (auto child = ask(*server, parcel)) return std::move(*child);
    Contact::instance().forget(server);
  }
  throw RuntimeError(
      "the fork server ends whenever it is asked for a process; does its program call "
      "mp::freeze_support(argc, argv) as the first line of main()?");
}

void ensure_fork_server() { Contact::instance().server(Family::instance().lifeline()); }

void pack_fork_server(Preparation& preparation, detail::Luggage& luggage) {
  const ServerPtr server = Contact::instance().known();
  if (server == nullptr) return;
  preparation.server = luggage.pack(server->requests.get());
  preparation.server_pidfd = luggage.pack(server->pidfd.get());
}

void unpack_fork_server(const Preparation& preparation, detail::Luggage& luggage) {
  if (preparation.server == kNoDescriptor) return;
  auto server = std::make_shared<Server>();
  server->requests = os::UniqueFd(luggage.take(preparation.server));
  server->pidfd = os::UniqueFd(luggage.take(preparation.server_pidfd));
  Contact::instance().adopt(std::move(server));
}

}  // namespace proc

void set_forkserver_preload(std::vector<void (*)()> functions) {
  proc::Contact::instance().set_preload(std::move(functions));
}

}  // namespace mp
