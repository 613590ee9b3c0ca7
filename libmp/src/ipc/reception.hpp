// Reception: the crowd before a listening socket. Accepts, greets all who wait side by side, and
// hands out those who are through. One thread, no blocking but in progress().
#pragma once

#include "ipc/greeting.hpp"
#include "os/clock.hpp"
#include "os/epoll.hpp"
#include "os/process_id.hpp"
#include "os/rendezvous.hpp"
#include <libmp/listener.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>

namespace mp::ipc {

class Reception {
 public:
  using Peer = os::ListeningSocket::Peer;
  // Who was turned away, and why.
  struct Refusal {
    std::string peer;
    std::string reason;
  };
  using Outcome = std::variant<std::monostate, Peer, Refusal>;

  Reception(const os::Endpoint& where, const ListenerOptions& options);

  [[nodiscard]] const os::Endpoint& name() const noexcept { return socket_.name(); }
  // Readable when progress() has something to do.
  [[nodiscard]] int fd() const noexcept { return epoll_.fd(); }
  [[nodiscard]] int socket_fd() const noexcept { return socket_.fd(); }

  // The next peer, or the next refusal; nothing at the deadline. Blocks. Throws OSError.
  Outcome next(os::Deadline deadline);

 private:
  struct Guest {
    Greeting greeting;
    os::Endpoint name;
  };
  using Guests = std::map<std::uint64_t, Guest>;  // by arrival: the first is the oldest

  void settle_after_fork();
  Outcome take_result();
  void progress(os::Deadline deadline);
  void let_in();
  [[nodiscard]] bool is_full() const noexcept;
  [[nodiscard]] bool may_let_in() const noexcept;
  void greet(Peer peer);
  void carry_on(Guests::iterator guest);
  void refuse(Guests::iterator guest, std::string reason);
  void expire_guests();
  void watch_door(bool open);
  [[nodiscard]] os::Deadline next_event(os::Deadline deadline) const;

  os::ListeningSocket socket_;
  os::Epoll epoll_;
  ListenerOptions options_;
  os::ProcessId owner_;
  bool door_open_ = true;
  std::uint64_t arrivals_ = 0;
  Guests guests_;
  std::deque<Peer> ready_;
  std::deque<Refusal> refusals_;
  std::uint64_t unreported_ = 0;
};

}  // namespace mp::ipc
