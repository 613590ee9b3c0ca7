#include "report/reporter.hpp"

#include <libmp/exceptions.hpp>

#include <algorithm>
#include <span>

#include "os/clock.hpp"

namespace mp::report {
namespace {

using wire::EventKind;

// A reporter that is started together with its tree may be there before the first live file.
constexpr auto kWaitForTree = std::chrono::seconds(5);
constexpr std::uint64_t kIdleAfterNs = 1'000'000'000;
constexpr std::size_t kFrameEvents = 4096;
constexpr std::size_t kFramePayload = 256 * 1024;

// Samples and ticks come by themselves; everything else means that something happened.
bool is_news(const wire::Event& event) {
  return event.kind != EventKind::Tick && event.kind != EventKind::Sample;
}

}  // namespace

Reporter::Reporter(TreeReader tree, Connection inspector, ReporterOptions options)
    : tree_(std::move(tree)), inspector_(std::move(inspector)), options_(options) {}

void Reporter::run() {
  try {
    if (!wait_for_tree()) return;
    std::uint64_t last_news_ns = os::monotonic_ns();
    for (;;) {
      const bool was_finished = tree_.finished();
      const wire::Batch batch = tree_.poll();
      if (std::any_of(batch.events.begin(), batch.events.end(), is_news)) last_news_ns = os::monotonic_ns();
      send(batch);
      // Once more after the end: the last process may have had a child that we had not seen.
      if (was_finished && tree_.finished()) break;
      const bool idle = os::monotonic_ns() - last_news_ns > kIdleAfterNs;
      if (!take_orders(idle ? options_.idle_interval : options_.busy_interval)) return;
    }
    wire::Batch bye;
    bye.add({.t_ns = os::monotonic_ns(), .process = tree_.hello().tree, .kind = EventKind::Bye});
    send(bye);
    send_frame(wire::ByeFrame{});
  } catch (const EOFError&) {
    // The inspector has left.
  } catch (const OSError&) {
    // It has left in the middle of a frame, or it was killed.
  }
}

bool Reporter::wait_for_tree() {
  const auto deadline = os::Deadline::after(kWaitForTree);
  wire::Batch first = tree_.poll();
  while (tree_.hello().tree == 0) {
    if (deadline.has_passed() || !take_orders(std::chrono::milliseconds(5))) return false;
    first = tree_.poll();
  }
  send_frame(tree_.hello());
  send(first);
  return true;
}

void Reporter::send(const wire::Batch& batch) {
  for (std::size_t i = 0; i < batch.events.size();) {
    wire::EventsFrame frame{.first = sent_, .batch = {}};
    while (i < batch.events.size() && frame.batch.events.size() < kFrameEvents &&
           frame.batch.payload.size() < kFramePayload) {
      frame.batch.add(batch.events[i], batch.payload_of(batch.events[i]));
      ++i;
    }
    sent_ += frame.batch.events.size();
    send_frame(frame);
  }
}

void Reporter::send_frame(const wire::Frame& frame) { inspector_.send_bytes(wire::encode_frame(frame)); }

// False when the inspector says goodbye. Waits for at most `timeout`, so this is also the pause between two polls.
bool Reporter::take_orders(std::chrono::milliseconds timeout) {
  Timeout patience = timeout;
  while (inspector_.poll(patience)) {
    const std::string bytes = inspector_.recv_bytes(wire::kMaxFrameBytes);
    const auto frame = wire::decode_frame(std::as_bytes(std::span(bytes)));
    if (!frame.ok()) return false;
    if (std::holds_alternative<wire::ByeFrame>(frame.value())) return false;
    if (const auto* level = std::get_if<wire::LevelFrame>(&frame.value())) tree_.set_level(level->level);
    patience = std::chrono::nanoseconds::zero();
  }
  return true;
}

}  // namespace mp::report
