// Frames on a descriptor: sends and receives whole ones, with a deadline, and tells the probes when
// it waits.
#pragma once

#include "ipc/handoff.hpp"
#include "os/clock.hpp"
#include "os/socket.hpp"
#include "probe/probe.hpp"
#include <libmp/detail/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mp::ipc {

// A view of one direction of a connection.
struct Stream {
  int fd = -1;
  os::StreamKind kind = os::StreamKind::Socket;
  probe::Handle probe = 0;
  Handoff* handoff = nullptr;  // where there is one
  // Beside the first byte of the next message: a descriptor to send, and where to put one.
  int offer = -1;
  os::UniqueFd* offered = nullptr;
};

enum class FrameEnd : std::uint8_t {
  Complete,
  EndOfStream,   // no byte of what was asked for came
  TimedOut,      // likewise
  PartTimedOut,  // the deadline passed inside a frame: the rest of it is still to come
};

// Complete or TimedOut or PartTimedOut. Throws OSError, EPIPE when nobody reads any more.
FrameEnd send_frame(const Stream& stream, std::span<const std::byte> message,
                    os::Deadline deadline = os::Deadline::never());

// What is known of a message before its bytes are here.
struct Arrival {
  std::uint64_t size = 0;
  const std::byte* handed_over = nullptr;  // there it lies, until finish()
};

// The next message. Throws OSError when the stream ends inside the header, or when it is no header
// (EPROTO).
FrameEnd receive_header(const Stream& stream, os::Deadline deadline, Arrival& arrival);

// The message behind the header, all of `into`. Throws OSError when the stream ends inside it.
// Where Python reports the end of the stream right behind a header like one before it, so does
// this.
// Requires: `into` is as long as the message.
FrameEnd receive_body(const Stream& stream, const Arrival& arrival, std::span<std::byte> into,
                      os::Deadline deadline);

// The same into a growing buffer: memory follows the bytes that have really come (at most 16 times
// as much, from 1 MiB on), not what the header promises.
// Requires: `into` is empty.
FrameEnd receive_body(const Stream& stream, const Arrival& arrival, detail::ByteBuffer& into,
                      os::Deadline deadline);
FrameEnd receive_body(const Stream& stream, const Arrival& arrival, std::string& into,
                      os::Deadline deadline);

// After the body: makes room for the next message.
void finish(const Stream& stream, const Arrival& arrival) noexcept;

}  // namespace mp::ipc
