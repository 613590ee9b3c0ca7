// Bytes out and in for the formats of this layer: little-endian integers, varints (LEB128), zigzag.
// The reader is for hostile input: it never reads past the end and remembers its first failure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mp::wire {

template <class Int>
void put_le(std::string& out, Int value) {
  for (std::size_t i = 0; i < sizeof(Int); ++i) {
    out.push_back(
        static_cast<char>(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i))));
  }
}

inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value | 0x80)));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

constexpr std::uint64_t zigzag(std::uint64_t difference) noexcept {
  return (difference << 1) ^ (std::uint64_t{0} - (difference >> 63));
}
constexpr std::uint64_t unzigzag(std::uint64_t code) noexcept {
  return (code >> 1) ^ (std::uint64_t{0} - (code & 1));
}

// After a failure everything reads as zero or empty.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : bytes_(bytes) {}

  template <class Int>
  Int le() noexcept {
    std::uint64_t value = 0;
    const std::string_view raw = take(sizeof(Int));
    for (std::size_t i = 0; i < raw.size(); ++i) {
      value |= std::uint64_t{static_cast<std::uint8_t>(raw[i])} << (8 * i);
    }
    return static_cast<Int>(value);
  }

  // Refuses what does not fit 64 bits and what is longer than it need be: one number, one encoding.
  std::uint64_t varint() noexcept {
    if (at_ < bytes_.size() && static_cast<std::uint8_t>(bytes_[at_]) < 0x80) {
      return static_cast<std::uint8_t>(bytes_[at_++]);
    }
    return long_varint();
  }

  std::string_view take(std::uint64_t size) noexcept {
    if (size > left()) {
      fail();
      return {};
    }
    const std::string_view part = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += part.size();
    return part;
  }

  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t offset() const noexcept { return ok_ ? at_ : failed_at_; }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  void fail() noexcept {
    if (!ok_) return;
    ok_ = false;
    failed_at_ = at_;
    at_ = bytes_.size();
  }

 private:
  std::uint64_t long_varint() noexcept {
    std::uint64_t value = 0;
    for (int shift = 0; shift <= 63 && at_ < bytes_.size(); shift += 7) {
      const auto byte = static_cast<std::uint8_t>(bytes_[at_++]);
      const std::uint64_t part = byte & 0x7fU;
      if (shift == 63 && part > 1) break;
      value |= part << shift;
      if (byte >= 0x80) continue;
      if (byte == 0 && shift > 0) break;
      return value;
    }
    fail();
    return 0;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::size_t failed_at_ = 0;
  bool ok_ = true;
};

}  // namespace mp::wire
