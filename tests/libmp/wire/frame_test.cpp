#include "wire/frame.hpp"

#include "support/event_scenarios.hpp"
#include "wire/bytes.hpp"
#include "wire/columns.hpp"
#include "wire/crc32c.hpp"

#include <random>

#include <gtest/gtest.h>

namespace {

namespace wire = mp::wire;

mp::Result<wire::Frame> decode(const std::string& bytes) {
  return wire::decode_frame(std::as_bytes(std::span(bytes)));
}

wire::EventsFrame sample_events() {
  support::EventBuilder builder;
  support::deadlock_of_two(builder);
  return {.first = 17, .batch = builder.take()};
}

std::vector<std::string> sample_frames() {
  return {wire::encode_frame(wire::HelloFrame{.tree = 7,
                                              .root_pid = 12,
                                              .monotonic_ns = 5,
                                              .realtime_ns = 6,
                                              .boot_id = "b",
                                              .host = "h",
                                              .program = "p",
                                              .command_line = "p -x"}),
          wire::encode_frame(sample_events()), wire::encode_frame(wire::LevelFrame{2}),
          wire::encode_frame(wire::ByeFrame{})};
}

TEST(Crc32c, KnownAnswers) {
  EXPECT_EQ(wire::crc32c(""), 0U);
  EXPECT_EQ(wire::crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(wire::crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(wire::crc32c(std::string(32, '\xff')), 0x62a8ab43U);
}

TEST(Crc32c, PiecesJoin) {
  const std::string text = "the quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(wire::crc32c(text.substr(cut), wire::crc32c(text.substr(0, cut))),
              wire::crc32c(text));
  }
}

TEST(Frame, EachTypeComesBackAsItWas) {
  const wire::HelloFrame hello{.tree = ~0ULL,
                               .root_pid = 1,
                               .monotonic_ns = 2,
                               .realtime_ns = 3,
                               .boot_id = "id",
                               .host = "host",
                               .program = "pipeline",
                               .command_line = std::string("a\0b", 3)};
  for (const wire::Frame& frame :
       {wire::Frame(hello), wire::Frame(sample_events()), wire::Frame(wire::LevelFrame{3}),
        wire::Frame(wire::ByeFrame{}), wire::Frame(wire::EventsFrame{})}) {
    const auto back = decode(wire::encode_frame(frame));
    ASSERT_TRUE(back.ok()) << back.failure().message();
    EXPECT_EQ(back.value(), frame);
  }
}

TEST(Frame, EveryFlippedBitIsRefused) {
  for (const std::string& good : sample_frames()) {
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
      std::string bad = good;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      EXPECT_FALSE(decode(bad).ok()) << "bit " << bit << " of " << good.size() * 8;
    }
  }
}

TEST(Frame, EveryCutIsRefused) {
  for (const std::string& good : sample_frames()) {
    for (std::size_t size = 0; size < good.size(); ++size)
      EXPECT_FALSE(decode(good.substr(0, size)).ok()) << size;
    EXPECT_FALSE(decode(good + '\0').ok());
  }
}

TEST(Frame, AForeignVersionIsNamed) {
  std::string frame = wire::encode_frame(wire::ByeFrame{});
  frame[4] = 9;
  const auto result = decode(frame);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.failure().code, mp::FailureCode::Unsupported);
  EXPECT_EQ(result.failure().message(), "frame: frame version 9, this side speaks 1 (unsupported)");
}

TEST(Frame, AnUnknownTypeCanBeToldFromDamage) {
  std::string frame;
  wire::put_le(frame, wire::kFrameMagic);
  wire::put_le(frame, wire::kFrameVersion);
  wire::put_le(frame, std::uint16_t{77});
  wire::put_le(frame, std::uint32_t{0});
  wire::put_le(frame, wire::crc32c(frame));
  EXPECT_EQ(decode(frame).failure().code, mp::FailureCode::Unsupported);
}

TEST(Frame, TooManyEventsAreRefused) {
  wire::EventsFrame big;
  for (std::size_t i = 0; i <= wire::kMaxFrameEvents; ++i) big.batch.add({.t_ns = i});
  EXPECT_EQ(decode(wire::encode_frame(big)).failure().code, mp::FailureCode::TooLarge);
}

wire::Batch random_batch(std::mt19937_64& random) {
  wire::Batch batch;
  const std::size_t count = random() % 300;
  // Few values and extreme ones: both repeat and overflow in the differences.
  const auto number = [&]() -> std::uint64_t {
    switch (random() % 5) {
      case 0:
        return 0;
      case 1:
        return ~0ULL;
      case 2:
        return random();
      default:
        return random() % 8;
    }
  };
  for (std::size_t i = 0; i < count; ++i) {
    wire::Event event{.t_ns = number(),
                      .process = number(),
                      .a = number(),
                      .object = static_cast<std::uint32_t>(number()),
                      .c = static_cast<std::uint32_t>(number()),
                      .kind = static_cast<wire::EventKind>(number()),
                      .thread = static_cast<std::uint16_t>(number()),
                      .flags = static_cast<std::uint16_t>(number()),
                      .reserved = static_cast<std::uint16_t>(number())};
    batch.add(event,
              std::string(random() % 4 == 0 ? random() % 40 : 0, static_cast<char>(random())));
  }
  return batch;
}

TEST(Columns, AnyBatchComesBack) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 500; ++round) {
    const wire::Batch batch = random_batch(random);
    std::string bytes;
    wire::append_columns(bytes, batch);
    const auto back = wire::read_columns(bytes, 4096);
    ASSERT_TRUE(back.ok()) << back.failure().message();
    ASSERT_EQ(back.value(), batch) << "round " << round;
  }
}

TEST(Columns, DamageIsRefusedOrGivesASoundBatch) {
  std::mt19937_64 random(2);
  std::size_t refused = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes;
    wire::append_columns(bytes, random_batch(random));
    for (std::uint64_t flips = 1 + random() % 3; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << (random() % 8));
    const auto back = wire::read_columns(bytes, 4096);
    if (!back.ok()) {
      ++refused;
      continue;
    }
    for (const wire::Event& event : back.value().events) {
      ASSERT_LE(std::uint64_t{event.payload_begin} + event.payload_size,
                back.value().payload.size());
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(Columns, AClaimedCountAllocatesNothing) {
  std::string bytes;
  wire::put_varint(bytes, 4096);
  bytes += "ab";
  EXPECT_EQ(wire::read_columns(bytes, 4096).failure().code, mp::FailureCode::Malformed);
}

// The figure of wire.md. A steady exchange through a queue and a lock is what a busy program sends.
TEST(Columns, ABusyStreamTakesLessThanTenBytesPerEvent) {
  support::EventBuilder builder;
  std::mt19937_64 random(3);
  const auto root = builder.root();
  const auto queue = builder.queue(root, "jobs", 64);
  const auto lock = builder.lock(root, "index");
  const auto producer = builder.fork(root, "Producer");
  const auto consumer = builder.fork(root, "Consumer");
  const auto size = [&] { return static_cast<std::uint32_t>(100 + random() % 1000); };
  for (int i = 0; i < 1000; ++i) {
    builder.after(std::chrono::nanoseconds(random() % 20000)).put(producer, queue, size());
    builder.after(std::chrono::nanoseconds(random() % 5000)).wait_lock(consumer, lock);
    builder.after(std::chrono::nanoseconds(random() % 5000)).got(consumer, lock);
    builder.after(std::chrono::nanoseconds(random() % 5000)).get(consumer, queue, size());
    builder.after(std::chrono::nanoseconds(random() % 5000)).free(consumer, lock);
  }
  std::string bytes;
  wire::append_columns(bytes, builder.batch());
  const double each =
      static_cast<double>(bytes.size()) / static_cast<double>(builder.batch().events.size());
  RecordProperty("bytes_per_event", std::to_string(each));
  EXPECT_LT(each, 10.0);
}

}  // namespace
