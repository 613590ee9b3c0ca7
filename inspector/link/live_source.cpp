#include "link/live_source.hpp"

#include "wire/frame.hpp"
#include "wire/payload.hpp"
#include <libmp/exceptions.hpp>

#include <span>

namespace inspector::link {
namespace {

constexpr std::size_t kInboxEvents = 1'000'000;
constexpr auto kTick =
    std::chrono::milliseconds(50);  // how long an order or the end may have to wait
// A reporter that is there sends a tick several times a second.
constexpr auto kSilence = std::chrono::seconds(20);
// A frame that has begun to come. Also how long a peer that stops in the middle of one can delay
// our leaving.
constexpr auto kFrameTime = std::chrono::seconds(5);

}  // namespace

LiveSource::LiveSource(mp::Connection peer, std::string about)
    : peer_(std::move(peer)), about_(std::move(about)), thread_([this] { read(); }) {}

LiveSource::~LiveSource() {
  {
    // Under the lock: else the reader could look at it just before and sleep for ever just after.
    const std::lock_guard guard(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::vector<session::BatchPtr> LiveSource::take() {
  const std::lock_guard guard(mutex_);
  inbox_events_ = 0;
  changed_.notify_all();
  return std::exchange(inbox_, {});
}

session::SourceState LiveSource::state() const {
  const std::lock_guard guard(mutex_);
  return inbox_.empty() ? state_ : session::SourceState::Running;
}

std::string LiveSource::trouble() const {
  const std::lock_guard guard(mutex_);
  return trouble_;
}

std::optional<mp::wire::HelloFrame> LiveSource::hello() const {
  const std::lock_guard guard(mutex_);
  return hello_;
}

void LiveSource::set_level(std::uint32_t level) { wanted_level_ = static_cast<int>(level); }

void LiveSource::wait(std::chrono::milliseconds timeout) {
  std::unique_lock guard(mutex_);
  changed_.wait_for(guard, timeout,
                    [this] { return !inbox_.empty() || state_ != session::SourceState::Running; });
}

void LiveSource::end(session::SourceState state, std::string trouble) {
  const std::lock_guard guard(mutex_);
  state_ = state;
  trouble_ = std::move(trouble);
  changed_.notify_all();
}

void LiveSource::read() {
  using session::SourceState;
  try {
    read_frames();
  } catch (const mp::EOFError&) {
    end(SourceState::Lost, about_ + ": the reporter has gone without saying goodbye");
  } catch (const std::exception& error) {
    end(SourceState::Lost, about_ + ": " + error.what());
  }
  // The other side learns that nobody reads any more, whatever it has still to say.
  peer_.close();
}

void LiveSource::read_frames() {
  auto heard = std::chrono::steady_clock::now();
  bool greeted = false;
  while (!stop_) {
    send_orders();
    if (!peer_.poll(kTick)) {
      if (std::chrono::steady_clock::now() - heard > kSilence)
        throw mp::TimeoutError("nothing heard for 20 s");
      continue;
    }
    heard = std::chrono::steady_clock::now();
    const std::string bytes = peer_.recv_bytes(mp::wire::kMaxFrameBytes, kFrameTime);
    auto frame = mp::wire::decode_frame(std::as_bytes(std::span(bytes)));
    if (!frame.ok()) {
      // Of a newer reporter of the same version; another version shows at its hello.
      if (greeted && frame.failure().code == mp::FailureCode::Unsupported) continue;
      throw mp::ValueError("not a frame of a reporter: " + frame.failure().message());
    }
    greeted = greeted || std::holds_alternative<mp::wire::HelloFrame>(frame.value());
    if (std::holds_alternative<mp::wire::ByeFrame>(frame.value())) {
      return end(session::SourceState::Finished, {});
    }
    accept_frame(std::move(frame).value());
  }
}

// Here, where the files are, and not where it is read: a recording goes to other machines.
void LiveSource::name_call_sites(mp::wire::Batch& batch) {
  for (mp::wire::Event& event : batch.events) {
    if (event.kind != mp::wire::EventKind::CallSite) continue;
    auto site = mp::wire::decode_call_site(batch.payload_of(event));
    if (!site) continue;
    symbols_.resolve(*site);
    const std::string payload = mp::wire::encode(*site);
    event.payload_begin = static_cast<std::uint32_t>(batch.payload.size());
    event.payload_size = static_cast<std::uint32_t>(payload.size());
    batch.payload += payload;
  }
}

void LiveSource::accept_frame(mp::wire::Frame frame) {
  if (auto* events = std::get_if<mp::wire::EventsFrame>(&frame)) name_call_sites(events->batch);
  std::unique_lock guard(mutex_);
  if (auto* hello = std::get_if<mp::wire::HelloFrame>(&frame)) {
    hello_ = std::move(*hello);
    changed_.notify_all();
    return;
  }
  auto* events = std::get_if<mp::wire::EventsFrame>(&frame);
  if (events == nullptr) return;  // an order, which is for reporters
  if (!hello_) throw mp::ValueError("events before the hello");
  if (events->first != expected_) throw mp::ValueError("events are missing from the stream");
  expected_ += events->batch.events.size();
  changed_.wait(guard, [this] { return inbox_events_ < kInboxEvents || stop_; });
  inbox_events_ += events->batch.events.size();
  inbox_.push_back(std::make_shared<const mp::wire::Batch>(std::move(events->batch)));
  changed_.notify_all();
}

void LiveSource::send_orders() {
  const int level = wanted_level_.exchange(-1);
  if (level < 0) return;
  const mp::wire::LevelFrame order{static_cast<std::uint32_t>(level)};
  try {
    peer_.send_bytes(mp::wire::encode_frame(order));
  } catch (const mp::OSError&) {
    // Nobody is there any more to obey. What was said before is still to be read.
  }
}

}  // namespace inspector::link
