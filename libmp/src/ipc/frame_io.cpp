#include "ipc/frame_io.hpp"

#include "ipc/frame.hpp"
#include "os/packet.hpp"
#include "os/poll.hpp"
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>

namespace mp::ipc {
namespace {

using End = os::Transfer::End;

constexpr std::uint64_t kTrustedSize = 1 << 20;
constexpr std::uint64_t kTrustFactor = 16;
constexpr std::uint64_t kStringStep = 128 << 10;

std::uint64_t probe_timeout(os::Deadline deadline) noexcept {
  return deadline.is_never() ? wire::kNoTimeout : deadline.remaining_ns();
}

// Fills `room`; `got` is how far it came. False at the deadline.
bool fill(const Stream& stream, std::span<std::byte> room, os::Deadline deadline, std::size_t& got,
          bool& ended) {
  while (got < room.size()) {
    const auto blocking = deadline.is_never() ? os::Blocking::Whole : os::Blocking::No;
    const auto moved =
        stream.offered == nullptr
            ? os::receive(stream.fd, stream.kind, room.subspan(got), blocking)
            : os::receive_with(*stream.offered, stream.fd, room.subspan(got), blocking);
    got += moved.bytes;
    if (moved.end == End::Closed) {
      ended = true;
      return true;
    }
    if (moved.end != End::WouldBlock) continue;
    if (deadline.has_passed() || !os::poll_readable(stream.fd, deadline)) return false;
  }
  return true;
}

// What fill() came to; `reached` counts from the begin of something of `whole` bytes.
FrameEnd conclude(bool in_time, bool ended, std::uint64_t reached, std::uint64_t whole) {
  if (!in_time) return reached == 0 ? FrameEnd::TimedOut : FrameEnd::PartTimedOut;
  if (!ended) return FrameEnd::Complete;
  if (reached == 0) return FrameEnd::EndOfStream;
  throw OSError(ECONNRESET, "recv",
                "end of the stream inside a message, after " + std::to_string(reached) + " of " +
                    std::to_string(whole) + " bytes");
}

// All of `room`, which begins `before` bytes into something of `whole` bytes.
FrameEnd receive_all(const Stream& stream, std::span<std::byte> room, os::Deadline deadline,
                     std::uint64_t before, std::uint64_t whole) {
  std::size_t got = 0;
  bool ended = false;
  const bool in_time = fill(stream, room, deadline, got, ended);
  return conclude(in_time, ended, before + got, whole);
}

// Memory follows the bytes that have really come: `grow(n)` makes the buffer n bytes long and
// returns its begin, `reserve(n)` announces that it will become so long.
template <typename Reserve, typename Grow>
FrameEnd receive_growing(const Stream& stream, std::uint64_t size, os::Deadline deadline,
                         std::uint64_t step_limit, Reserve reserve, Grow grow) {
  std::uint64_t received = 0;
  std::uint64_t trusted = 0;
  while (received < size) {
    if (received == trusted) {
      trusted = std::min(size, std::max(kTrustedSize, received * kTrustFactor));
      reserve(static_cast<std::size_t>(trusted));
    }
    const std::uint64_t step = std::min(trusted - received, step_limit);
    std::byte* begin = grow(static_cast<std::size_t>(received + step));
    const std::span room(begin + received, static_cast<std::size_t>(step));
    const FrameEnd end = receive_all(stream, room, deadline, received, size);
    if (end != FrameEnd::Complete) return end;
    received += step;
  }
  return FrameEnd::Complete;
}

bool must_look_into_socket(const Stream& stream) {
  return stream.handoff == nullptr || !stream.handoff->socket_is_empty();
}

// The header, which may be long in coming. Looks without waiting first: then only a receiver that
// really waits is told to the probes. `handed_over`: a message came that has no header.
FrameEnd receive_first(const Stream& stream, std::span<std::byte> header, os::Deadline deadline,
                       bool& handed_over) {
  std::size_t got = 0;
  bool ended = false;
  const auto fill_now = [&] { return fill(stream, header, os::Deadline::at_ns(0), got, ended); };
  handed_over = stream.handoff != nullptr && stream.handoff->take();
  if (handed_over) return FrameEnd::Complete;
  bool in_time = must_look_into_socket(stream) && fill_now();
  if (!in_time && got == 0 && stream.handoff != nullptr) {
    handed_over = stream.handoff->look(deadline);
    if (handed_over) return FrameEnd::Complete;
    in_time = fill_now();
  }
  if (!in_time) {
    probe::Wait wait(wire::ThreadState::ConnectionRecv, stream.probe, probe_timeout(deadline));
    in_time = fill(stream, header, deadline, got, ended);
    wait.end(in_time);
  }
  return conclude(in_time, ended, got, header.size());
}

// Once a header has been read, a deadline leaves the stream inside a frame.
FrameEnd after_header(FrameEnd end) noexcept {
  return end == FrameEnd::TimedOut ? FrameEnd::PartTimedOut : end;
}

}  // namespace

FrameEnd send_frame(const Stream& stream, std::span<const std::byte> message,
                    os::Deadline deadline) {
  if (stream.handoff != nullptr && stream.handoff->give(message, stream.fd))
    return FrameEnd::Complete;
  BesideHandoff beside(stream.handoff);
  const FrameHeader header(message.size());
  std::span<const std::byte> head = header.bytes();
  std::span<const std::byte> body = message;
  // Without waiting first: then only a send that really waits is told to the probes.
  const bool is_socket = stream.kind == os::StreamKind::Socket;
  auto blocking = is_socket || !deadline.is_never() ? os::Blocking::No : os::Blocking::Yes;
  std::optional<probe::Wait> wait;
  while (true) {
    const bool is_first = head.size() == header.bytes().size();
    const auto moved = is_first && stream.offer != -1
                           ? os::transmit_with(stream.offer, stream.fd, head, body, blocking)
                           : os::transmit(stream.fd, stream.kind, head, body, blocking);
    beside.written();
    const std::size_t of_head = std::min(moved.bytes, head.size());
    head = head.subspan(of_head);
    body = body.subspan(moved.bytes - of_head);
    if (head.empty() && body.empty()) break;
    if (!wait)
      wait.emplace(wire::ThreadState::ConnectionSend, stream.probe, probe_timeout(deadline));
    if (deadline.is_never() && moved.end != End::WouldBlock) {
      blocking = os::Blocking::Yes;
    } else if (!os::poll_writable(stream.fd, deadline)) {
      return head.size() == header.bytes().size() ? FrameEnd::TimedOut : FrameEnd::PartTimedOut;
    }
  }
  if (wait) wait->end(true);
  return FrameEnd::Complete;
}

FrameEnd receive_header(const Stream& stream, os::Deadline deadline, Arrival& arrival) {
  std::array<std::byte, kShortHeader> header;
  bool handed_over = false;
  const FrameEnd end = receive_first(stream, header, deadline, handed_over);
  if (end != FrameEnd::Complete) return end;
  if (handed_over) {
    const std::span<const std::byte> message = stream.handoff->message();
    arrival = {message.size(), message.data()};
    return FrameEnd::Complete;
  }
  const ShortHeader decoded = decode_short(header);
  if (decoded.kind == ShortHeader::Kind::Malformed) {
    throw OSError(EPROTO, "recv", "no message header: the peer does not speak this protocol");
  }
  arrival.size = decoded.size;
  if (decoded.kind == ShortHeader::Kind::Size) return FrameEnd::Complete;
  std::array<std::byte, kLongHeader - kShortHeader> extension;
  const FrameEnd rest = receive_all(stream, extension, deadline, 0, extension.size());
  arrival.size = decode_long(extension);
  return after_header(rest);
}

FrameEnd receive_body(const Stream& stream, const Arrival& arrival, std::span<std::byte> into,
                      os::Deadline deadline) {
  if (arrival.handed_over != nullptr) {
    std::copy_n(arrival.handed_over, into.size(), into.data());
    return FrameEnd::Complete;
  }
  return after_header(receive_all(stream, into, deadline, 0, into.size()));
}

FrameEnd receive_body(const Stream& stream, const Arrival& arrival, detail::ByteBuffer& into,
                      os::Deadline deadline) {
  const auto reserve = [&](std::size_t total) { into.reserve(total); };
  const auto grow = [&](std::size_t total) {
    static_cast<void>(into.extend(total - into.size()));
    return into.data();
  };
  if (arrival.handed_over != nullptr) {
    into.append(arrival.handed_over, static_cast<std::size_t>(arrival.size));
    return FrameEnd::Complete;
  }
  return after_header(receive_growing(stream, arrival.size, deadline, arrival.size, reserve, grow));
}

FrameEnd receive_body(const Stream& stream, const Arrival& arrival, std::string& into,
                      os::Deadline deadline) {
  const auto reserve = [&](std::size_t total) { into.reserve(total); };
  // resize() writes zeros first; in small steps they are overwritten while still in the cache.
  const auto grow = [&](std::size_t total) {
    into.resize(total);
    return reinterpret_cast<std::byte*>(into.data());
  };
  if (arrival.handed_over != nullptr) {
    into.assign(reinterpret_cast<const char*>(arrival.handed_over),
                static_cast<std::size_t>(arrival.size));
    return FrameEnd::Complete;
  }
  return after_header(receive_growing(stream, arrival.size, deadline, kStringStep, reserve, grow));
}

void finish(const Stream& stream, const Arrival& arrival) noexcept {
  if (arrival.handed_over != nullptr) stream.handoff->release();
}

}  // namespace mp::ipc
