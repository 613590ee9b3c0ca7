// The handshake by shared key, as a machine that eats and yields frames: no descriptor, no clock.
// Speaks with every Python: up to 3.11 (HMAC-MD5 over 20 bytes) and later ("{sha256}" prefixes).
#pragma once

#include "base/result.hpp"
#include "ipc/auth.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace mp::ipc {

inline constexpr std::size_t kHandshakeLimit = 256;  // of one message

inline constexpr std::string_view kChallenge = "#CHALLENGE#";  // before the challenge itself
inline constexpr std::string_view kWelcome = "#WELCOME#";
inline constexpr std::string_view kFailure = "#FAILURE#";

// Whether a message is a listener's demand for a key.
bool is_challenge(std::string_view message) noexcept;

// The digest's name in braces and 40 random bytes.
std::string make_challenge(Digest digest = Digest::Sha256);
// The response to a challenge (without "#CHALLENGE#"), in the digest that it names.
Result<std::string> answer_to(std::string_view challenge, std::string_view key);
// Accepts every digest that the responder may have chosen, as Python does.
Result<void> verify_response(std::string_view challenge, std::string_view response,
                             std::string_view key);

// One side of it. The listener demands first, then the roles swap.
//
//   Listener: ─▶ Response ─▶ Challenge ─▶ Verdict ─▶ Done
//   Client:   ─▶ Challenge ─▶ Verdict ─▶ Response ─▶ Done        any ─▶ Failed
class Handshake {
 public:
  enum class Side : std::uint8_t { Listener, Client };
  // What it expects from the peer next.
  enum class State : std::uint8_t { Challenge, Verdict, Response, Done, Failed };

  // What the listener's side says first stands in output() at once. `challenge` is what this side
  // will demand.
  Handshake(Side side, std::string key, std::string challenge = make_challenge());

  // The peer's next message.
  void feed(std::string_view message);
  // The peer broke the rules below this level: too long a message, bad framing.
  void refuse(std::string reason);

  [[nodiscard]] State state() const noexcept { return state_; }
  [[nodiscard]] bool is_over() const noexcept {
    return state_ == State::Done || state_ == State::Failed;
  }
  // Frames to be sent. Also after Failed: the peer learns of it that way.
  [[nodiscard]] std::string& output() noexcept { return output_; }
  // Why it Failed.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

 private:
  void demand();
  void take_challenge(std::string_view message);
  void take_verdict(std::string_view message);
  void take_response(std::string_view message);
  void fail(std::string reason);

  Side side_;
  std::string key_;
  std::string challenge_;
  State state_ = State::Challenge;
  std::string output_;
  std::string reason_;
};

}  // namespace mp::ipc
