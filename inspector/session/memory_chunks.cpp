#include "session/memory_chunks.hpp"

#include <algorithm>

namespace inspector::session {

void MemoryChunks::add(BatchPtr batch, const model::Model& before) {
  if (batch->events.empty()) return;
  make_checkpoint(before);
  kept_events_ += batch->events.size();
  all_events_ += batch->events.size();
  chunks_.push_back(std::move(batch));
  while (kept_events_ > limits_.events && checkpoints_.size() > 1) drop_oldest();
}

void MemoryChunks::make_checkpoint(const model::Model& before) {
  if (!checkpoints_.empty()) {
    const Checkpoint& last = checkpoints_.back();
    const std::size_t events = all_events_ - last.events;
    const bool due = events >= limits_.checkpoint_events ||
                     (before.now_ns() - last.t_ns >= limits_.checkpoint_ns &&
                      events >= limits_.checkpoint_events / 50);
    if (!due) return;
  }
  checkpoints_.push_back({end(), before.now_ns(), all_events_, before.serialize()});
  if (checkpoints_.size() <= limits_.checkpoints) return;
  // Every other one of the older half: what is long past may take a little longer to reach.
  std::deque<Checkpoint> kept;
  for (std::size_t i = 0; i < checkpoints_.size(); ++i) {
    if (i == 0 || i >= checkpoints_.size() / 2 || i % 2 == 0)
      kept.push_back(std::move(checkpoints_[i]));
  }
  checkpoints_ = std::move(kept);
}

// Up to the next checkpoint: without the one before it, what lies between could not be reached any
// more.
void MemoryChunks::drop_oldest() {
  checkpoints_.pop_front();
  while (first_ < checkpoints_.front().chunk) {
    kept_events_ -= chunks_.front()->events.size();
    chunks_.pop_front();
    ++first_;
  }
}

ChunkInfo MemoryChunks::info(std::size_t chunk) const {
  const mp::wire::Batch& batch = *chunks_.at(chunk - first_);
  return {batch.events.front().t_ns, batch.events.back().t_ns, batch.events.size()};
}

BatchPtr MemoryChunks::load(std::size_t chunk) const { return chunks_.at(chunk - first_); }

std::optional<std::pair<std::size_t, model::Model>> MemoryChunks::checkpoint(
    std::size_t chunk) const {
  const auto after = std::upper_bound(
      checkpoints_.begin(), checkpoints_.end(), chunk,
      [](std::size_t wanted, const Checkpoint& have) { return wanted < have.chunk; });
  if (after == checkpoints_.begin()) return std::nullopt;
  const Checkpoint& found = *std::prev(after);
  auto state = model::Model::deserialize(found.state);
  if (!state.ok()) return std::nullopt;
  return std::pair(found.chunk, std::move(state).value());
}

}  // namespace inspector::session
