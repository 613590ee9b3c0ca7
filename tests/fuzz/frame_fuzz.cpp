// Frames from a hostile peer, and what the model makes of the events in them.
#include "model/model.hpp"
#include "wire/bytes.hpp"
#include "wire/crc32c.hpp"
#include "wire/frame.hpp"
#include "wire/payload.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

namespace {

namespace wire = mp::wire;

void check(bool holds) {
  if (!holds) std::abort();
}

auto decode(const std::string& bytes) {
  return wire::decode_frame(std::as_bytes(std::span(bytes)));
}

void feed_frame(const std::string& bytes) {
  const auto frame = decode(bytes);
  if (!frame.ok()) return;
  const auto* events = std::get_if<wire::EventsFrame>(&frame.value());
  if (events == nullptr) return;
  for (const wire::Event& event : events->batch.events) {
    check(std::uint64_t{event.payload_begin} + event.payload_size <= events->batch.payload.size());
  }
  check(decode(wire::encode_frame(frame.value())).value() == frame.value());
  inspector::model::Model model;
  model.apply(events->batch);
  check(inspector::model::Model::deserialize(model.serialize()).value().digest() == model.digest());
}

// With header and checksum put right, so that what is behind them is reached.
std::string mended(std::string bytes) {
  constexpr std::size_t kHeader = 16;
  if (bytes.size() < kHeader) return bytes;
  std::string head;
  wire::put_le(head, wire::kFrameMagic);
  wire::put_le(head, wire::kFrameVersion);
  head += bytes.substr(6, 2);
  wire::put_le(head, static_cast<std::uint32_t>(bytes.size() - kHeader));
  wire::put_le(head, wire::crc32c(std::string_view(bytes).substr(kHeader), wire::crc32c(head)));
  return head + bytes.substr(kHeader);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  feed_frame(bytes);
  feed_frame(mended(bytes));
  (void)wire::decode_process_info(bytes);
  (void)wire::decode_object_info(bytes);
  (void)wire::decode_object_counters(bytes);
  (void)wire::decode_sample_info(bytes);
  return 0;
}
