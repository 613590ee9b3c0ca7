// Greeting: one handshake on one descriptor, carried on whenever bytes are there. Never waits, so
// that many can advance side by side.
#pragma once

#include "ipc/frame.hpp"
#include "ipc/handshake.hpp"
#include "os/clock.hpp"
#include "os/unique_fd.hpp"
#include <libmp/timeout.hpp>

#include <cstdint>
#include <string>

namespace mp::ipc {

// Owns the descriptor until take().
class Greeting {
 public:
  enum class State : std::uint8_t { Pending, Done, Failed };

  // `patience` is what the peer may take for each message.
  Greeting(os::UniqueFd fd, Handshake::Side side, const std::string& key, Timeout patience);

  // Sends and receives what can be now.
  State advance();
  // The deadline has passed.
  void expire();

  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  // When the next message must be there, for the owner to watch.
  [[nodiscard]] os::Deadline deadline() const noexcept { return deadline_; }
  [[nodiscard]] std::uint64_t since_ns() const noexcept { return since_ns_; }
  // Why it Failed.
  [[nodiscard]] const std::string& reason() const noexcept { return handshake_.reason(); }
  // Done: the connection is the caller's.
  [[nodiscard]] os::UniqueFd take() noexcept { return std::move(fd_); }

 private:
  bool flush();
  bool read_some();

  os::UniqueFd fd_;
  Handshake handshake_;
  FrameReader reader_{kHandshakeLimit};
  Timeout patience_;
  os::Deadline deadline_;
  std::uint64_t since_ns_;
};

}  // namespace mp::ipc
