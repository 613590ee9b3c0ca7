#include "ipc/greeting.hpp"

#include "ipc/deadline.hpp"
#include "os/socket.hpp"
#include <libmp/exceptions.hpp>

#include <cerrno>
#include <span>
#include <utility>

namespace mp::ipc {

using End = os::Transfer::End;

namespace {

constexpr const char* kHasLeft = "the peer closed the connection during the handshake";

}  // namespace

Greeting::Greeting(os::UniqueFd fd, Handshake::Side side, const std::string& key, Timeout patience)
    : fd_(std::move(fd)),
      handshake_(side, key),
      patience_(patience),
      deadline_(deadline_of(patience)),
      since_ns_(os::monotonic_ns()) {}

Greeting::State Greeting::advance() {
  try {
    while (flush() && !handshake_.is_over() && read_some()) continue;
  } catch (const OSError& error) {
    const bool has_left = error.error_number() == EPIPE || error.error_number() == ECONNRESET;
    handshake_.refuse(has_left ? kHasLeft : error.what());
  }
  if (handshake_.state() == Handshake::State::Failed) return State::Failed;
  return handshake_.state() == Handshake::State::Done ? State::Done : State::Pending;
}

void Greeting::expire() {
  handshake_.refuse(reader_.has_begun() || handshake_.state() == Handshake::State::Verdict
                        ? "the peer did not finish the handshake in time"
                        : "the peer said nothing in time");
  static_cast<void>(advance());
}

// False when the peer does not even take the few bytes of a handshake: it is not worth waiting for.
bool Greeting::flush() {
  std::string& output = handshake_.output();
  while (!output.empty()) {
    const auto bytes = std::as_bytes(std::span(output));
    const auto sent = os::transmit(fd_.get(), os::StreamKind::Socket, bytes, {}, os::Blocking::No);
    if (sent.end != End::Moved) {
      handshake_.refuse("the peer does not read");
      return false;
    }
    output.erase(0, sent.bytes);
  }
  return true;
}

// False when there is nothing more to read now.
bool Greeting::read_some() {
  const auto got = os::receive(fd_.get(), os::StreamKind::Socket, reader_.room(), os::Blocking::No);
  if (got.end == End::WouldBlock) return false;
  if (got.end == End::Closed) {
    handshake_.refuse(kHasLeft);
    return true;
  }
  reader_.advance(got.bytes);
  switch (reader_.state()) {
    case FrameReader::State::Complete:
      handshake_.feed(reader_.message());
      reader_.restart();
      deadline_ = deadline_of(patience_);
      break;
    case FrameReader::State::TooLong:
      handshake_.refuse("the peer sent a message that is too long for a handshake");
      break;
    case FrameReader::State::Malformed:
      handshake_.refuse("the peer does not speak this protocol");
      break;
    case FrameReader::State::Header:
    case FrameReader::State::Body:
      break;
  }
  return true;
}

}  // namespace mp::ipc
