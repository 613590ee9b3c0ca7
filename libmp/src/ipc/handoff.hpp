// Handoff: a place in shared memory where a sender leaves a message for a receiver that is looking
// for one at this very moment. Only such a receiver can be spared the kernel: it is not asleep, so
// nobody has to wake it. In all other cases the message goes through the socket, whose descriptor
// therefore always shows what there is to read. States and proofs: libmp/doc/connections.md.
#pragma once

#include "os/clock.hpp"
#include "os/wait_spin.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mp::ipc {

// One direction of a connection, in shared memory; zeros at first.
struct HandoffPlace {
  static constexpr std::size_t kHeadBytes = 64;
  static constexpr std::size_t kMostBytes = 2048 - kHeadBytes;

  std::atomic<std::uint64_t> turn;        // the lowest three bits are the state
  std::atomic<std::uint64_t> offered_ns;  // when the receiver began to look, os::monotonic_ns()
  std::atomic<std::uint32_t> size;        // of the message
  std::atomic<bool> socket_used;          // something may be in the socket that is not read yet
  std::atomic<bool> socket_exposed;       // others may write to the socket without saying so
  alignas(kHeadBytes) std::byte bytes[kMostBytes];
};
static_assert(sizeof(HandoffPlace) == 2048);

// A process's view of one direction. Senders take turns, and so do receivers; a sender and a
// receiver may be at it at once. Nothing here blocks for longer than it takes to give up spinning.
// SIGKILL at any step: a sender takes back what the receiver does not take at once, so what has
// been sent is with a receiver or in the socket; a message whose sender was killed before that is
// received or forgotten.
class Handoff {
 public:
  explicit Handoff(HandoffPlace& place) noexcept : place_(&place) {}

  // The sender's side. True when a receiver has the message. False when it has to go through
  // `socket`: nobody looks for one, it is too long, or something before it is still in there.
  bool give(std::span<const std::byte> message, int socket) noexcept;
  // Around whatever is written to the socket.
  void before_socket() noexcept;
  void after_socket() noexcept;
  // From now on others have the descriptor, and may write.
  void expose() noexcept { place_->socket_exposed = true; }

  // The receiver's side. A message that lies here comes before all that is in the socket.
  [[nodiscard]] bool has_message() const noexcept;
  // As far as its senders say.
  [[nodiscard]] bool socket_is_empty() const noexcept {
    return !place_->socket_used && !place_->socket_exposed;
  }
  // How often somebody has looked, in all.
  [[nodiscard]] std::uint64_t offers() const noexcept;
  // Takes the message that lies here, if one does: it is the caller's from then on.
  bool take() noexcept;
  // Looks for a message to take for a short time; longer, the quicker they came until now. False
  // when there was none: it is time to look into the socket.
  bool look(os::Deadline deadline) noexcept;
  // The message that was taken. Throws OSError(EPROTO) when its size is a lie.
  [[nodiscard]] std::span<const std::byte> message() const;
  // After it was copied: there is room for the next.
  void release() noexcept;

 private:
  [[nodiscard]] bool is_older_than(std::uint64_t ns) const noexcept;
  [[nodiscard]] bool is_stale() const noexcept;
  bool socket_was_read(int socket) noexcept;
  [[nodiscard]] bool is_worth_waiting() const noexcept;
  // The turn, as soon as it is an offer; as it is, where there is none to be expected.
  std::uint64_t await_offer() noexcept;
  bool give_to(std::uint64_t offer, std::span<const std::byte> message, int socket) noexcept;
  bool was_taken(std::uint64_t full) noexcept;
  // Ends an offer that nobody took, or to which somebody is writing too slowly.
  bool withdraw(std::uint64_t offer) noexcept;

  HandoffPlace* place_;
  std::uint64_t taken_ = 0;   // by the receiver
  std::uint32_t misses_ = 0;  // of the sender, in a row
  os::WaitSpin spin_;
};

// Around what a sender writes to the socket of a connection, which may have no handoff.
class BesideHandoff {
 public:
  explicit BesideHandoff(Handoff* handoff) noexcept : handoff_(handoff) {
    if (handoff_ != nullptr) handoff_->before_socket();
  }
  // As soon as there is something to read.
  void written() noexcept {
    if (handoff_ != nullptr) handoff_->after_socket();
  }

 private:
  Handoff* handoff_;
};

}  // namespace mp::ipc
