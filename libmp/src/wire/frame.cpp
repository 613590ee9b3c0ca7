#include "wire/frame.hpp"

#include "wire/bytes.hpp"
#include "wire/columns.hpp"
#include "wire/crc32c.hpp"

namespace mp::wire {
namespace {

enum class FrameType : std::uint16_t { Hello = 1, Events = 2, Level = 3, Bye = 4 };

constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kChecked = 12;  // of the header: all but the CRC itself
constexpr std::size_t kMaxText = 4096;

void put_text(std::string& out, std::string_view text) {
  text = text.substr(0, kMaxText);
  put_varint(out, text.size());
  out.append(text);
}

std::string take_text(ByteReader& in) {
  const std::uint64_t size = in.varint();
  if (size > kMaxText) in.fail();
  return std::string(in.take(in.ok() ? size : 0));
}

struct Body {
  FrameType type = FrameType::Bye;
  std::string bytes;

  void operator()(const HelloFrame& hello) {
    type = FrameType::Hello;
    put_le(bytes, hello.tree);
    put_le(bytes, hello.root_pid);
    put_le(bytes, hello.monotonic_ns);
    put_le(bytes, hello.realtime_ns);
    for (const std::string* text :
         {&hello.boot_id, &hello.host, &hello.program, &hello.command_line}) {
      put_text(bytes, *text);
    }
  }
  void operator()(const EventsFrame& events) {
    type = FrameType::Events;
    put_le(bytes, events.first);
    append_columns(bytes, events.batch);
  }
  void operator()(const LevelFrame& level) {
    type = FrameType::Level;
    put_le(bytes, level.level);
  }
  void operator()(const ByeFrame&) { type = FrameType::Bye; }
};

HelloFrame read_hello(ByteReader& in) {
  HelloFrame hello;
  hello.tree = in.le<std::uint64_t>();
  hello.root_pid = in.le<std::uint32_t>();
  hello.monotonic_ns = in.le<std::uint64_t>();
  hello.realtime_ns = in.le<std::uint64_t>();
  for (std::string* text : {&hello.boot_id, &hello.host, &hello.program, &hello.command_line})
    *text = take_text(in);
  return hello;
}

Result<Frame> read_events(ByteReader& in) {
  EventsFrame frame;
  frame.first = in.le<std::uint64_t>();
  if (!in.ok())
    return Failure{FailureCode::Truncated, "an events frame without its first number", "frame"};
  Result<Batch> batch = read_columns(in.take(in.left()), kMaxFrameEvents);
  if (!batch.ok()) return std::move(batch).failure();
  frame.batch = std::move(batch).value();
  return Frame(std::move(frame));
}

Result<Frame> read_body(FrameType type, std::string_view bytes) {
  ByteReader in(bytes);
  Frame frame;
  switch (type) {
    case FrameType::Hello:
      frame = read_hello(in);
      break;
    case FrameType::Events:
      return read_events(in);
    case FrameType::Level:
      frame = LevelFrame{in.le<std::uint32_t>()};
      break;
    case FrameType::Bye:
      frame = ByeFrame{};
      break;
    default:
      return Failure{FailureCode::Unsupported,
                     "frame type " + std::to_string(static_cast<unsigned>(type)), "frame"};
  }
  // Bytes behind what we know are fields of a newer sender.
  if (!in.ok()) return Failure{FailureCode::Truncated, "the frame's fields end too early", "frame"};
  return frame;
}

}  // namespace

std::string encode_frame(const Frame& frame) {
  Body body;
  std::visit(body, frame);
  std::string out;
  out.reserve(kHeaderBytes + body.bytes.size());
  put_le(out, kFrameMagic);
  put_le(out, kFrameVersion);
  put_le(out, static_cast<std::uint16_t>(body.type));
  put_le(out, static_cast<std::uint32_t>(body.bytes.size()));
  put_le(out, crc32c(body.bytes, crc32c(out)));
  out += body.bytes;
  return out;
}

Result<Frame> decode_frame(std::span<const std::byte> raw) {
  const std::string_view bytes(reinterpret_cast<const char*>(raw.data()), raw.size());
  if (bytes.size() > kMaxFrameBytes)
    return Failure{FailureCode::TooLarge, "a frame of more than 1 MiB", "frame"};
  ByteReader in(bytes);
  const auto magic = in.le<std::uint32_t>();
  const auto version = in.le<std::uint16_t>();
  const auto type = in.le<std::uint16_t>();
  const auto size = in.le<std::uint32_t>();
  const auto crc = in.le<std::uint32_t>();
  if (!in.ok()) return Failure{FailureCode::Truncated, "shorter than a frame's header", "frame"};
  if (magic != kFrameMagic)
    return Failure{FailureCode::Malformed, "not a frame of a libmp reporter", "frame"};
  if (version != kFrameVersion) {
    return Failure{FailureCode::Unsupported,
                   "frame version " + std::to_string(version) + ", this side speaks " +
                       std::to_string(kFrameVersion),
                   "frame"};
  }
  if (size != in.left())
    return Failure{FailureCode::Truncated, "the body's size is not what the header says", "frame"};
  const std::string_view body = in.take(size);
  if (crc32c(body, crc32c(bytes.substr(0, kChecked))) != crc) {
    return Failure{FailureCode::Malformed, "the checksum does not fit", "frame"};
  }
  return read_body(static_cast<FrameType>(type), body);
}

}  // namespace mp::wire
