// The framing of connections, CPython's: 4 bytes big-endian size, or -1 and 8 bytes, then the
// message. Pure: no descriptor in here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mp::ipc {

inline constexpr std::size_t kShortHeader = 4;
inline constexpr std::size_t kLongHeader = 12;
inline constexpr std::uint64_t kLongestShort = 0x7fff'ffff;

// The header in front of a message.
class FrameHeader {
 public:
  explicit FrameHeader(std::uint64_t message_size) noexcept;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return std::span(bytes_).first(size_);
  }

 private:
  std::array<std::byte, kLongHeader> bytes_;
  std::size_t size_;
};

// What the first four bytes of a frame say.
struct ShortHeader {
  enum class Kind : std::uint8_t { Size, Long, Malformed };
  Kind kind;
  std::uint64_t size;
};
// Differs from Python, which takes a size below -1 for an empty message: that is Malformed.
ShortHeader decode_short(std::span<const std::byte, kShortHeader> bytes) noexcept;
std::uint64_t decode_long(std::span<const std::byte, 8> bytes) noexcept;

// Adds header and message to `out`; for short messages.
void append_frame(std::string& out, std::string_view message);

// Takes one short frame apart as its bytes arrive, without asking for a byte beyond its end.
// Memory: the limit, whatever the header says.
class FrameReader {
 public:
  enum class State : std::uint8_t { Header, Body, Complete, TooLong, Malformed };

  explicit FrameReader(std::size_t limit) : body_(limit, '\0') {}

  [[nodiscard]] State state() const noexcept { return state_; }
  // Where the next bytes belong; never empty in the states Header and Body.
  [[nodiscard]] std::span<std::byte> room() noexcept;
  // `count` bytes have been put there.
  void advance(std::size_t count) noexcept;
  // Whether a part of a frame has arrived.
  [[nodiscard]] bool has_begun() const noexcept { return state_ != State::Header || filled_ != 0; }
  // Requires: Complete.
  [[nodiscard]] std::string_view message() const noexcept;
  // For the next frame.
  void restart() noexcept;

 private:
  State state_ = State::Header;
  std::array<std::byte, kShortHeader> header_{};
  std::size_t filled_ = 0;  // of the header, then of the body
  std::size_t size_ = 0;
  std::string body_;
};

}  // namespace mp::ipc
