#include "session/session.hpp"

#include <algorithm>

namespace inspector::session {

Session::Session(std::unique_ptr<EventSource> source)
    : source_(std::move(source)),
      memory_(new MemoryChunks()),
      store_(memory_),
      history_(*store_),
      newest_known_(true) {}

Session::Session(std::unique_ptr<ChunkStore> recording)
    : store_(std::move(recording)), history_(*store_) {}

// Stream time never goes back: a straggler is moved to where the stream stands. Reporters take care
// of that already; this is for those that do not.
BatchPtr Session::in_stream_order(BatchPtr batch) {
  std::uint64_t last = newest_.now_ns();
  for (const auto& event : batch->events) {
    if (event.t_ns < last) {
      auto mended = std::make_shared<mp::wire::Batch>(*batch);
      last = newest_.now_ns();
      for (auto& later : mended->events) last = later.t_ns = std::max(later.t_ns, last);
      return mended;
    }
    last = event.t_ns;
  }
  return batch;
}

bool Session::pump() {
  if (!source_) return false;
  std::vector<BatchPtr> batches = source_->take();
  for (BatchPtr& batch : batches) add(std::move(batch));
  return !batches.empty();
}

void Session::add(BatchPtr raw) {
  if (raw->events.empty() || memory_ == nullptr) return;
  const BatchPtr batch = in_stream_order(std::move(raw));
  for (const auto& listener : listeners_) listener(batch);
  memory_->add(batch, newest_);
  fold_(newest_, *batch);
}

const model::Model& Session::newest() {
  if (!newest_known_) {
    newest_ = history_.at(end_ns());
    newest_known_ = true;
  }
  return newest_;
}

const model::Model& Session::view() {
  return mode_ == Mode::Follow ? newest() : history_.at(cursor_ns());
}

std::uint64_t Session::cursor_ns() const {
  return mode_ == Mode::Follow ? end_ns() : std::clamp(cursor_ns_, begin_ns(), end_ns());
}

void Session::seek(std::uint64_t t_ns) {
  cursor_ns_ = std::clamp(t_ns, begin_ns(), end_ns());
  if (mode_ == Mode::Follow) mode_ = Mode::Paused;
}

void Session::pause() {
  cursor_ns_ = cursor_ns();
  mode_ = Mode::Paused;
}

void Session::follow() { mode_ = Mode::Follow; }

void Session::play(double speed) {
  cursor_ns_ = cursor_ns();
  if (cursor_ns_ >= end_ns() && !capabilities().can_follow) cursor_ns_ = begin_ns();
  speed_ = speed;
  mode_ = Mode::Play;
}

void Session::advance(std::uint64_t ns) {
  if (mode_ != Mode::Play) return;
  cursor_ns_ += static_cast<std::uint64_t>(static_cast<double>(ns) * speed_);
  if (cursor_ns_ < end_ns()) return;
  if (loop_) {
    cursor_ns_ = begin_ns();
  } else if (capabilities().can_follow) {
    follow();
  } else {
    cursor_ns_ = end_ns();
    mode_ = Mode::Paused;
  }
}

void Session::set_level(std::uint32_t level) {
  if (source_) source_->set_level(level);
}

}  // namespace inspector::session
