#include "ipc/handshake.hpp"

#include "ipc/frame.hpp"
#include "os/random.hpp"

#include <optional>
#include <span>
#include <utility>

namespace mp::ipc {
namespace {

constexpr std::size_t kRandomBytes = 40;
constexpr std::size_t kLegacyChallenge = 20;
constexpr std::size_t kLegacyResponse = 16;
constexpr std::size_t kShortestChallenge = 20;
constexpr std::size_t kLongestPrefix = 10;  // "{sha3_384}"

// A challenge or a response: which digest it speaks of, and what follows the name.
struct Parsed {
  Digest digest = Digest::Md5;
  bool has_prefix = false;
  std::string_view payload;
};

Result<Parsed> parse(std::string_view message) {
  if (message.size() == kLegacyChallenge || message.size() == kLegacyResponse) {
    return Parsed{Digest::Md5, false, message};
  }
  const std::size_t close = message.substr(0, kLongestPrefix).find('}');
  if (!message.starts_with('{') || close == std::string_view::npos) {
    return Failure{FailureCode::Malformed, "it names no digest", "handshake"};
  }
  const std::string_view name = message.substr(1, close - 1);
  const std::optional<Digest> digest = digest_from_name(name);
  if (!digest) {
    return Failure{FailureCode::Unsupported, "digest '" + std::string(name) + "' is not allowed",
                   "handshake"};
  }
  return Parsed{*digest, true, message.substr(close + 1)};
}

std::string in_braces(Digest digest) { return "{" + std::string(digest_name(digest)) + "}"; }

Failure refused(Digest digest) {
  return Failure{FailureCode::Unsupported,
                 "OpenSSL of this system refuses HMAC-" + std::string(digest_name(digest)),
                 "handshake"};
}

}  // namespace

bool is_challenge(std::string_view message) noexcept {
  return message.starts_with(kChallenge) && message.size() <= kHandshakeLimit &&
         message.size() >= kChallenge.size() + kShortestChallenge;
}

std::string make_challenge(Digest digest) {
  std::string challenge = in_braces(digest);
  const std::size_t prefix = challenge.size();
  challenge.resize(prefix + kRandomBytes);
  os::random_bytes(std::as_writable_bytes(std::span(challenge).subspan(prefix)));
  return challenge;
}

Result<std::string> answer_to(std::string_view challenge, std::string_view key) {
  if (challenge.size() < kShortestChallenge) {
    return Failure{FailureCode::Malformed, "the challenge is too short", "handshake"};
  }
  Result<Parsed> parsed = parse(challenge);
  if (!parsed.ok()) return std::move(parsed).failure();
  const auto [digest, has_prefix, payload] = parsed.value();
  std::optional<std::string> mac = hmac(digest, key, challenge);
  if (mac) return has_prefix ? in_braces(digest) + *mac : *mac;
  if (has_prefix) return refused(digest);
  // Without MD5, Python's rule is to answer an old challenge in SHA-256.
  mac = hmac(Digest::Sha256, key, challenge);
  if (!mac) return refused(Digest::Sha256);
  return in_braces(Digest::Sha256) + *mac;
}

Result<void> verify_response(std::string_view challenge, std::string_view response,
                             std::string_view key) {
  Result<Parsed> parsed = parse(response);
  if (!parsed.ok()) return std::move(parsed).failure();
  const std::optional<std::string> mac = hmac(parsed.value().digest, key, challenge);
  if (!mac) return refused(parsed.value().digest);
  if (!equal_in_constant_time(*mac, parsed.value().payload)) {
    return Failure{FailureCode::Malformed, "digest received was wrong: the keys differ",
                   "handshake"};
  }
  return {};
}

Handshake::Handshake(Side side, std::string key, std::string challenge)
    : side_(side), key_(std::move(key)), challenge_(std::move(challenge)) {
  if (side_ == Side::Listener) demand();
}

void Handshake::feed(std::string_view message) {
  switch (state_) {
    case State::Challenge:
      return take_challenge(message);
    case State::Verdict:
      return take_verdict(message);
    case State::Response:
      return take_response(message);
    case State::Done:
    case State::Failed:
      return;
  }
}

void Handshake::refuse(std::string reason) {
  if (is_over()) return;
  if (state_ == State::Response) append_frame(output_, kFailure);
  fail(std::move(reason));
}

void Handshake::demand() {
  std::string message(kChallenge);
  message += challenge_;
  append_frame(output_, message);
  state_ = State::Response;
}

void Handshake::take_challenge(std::string_view message) {
  if (!message.starts_with(kChallenge)) {
    return fail(side_ == Side::Client ? "the peer sent no challenge: it has no key"
                                      : "the peer sent no challenge");
  }
  Result<std::string> answer = answer_to(message.substr(kChallenge.size()), key_);
  if (!answer.ok()) return fail(answer.failure().text);
  append_frame(output_, answer.value());
  state_ = State::Verdict;
}

void Handshake::take_verdict(std::string_view message) {
  if (message != kWelcome) return fail("digest sent was rejected: the keys differ");
  if (side_ == Side::Listener) {
    state_ = State::Done;
  } else {
    demand();
  }
}

void Handshake::take_response(std::string_view message) {
  const Result<void> verdict = verify_response(challenge_, message, key_);
  append_frame(output_, verdict.ok() ? kWelcome : kFailure);
  if (!verdict.ok()) return fail(verdict.failure().text);
  state_ = side_ == Side::Listener ? State::Challenge : State::Done;
}

void Handshake::fail(std::string reason) {
  reason_ = std::move(reason);
  state_ = State::Failed;
}

}  // namespace mp::ipc
