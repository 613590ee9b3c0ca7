#include "ipc/reception.hpp"

#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace mp::ipc {
namespace {

constexpr std::uint64_t kDoor = 0;  // the tag of the listening socket; guests count from 1
constexpr std::uint64_t kGraceNs = 250'000'000;
// A hostile crowd must not fill the memory with reports of its failures.
constexpr std::size_t kKeptRefusals = 64;
constexpr int kAcceptsPerRound = 64;

std::string title(const os::Endpoint& name) {
  return name.is_unix ? "a unix peer" : os::describe(name);
}

bool means_no_room(int error) noexcept {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Reception::Reception(const os::Endpoint& where, const ListenerOptions& options)
    : socket_(where, options.backlog), options_(options), owner_(os::self()) {
  options_.max_half_open = std::max<std::size_t>(1, options_.max_half_open);
  epoll_.add(socket_.fd(), kDoor);
}

Reception::Outcome Reception::next(os::Deadline deadline) {
  settle_after_fork();
  while (true) {
    Outcome outcome = take_result();
    if (!std::holds_alternative<std::monostate>(outcome)) return outcome;
    const bool last_round = deadline.has_passed();
    progress(last_round ? os::Deadline::at_ns(0) : next_event(deadline));
    if (last_round) return take_result();
  }
}

// A child that forked off accepts for itself. The guests are its parent's: it must neither answer
// them nor watch them through the parent's epoll set.
void Reception::settle_after_fork() {
  if (os::self() == owner_) return;
  guests_.clear();
  ready_.clear();
  refusals_.clear();
  unreported_ = 0;
  epoll_.replace();
  epoll_.add(socket_.fd(), kDoor);
  door_open_ = true;
  owner_ = os::self();
}

Reception::Outcome Reception::take_result() {
  if (!ready_.empty()) {
    Outcome peer = std::move(ready_.front());
    ready_.pop_front();
    return peer;
  }
  if (refusals_.empty()) return std::monostate();
  Refusal refusal = std::move(refusals_.front());
  refusals_.pop_front();
  if (refusals_.empty() && unreported_ != 0) {
    refusal.reason += " (and " + std::to_string(std::exchange(unreported_, 0)) + " more failed)";
  }
  return refusal;
}

void Reception::progress(os::Deadline deadline) {
  std::array<std::uint64_t, 64> tags{};
  const std::size_t count = epoll_.wait(tags, deadline);
  for (std::size_t i = 0; i < count; ++i) {
    if (tags[i] == kDoor) {
      let_in();
    } else if (const auto guest = guests_.find(tags[i]); guest != guests_.end()) {
      carry_on(guest);
    }
  }
  expire_guests();
  watch_door(may_let_in());
}

void Reception::let_in() {
  // Not more at a time, so that a flood at the door cannot starve those who are inside.
  for (int i = 0; i < kAcceptsPerRound && may_let_in(); ++i) {
    std::optional<Peer> peer;
    try {
      peer = socket_.accept();
    } catch (const OSError& error) {
      if (!means_no_room(error.error_number()) || guests_.empty()) throw;
      refuse(guests_.begin(), "dropped: this process has no descriptor left");
      continue;
    }
    if (!peer) return;
    if (!options_.authkey) {
      // The rest may stay in the backlog: another process may be listening there too.
      ready_.push_back(std::move(*peer));
      return;
    }
    if (is_full()) {
      refuse(guests_.begin(), "dropped: too many peers are in the middle of a handshake");
    }
    greet(std::move(*peer));
  }
}

bool Reception::is_full() const noexcept { return guests_.size() >= options_.max_half_open; }

// A good guest answers within milliseconds. In a full house, one that has been there for longer may
// be dropped for a new one.
bool Reception::may_let_in() const noexcept {
  return !is_full() || os::monotonic_ns() >= guests_.begin()->second.greeting.since_ns() + kGraceNs;
}

void Reception::greet(Peer peer) {
  Greeting greeting(std::move(peer.fd), Handshake::Side::Listener, *options_.authkey,
                    options_.handshake_timeout);
  const std::uint64_t tag = ++arrivals_;
  epoll_.add(greeting.fd(), tag);
  const auto placed =
      guests_.try_emplace(tag, Guest{std::move(greeting), std::move(peer.name)}).first;
  carry_on(placed);
}

void Reception::carry_on(Guests::iterator guest) {
  Greeting& greeting = guest->second.greeting;
  switch (greeting.advance()) {
    case Greeting::State::Pending:
      return;
    case Greeting::State::Failed:
      return refuse(guest, greeting.reason());
    case Greeting::State::Done:
      epoll_.remove(greeting.fd());
      ready_.push_back({greeting.take(), std::move(guest->second.name)});
      guests_.erase(guest);
      return;
  }
}

void Reception::refuse(Guests::iterator guest, std::string reason) {
  if (refusals_.size() < kKeptRefusals) {
    refusals_.push_back({title(guest->second.name), std::move(reason)});
  } else {
    ++unreported_;
  }
  epoll_.remove(guest->second.greeting.fd());
  guests_.erase(guest);
}

void Reception::expire_guests() {
  const std::uint64_t now = os::monotonic_ns();
  for (auto guest = guests_.begin(); guest != guests_.end();) {
    const auto expired = guest++;
    Greeting& greeting = expired->second.greeting;
    if (greeting.deadline().moment_ns() > now) continue;
    greeting.expire();
    refuse(expired, greeting.reason());
  }
}

void Reception::watch_door(bool open) {
  if (open == door_open_) return;
  door_open_ = open;
  open ? epoll_.resume(socket_.fd(), kDoor) : epoll_.pause(socket_.fd(), kDoor);
}

os::Deadline Reception::next_event(os::Deadline deadline) const {
  if (guests_.empty()) return deadline;
  std::uint64_t moment = deadline.moment_ns();
  for (const auto& [tag, guest] : guests_) {
    moment = std::min(moment, guest.greeting.deadline().moment_ns());
  }
  if (!door_open_)
    moment = std::min(moment, guests_.begin()->second.greeting.since_ns() + kGraceNs);
  return os::Deadline::at_ns(moment);
}

}  // namespace mp::ipc
