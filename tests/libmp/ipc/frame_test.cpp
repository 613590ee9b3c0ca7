// The framing, against captures from CPython.
#include "ipc/frame.hpp"

#include "libmp/serial/hex.hpp"

#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace mp::ipc {
namespace {

using test::hex;
using test::unhex;

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

ShortHeader decode(std::string_view hexed) {
  const std::string bytes = unhex(hexed);
  return decode_short(bytes_of(bytes).first<kShortHeader>());
}

// Hands over `bytes` in pieces of at most `piece`; what is left over was not asked for.
std::size_t feed(FrameReader& reader, std::string_view bytes, std::size_t piece) {
  std::size_t used = 0;
  while (reader.state() == FrameReader::State::Header ||
         reader.state() == FrameReader::State::Body) {
    const std::span<std::byte> room = reader.room();
    const std::size_t count = std::min({room.size(), piece, bytes.size() - used});
    if (count == 0) break;
    std::memcpy(room.data(), bytes.data() + used, count);
    reader.advance(count);
    used += count;
  }
  return used;
}

TEST(FrameHeader, IsTheOneThatCPythonWrites) {
  EXPECT_EQ(hex(text_of(FrameHeader(0).bytes())), hex(unhex("00000000")));
  EXPECT_EQ(hex(text_of(FrameHeader(5).bytes())), hex(unhex("00000005")));
  EXPECT_EQ(hex(text_of(FrameHeader(16385).bytes())), hex(unhex("00004001")));
  EXPECT_EQ(hex(text_of(FrameHeader(0x7fffffff).bytes())), hex(unhex("7fffffff")));
  EXPECT_EQ(hex(text_of(FrameHeader(0x80000000).bytes())), hex(unhex("ffffffff0000000080000000")));
}

TEST(FrameHeader, IsReadBackAsWritten) {
  for (const std::uint64_t size : {0ULL, 1ULL, 16384ULL, 0x7fffffffULL}) {
    const FrameHeader header(size);
    const ShortHeader read = decode_short(header.bytes().first<kShortHeader>());
    EXPECT_EQ(read.kind, ShortHeader::Kind::Size);
    EXPECT_EQ(read.size, size);
  }
  for (const std::uint64_t size : {0x80000000ULL, 1ULL << 40, ~0ULL}) {
    const FrameHeader header(size);
    EXPECT_EQ(decode_short(header.bytes().first<kShortHeader>()).kind, ShortHeader::Kind::Long);
    EXPECT_EQ(decode_long(header.bytes().subspan<kShortHeader, 8>()), size);
  }
}

TEST(FrameHeader, BelowMinusOneIsMalformed) {
  EXPECT_EQ(decode("fffffffe").kind, ShortHeader::Kind::Malformed);
  EXPECT_EQ(decode("80000000").kind, ShortHeader::Kind::Malformed);
  EXPECT_EQ(decode("ffffffff").kind, ShortHeader::Kind::Long);
}

TEST(FrameReader, TakesFramesApartHoweverTheyArrive) {
  std::string stream;
  append_frame(stream, "hello");
  append_frame(stream, "");
  append_frame(stream, "world!");

  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader(16);
    std::string_view rest = stream;
    for (const std::string_view expected : {"hello", "", "world!"}) {
      rest.remove_prefix(feed(reader, rest, piece));
      ASSERT_EQ(reader.state(), FrameReader::State::Complete);
      EXPECT_EQ(reader.message(), expected);
      reader.restart();
    }
    EXPECT_TRUE(rest.empty());
  }
}

TEST(FrameReader, AsksForNoByteBeyondTheFrame) {
  std::string stream;
  append_frame(stream, "one");
  const std::size_t first = stream.size();
  append_frame(stream, "two");
  FrameReader reader(16);

  EXPECT_EQ(feed(reader, stream, 100), first);
}

TEST(FrameReader, RefusesWhatIsOverItsLimitBeforeTheBodyComes) {
  for (const char* header : {"00000101", "7fffffff", "ffffffff"}) {
    FrameReader reader(256);
    feed(reader, unhex(header), 4);
    EXPECT_EQ(reader.state(), FrameReader::State::TooLong) << header;
  }
  FrameReader reader(256);
  feed(reader, unhex("00000100"), 4);
  EXPECT_EQ(reader.state(), FrameReader::State::Body);
}

TEST(FrameReader, KnowsWhatIsNoHeader) {
  FrameReader reader(256);
  feed(reader, "\xfe\xff\xff\xff", 4);

  EXPECT_EQ(reader.state(), FrameReader::State::Malformed);
}

}  // namespace
}  // namespace mp::ipc
