// History: the model as it was at any moment of a session, from the nearest checkpoint and the
// events after it.
#pragma once

#include "session/chunk_store.hpp"

namespace inspector::session {

class History {
 public:
  // `store` must outlive this.
  explicit History(const ChunkStore& store) : store_(store) {}

  // The state after every event up to and including t_ns. Moments before the first chunk give its
  // first event's state; later than the last, the last. The reference is good until the next call.
  // Going forward folds on from where it was; going back starts at a checkpoint.
  const model::Model& at(std::uint64_t t_ns);

  // Forgets what it has at hand (the store has dropped or replaced chunks).
  void reset();

 private:
  [[nodiscard]] std::size_t chunk_of(std::uint64_t t_ns) const;
  void start_before(std::size_t chunk);
  bool load(std::size_t chunk);

  const ChunkStore& store_;
  model::Model model_;
  bool valid_ = false;
  std::uint64_t t_ns_ = 0;  // the moment that model_ stands for
  std::size_t chunk_ = 0;   // events below (chunk_, event_) are folded
  std::size_t event_ = 0;
  BatchPtr loaded_;  // chunk_'s events, if they were needed
};

}  // namespace inspector::session
