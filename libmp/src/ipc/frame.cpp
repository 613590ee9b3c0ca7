#include "ipc/frame.hpp"

namespace mp::ipc {
namespace {

void put_big_endian(std::uint64_t value, std::span<std::byte> into) noexcept {
  for (std::size_t i = into.size(); i-- > 0; value >>= 8) into[i] = static_cast<std::byte>(value);
}

std::uint64_t big_endian(std::span<const std::byte> bytes) noexcept {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8 | std::to_integer<std::uint64_t>(byte);
  return value;
}

}  // namespace

FrameHeader::FrameHeader(std::uint64_t message_size) noexcept
    : size_(message_size <= kLongestShort ? kShortHeader : kLongHeader) {
  const std::span all(bytes_);
  if (size_ == kShortHeader) {
    put_big_endian(message_size, all.first(kShortHeader));
  } else {
    put_big_endian(0xffff'ffff, all.first(kShortHeader));
    put_big_endian(message_size, all.subspan(kShortHeader));
  }
}

ShortHeader decode_short(std::span<const std::byte, kShortHeader> bytes) noexcept {
  const std::uint64_t value = big_endian(bytes);
  if (value <= kLongestShort) return {ShortHeader::Kind::Size, value};
  return {value == 0xffff'ffff ? ShortHeader::Kind::Long : ShortHeader::Kind::Malformed, 0};
}

std::uint64_t decode_long(std::span<const std::byte, 8> bytes) noexcept {
  return big_endian(bytes);
}

void append_frame(std::string& out, std::string_view message) {
  const FrameHeader header(message.size());  // bytes() looks into it
  for (const std::byte byte : header.bytes()) out.push_back(std::to_integer<char>(byte));
  out.append(message);
}

std::span<std::byte> FrameReader::room() noexcept {
  if (state_ == State::Header) return std::span(header_).subspan(filled_);
  return std::as_writable_bytes(std::span(body_).subspan(filled_, size_ - filled_));
}

void FrameReader::advance(std::size_t count) noexcept {
  filled_ += count;
  if (state_ == State::Header && filled_ == kShortHeader) {
    const ShortHeader header = decode_short(header_);
    filled_ = 0;
    size_ = static_cast<std::size_t>(header.size);
    if (header.kind == ShortHeader::Kind::Malformed) {
      state_ = State::Malformed;
    } else if (header.kind == ShortHeader::Kind::Long || size_ > body_.size()) {
      state_ = State::TooLong;
    } else {
      state_ = State::Body;
    }
  }
  if (state_ == State::Body && filled_ == size_) state_ = State::Complete;
}

std::string_view FrameReader::message() const noexcept {
  return std::string_view(body_).substr(0, size_);
}

void FrameReader::restart() noexcept {
  state_ = State::Header;
  filled_ = 0;
  size_ = 0;
}

}  // namespace mp::ipc
