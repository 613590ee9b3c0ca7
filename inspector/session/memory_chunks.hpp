// MemoryChunks: the history of a live session, bounded. The oldest events are dropped first.
#pragma once

#include "session/chunk_store.hpp"

#include <deque>
#include <string>

namespace inspector::session {

class MemoryChunks final : public ChunkStore {
 public:
  struct Limits {
    std::size_t events = 2'000'000;               // kept at most: about 100 MB
    std::size_t checkpoint_events = 50'000;       // between two checkpoints at most,
    std::uint64_t checkpoint_ns = 5'000'000'000;  // and so much time, if anything happened
    std::size_t checkpoints = 200;                // kept at most; then every other one goes
  };
  MemoryChunks() : MemoryChunks(Limits{}) {}
  explicit MemoryChunks(Limits limits) : limits_(limits) {}

  // `before` is the model without this batch.
  void add(BatchPtr batch, const model::Model& before);

  [[nodiscard]] std::size_t first() const override { return first_; }
  [[nodiscard]] std::size_t end() const override { return first_ + chunks_.size(); }
  [[nodiscard]] ChunkInfo info(std::size_t chunk) const override;
  [[nodiscard]] BatchPtr load(std::size_t chunk) const override;
  [[nodiscard]] std::optional<std::pair<std::size_t, model::Model>> checkpoint(
      std::size_t chunk) const override;

 private:
  struct Checkpoint {
    std::size_t chunk;
    std::uint64_t t_ns;
    std::size_t events;  // of the session before it
    std::string state;   // written out: a tenth of the model's size
  };
  void make_checkpoint(const model::Model& before);
  void drop_oldest();

  Limits limits_;
  std::size_t first_ = 0;
  std::deque<BatchPtr> chunks_;
  std::deque<Checkpoint> checkpoints_;
  std::size_t kept_events_ = 0;
  std::size_t all_events_ = 0;
};

}  // namespace inspector::session
