// Frames: what a reporter sends to an inspector, one frame per libmp Connection message. Format: libmp/doc/wire.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "base/result.hpp"
#include "wire/event.hpp"

namespace mp::wire {

inline constexpr std::uint32_t kFrameMagic = 0x3149504d;  // "MPI1"
inline constexpr std::uint16_t kFrameVersion = 1;
inline constexpr std::size_t kMaxFrameBytes = 1 << 20;
inline constexpr std::size_t kMaxFrameEvents = 16384;

// First frame of every connection, reporter to inspector: which tree this is about.
struct HelloFrame {
  std::uint64_t tree = 0;  // puid of the root
  std::uint32_t root_pid = 0;
  std::uint64_t monotonic_ns = 0;  // one moment on both clocks: recordings show wall time
  std::uint64_t realtime_ns = 0;
  std::string boot_id;
  std::string host;
  std::string program;  // name of the root's executable
  std::string command_line;
  bool operator==(const HelloFrame&) const = default;
};

// Events in stream order; `first` is the stream number of events[0], so a hole is seen by the receiver.
struct EventsFrame {
  std::uint64_t first = 0;
  Batch batch;
  bool operator==(const EventsFrame&) const = default;
};

// Inspector to reporter: record at this level from now on (0..3), in every process of the tree.
struct LevelFrame {
  std::uint32_t level = 0;
  bool operator==(const LevelFrame&) const = default;
};

// The sender leaves in good order.
struct ByeFrame {
  bool operator==(const ByeFrame&) const = default;
};

using Frame = std::variant<HelloFrame, EventsFrame, LevelFrame, ByeFrame>;

std::string encode_frame(const Frame& frame);

// Checks magic, version, type, sizes and CRC-32C before it believes anything; never allocates more than a small
// multiple of the input. Every event's payload range lies inside the batch.
Result<Frame> decode_frame(std::span<const std::byte> bytes);

}  // namespace mp::wire
