// Frames on a descriptor: sends and receives whole ones, with a deadline, and tells the probes when
// it waits.
#pragma once

#include "os/clock.hpp"
#include "os/socket.hpp"
#include "probe/probe.hpp"
#include <libmp/detail/byte_buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mp::ipc {

// A view of a connection's descriptor.
struct Stream {
  int fd = -1;
  os::StreamKind kind = os::StreamKind::Socket;
  probe::Handle probe = 0;
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

// The size of the next message. Throws OSError when the stream ends inside the header, or when it
// is no header (EPROTO).
FrameEnd receive_header(const Stream& stream, os::Deadline deadline, std::uint64_t& size);

// The message behind the header, all of `into`. Throws OSError when the stream ends inside it.
// Where Python reports the end of the stream right behind a header like one before it, so does
// this.
FrameEnd receive_body(const Stream& stream, std::span<std::byte> into, os::Deadline deadline);

// The same into a growing buffer: memory follows the bytes that have really come (at most 16 times
// as much, from 1 MiB on), not what the header promises.
// Requires: `into` is empty.
FrameEnd receive_body(const Stream& stream, std::uint64_t size, detail::ByteBuffer& into,
                      os::Deadline deadline);
FrameEnd receive_body(const Stream& stream, std::uint64_t size, std::string& into,
                      os::Deadline deadline);

}  // namespace mp::ipc
