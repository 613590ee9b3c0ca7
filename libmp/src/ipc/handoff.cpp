#include "ipc/handoff.hpp"

#include "os/cpu.hpp"
#include "os/socket.hpp"
#include <libmp/exceptions.hpp>

#include <cerrno>
#include <cstring>
#include <string>

namespace mp::ipc {
namespace {

enum State : std::uint64_t {
  Idle,
  Offered,  // a receiver looks
  Writing,  // a sender has taken the offer
  Full,     // a message lies here
  Taken,    // a receiver has taken it, and copies it
};
constexpr std::uint64_t kStateBits = 7;

// An offer older than this is of a receiver that was killed, or kept from its processor.
constexpr std::uint64_t kFreshNs = 200'000;
// Copying takes less than a microsecond, unless the sender was killed or kept from its processor.
constexpr std::uint64_t kWritingNs = 200'000;

// How long a receiver that looks may take to see what lies there.
constexpr std::uint64_t kTakingNs = 50'000;

// A message older than this is of a sender that was killed before it could take it back.
constexpr std::uint64_t kForgottenNs = 1'000'000;

// How long a receiver may take to deal with one message and look for the next.
constexpr std::uint64_t kReturnNs = 5'000;
constexpr std::uint32_t kMisses = 4;
constexpr std::uint32_t kMissesBetween = 32;

State state_of(std::uint64_t turn) noexcept { return static_cast<State>(turn & kStateBits); }
std::uint64_t in_state(std::uint64_t turn, State state) noexcept {
  return (turn & ~kStateBits) | state;
}
std::uint64_t next_offer(std::uint64_t turn) noexcept {
  return in_state(turn + kStateBits + 1, Offered);
}

}  // namespace

bool Handoff::is_older_than(std::uint64_t ns) const noexcept {
  return os::monotonic_ns() > place_->offered_ns.load(std::memory_order_relaxed) + ns;
}

bool Handoff::is_stale() const noexcept { return is_older_than(kFreshNs); }

bool Handoff::socket_was_read(int socket) noexcept {
  if (socket_is_empty()) return true;
  if (os::unread_bytes(socket) != 0) return false;
  place_->socket_used = false;
  return true;
}

std::uint64_t Handoff::await_offer() noexcept {
  std::uint64_t turn = place_->turn.load(std::memory_order_acquire);
  if (state_of(turn) == Offered || !is_worth_waiting()) return turn;
  const std::uint64_t patience = os::monotonic_ns() + kReturnNs;
  do {
    os::cpu_relax();
    turn = place_->turn.load(std::memory_order_acquire);
  } while (state_of(turn) != Offered && os::monotonic_ns() < patience);
  return turn;
}

bool Handoff::give(std::span<const std::byte> message, int socket) noexcept {
  if (message.size() > HandoffPlace::kMostBytes) return false;
  const bool given = give_to(await_offer(), message, socket);
  misses_ = given ? 0 : misses_ + 1;
  return given;
}

// Where the receiver has not come back in time, only now and then, to notice that it has become
// quicker.
bool Handoff::is_worth_waiting() const noexcept {
  return misses_ < kMisses || misses_ % kMissesBetween == 0;
}

bool Handoff::give_to(std::uint64_t offer, std::span<const std::byte> message,
                      int socket) noexcept {
  if (state_of(offer) != Offered || !socket_was_read(socket) || is_stale()) return false;
  std::uint64_t writing = in_state(offer, Writing);
  if (!place_->turn.compare_exchange_strong(offer, writing)) return false;
  if (!message.empty()) std::memcpy(place_->bytes, message.data(), message.size());
  place_->size.store(static_cast<std::uint32_t>(message.size()), std::memory_order_relaxed);
  const std::uint64_t full = in_state(writing, Full);
  return place_->turn.compare_exchange_strong(writing, full) && was_taken(full);
}

bool Handoff::was_taken(std::uint64_t full) noexcept {
  const std::uint64_t patience = os::monotonic_ns() + kTakingNs;
  do {
    for (int i = 0; i < 16; ++i) {
      if (place_->turn.load(std::memory_order_acquire) != full) return true;
      os::cpu_relax();
    }
  } while (os::monotonic_ns() < patience);
  return !place_->turn.compare_exchange_strong(full, in_state(full, Idle));
}

void Handoff::before_socket() noexcept {
  // No sender that lives leaves a message for so long.
  std::uint64_t turn = place_->turn.load(std::memory_order_acquire);
  if (state_of(turn) == Full && is_older_than(kForgottenNs))
    place_->turn.compare_exchange_strong(turn, in_state(turn, Idle));
  if (!place_->socket_used.load(std::memory_order_relaxed)) place_->socket_used = true;
}

// Whoever looks here had better look into the socket.
void Handoff::after_socket() noexcept {
  std::uint64_t offer = place_->turn.load();
  if (state_of(offer) == Offered)
    place_->turn.compare_exchange_strong(offer, in_state(offer, Idle));
}

bool Handoff::has_message() const noexcept {
  return state_of(place_->turn.load(std::memory_order_acquire)) == Full;
}

std::uint64_t Handoff::offers() const noexcept { return place_->turn.load() / (kStateBits + 1); }

bool Handoff::take() noexcept {
  std::uint64_t turn = place_->turn.load(std::memory_order_acquire);
  taken_ = in_state(turn, Taken);
  return state_of(turn) == Full && place_->turn.compare_exchange_strong(turn, taken_);
}

bool Handoff::look(os::Deadline deadline) noexcept {
  if (take()) return true;
  if (!os::can_spin() || deadline.has_passed()) return false;
  std::uint64_t before = place_->turn.load(std::memory_order_acquire);
  // Another receiver's, unless that one is no more.
  if (state_of(before) != Idle && !is_stale()) return false;
  place_->offered_ns.store(os::monotonic_ns(), std::memory_order_relaxed);
  const std::uint64_t offer = next_offer(before);
  if (!place_->turn.compare_exchange_strong(before, offer)) return take();
  spin_.until([&] { return place_->turn.load(std::memory_order_acquire) != offer; }, deadline);
  return withdraw(offer);
}

bool Handoff::withdraw(std::uint64_t offer) noexcept {
  std::uint64_t seen = offer;
  if (place_->turn.compare_exchange_strong(seen, in_state(offer, Idle))) return false;
  const std::uint64_t patience = os::monotonic_ns() + kWritingNs;
  while (state_of(seen) == Writing && os::monotonic_ns() < patience) {
    os::cpu_relax();
    seen = place_->turn.load(std::memory_order_acquire);
  }
  if (state_of(seen) == Writing) {
    place_->turn.compare_exchange_strong(seen, in_state(offer, Idle));
  }
  return take();
}

std::span<const std::byte> Handoff::message() const {
  const std::uint32_t size = place_->size.load(std::memory_order_relaxed);
  if (size > HandoffPlace::kMostBytes) {
    throw OSError(EPROTO, "recv",
                  "a message of " + std::to_string(size) + " bytes in shared memory for " +
                      std::to_string(HandoffPlace::kMostBytes) +
                      ": the peer does not speak this protocol");
  }
  return {place_->bytes, size};
}

void Handoff::release() noexcept {
  std::uint64_t taken = taken_;
  place_->turn.compare_exchange_strong(taken, in_state(taken, Idle));
}

}  // namespace mp::ipc
