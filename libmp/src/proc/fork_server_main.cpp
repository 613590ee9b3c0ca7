// The fork server's own life.
#include "os/child.hpp"
#include "os/epoll.hpp"
#include "os/ignored_signal.hpp"
#include "os/lifeline.hpp"
#include "os/modules.hpp"
#include "os/packet.hpp"
#include "proc/child_main.hpp"
#include "proc/family.hpp"
#include "proc/fork_request.hpp"
#include "proc/fork_server.hpp"
#include "proc/standard_streams.hpp"
#include <libmp/exceptions.hpp>
#include <libmp/serialize.hpp>

#include <array>
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace mp::proc {
namespace {

constexpr std::uint64_t kRequestsTag = 0;

bool send_news(int link, const ServerNews& news, std::span<const int> descriptors = {}) {
  try {
    return os::send_packet(link, std::as_bytes(std::span(&news, 1)), descriptors);
  } catch (const OSError&) {
    return false;  // out of memory for a message: the asker reads an end without a code
  }
}

// What each child would have to do by itself, done once before they are forked.
void prepare_for_many() {
  (void)os::program_build_id();
  (void)Family::instance();
  thread_local std::unique_ptr<int> nothing;  // the linker looks up what registers destructors
  nothing.reset();
}

// Never seen by anybody else than the server: it is no member of the family.
class Server {
 public:
  explicit Server(os::UniqueFd requests) : requests_(std::move(requests)), interrupts_(SIGINT) {
    epoll_->add(requests_.get(), kRequestsTag);
  }

  // Until nobody is left who could ask. What returns is not the server but a child, with its link.
  os::UniqueFd serve() {
    std::array<std::uint64_t, 64> ready;
    for (;;) {
      const std::size_t count = epoll_->wait(ready, os::Deadline::never());
      for (const std::uint64_t tag : std::span(ready).first(count)) {
        if (tag == kRequestsTag) {
          if (auto link = take_request()) return std::move(*link);
        } else {
          look_after(tag);
        }
      }
    }
  }

 private:
  // `link` is where the asker is told, and where it shows that it has understood.
  struct Child {
    os::UniqueFd pidfd;
    os::UniqueFd link;
    bool told = false;
  };

  // A link in the child; nothing in the server.
  std::optional<os::UniqueFd> take_request() {
    Request request{};
    auto packet =
        os::receive_packet(requests_.get(), std::as_writable_bytes(std::span(&request, 1)));
    if (!packet) os::exit_now(0);
    if (request == Request::Setup && packet->descriptors.size() == 2) {
      set_up(packet->descriptors[0].get(), packet->descriptors[1].get());
    } else if (request == Request::Fork && packet->descriptors.size() == 1) {
      return fork_child(std::move(packet->descriptors.front()));
    }
    return std::nullopt;
  }

  void set_up(int content, int lifeline) {
    tie_ = os::tie_to(lifeline);
    try {
      std::vector<std::byte> body = body_of_parcel(content);
      detail::InArchive archive(body);
      for (auto* const function : archive.read_new<std::vector<void (*)()>>()) function();
    } catch (...) {
      report_failure("ForkServer, while it loads what its children need");
    }
    flush_standard_streams();
    prepare_for_many();
  }

  std::optional<os::UniqueFd> fork_child(os::UniqueFd link) {
    Child& child = children_[++newest_];  // before the fork: see Family::fork()
    std::uint32_t pid = 0;
    try {
      pid = os::fork_process();
      if (pid == 0) {
        become_child();
        return link;
      }
      child.pidfd = os::pidfd_of_child(pid);
      const std::array pidfd = {child.pidfd.get()};
      send_news(link.get(), {ServerNews::Kind::Born, static_cast<std::int32_t>(pid)}, pidfd);
      epoll_->add(child.pidfd.get(), newest_);
      child.link = std::move(link);
    } catch (const OSError& error) {
      children_.erase(newest_);
      if (pid != 0) os::discard_child(pid);
      send_news(link.get(), {ServerNews::Kind::Failed, error.error_number()});
    }
    return std::nullopt;
  }

  void become_child() noexcept {
    children_.clear();
    requests_.reset();
    epoll_.reset();
    interrupts_.restore();
    tie_.reset();
  }

  void look_after(std::uint64_t tag) {
    const auto found = children_.find(tag);
    if (found == children_.end()) return;
    Child& child = found->second;
    if (child.told) {
      if (!has_hung_up(child.link.get())) return;
      epoll_->remove(child.link.get());
    } else {
      const os::ChildState state = os::peek_child(child.pidfd.get());
      if (state.kind == os::ChildState::Kind::Running) return;  // a debugger still holds it
      epoll_->remove(child.pidfd.get());
      child.told = state.kind == os::ChildState::Kind::Ended &&
                   send_news(child.link.get(), {ServerNews::Kind::Ended, state.code});
      if (child.told) {
        epoll_->add(child.link.get(), tag);
        return;
      }
    }
    os::reap_child(child.pidfd.get());
    children_.erase(found);
  }

  // What a child that was killed early did not read is read here: closed unread, it would take the
  // news back.
  static bool has_hung_up(int link) {
    try {
      std::uint64_t unread = 0;
      return !os::receive_packet(link, std::as_writable_bytes(std::span(&unread, 1)));
    } catch (const OSError&) {  // no descriptors left to drop
      return false;
    }
  }

  os::UniqueFd requests_;
  std::optional<os::Epoll> epoll_{std::in_place};
  os::IgnoredSignal interrupts_;  // Ctrl-C is for the program, whose server this is
  os::UniqueFd tie_;
  std::map<std::uint64_t, Child> children_;
  std::uint64_t newest_ = kRequestsTag;
};

}  // namespace

void serve_forks(os::UniqueFd requests) {
  os::detach_stdin();
  os::UniqueFd link = [&requests] {
    Server server(std::move(requests));
    return server.serve();
  }();
  // Only children come here.
  auto parcel = receive_parcel(link.get());
  link.reset();
  if (!parcel) os::exit_now(0);
  unpack_and_run(std::move(parcel->content), std::move(parcel->descriptors));
}

}  // namespace mp::proc
