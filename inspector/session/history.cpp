#include "session/history.hpp"

#include <algorithm>

namespace inspector::session {

void History::reset() {
  valid_ = false;
  loaded_.reset();
}

// The last chunk that begins at or before t_ns; first() if there is none.
std::size_t History::chunk_of(std::uint64_t t_ns) const {
  std::size_t low = store_.first();
  std::size_t high = store_.end();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (store_.info(middle).t0_ns <= t_ns ? low : high) = middle;
  }
  return low;
}

void History::start_before(std::size_t chunk) {
  auto found = store_.checkpoint(chunk);
  chunk_ = found ? found->first : store_.first();
  model_ = found ? std::move(found->second) : model::Model();
  event_ = 0;
  loaded_.reset();
  valid_ = true;
}

bool History::load(std::size_t chunk) {
  if (!loaded_) loaded_ = store_.load(chunk);
  return loaded_ != nullptr;
}

const model::Model& History::at(std::uint64_t t_ns) {
  if (store_.first() == store_.end()) {
    model_ = {};
    valid_ = false;
    return model_;
  }
  t_ns = std::max(t_ns, store_.begin_ns());
  const std::size_t target = chunk_of(t_ns);
  // A checkpoint on the way is nearer than a long fold from here.
  const bool far = valid_ && target > chunk_ + 64;
  if (!valid_ || t_ns < t_ns_ || chunk_ < store_.first() || far) start_before(target);
  t_ns_ = t_ns;
  while (chunk_ < store_.end()) {
    if (load(chunk_)) {
      const auto& events = loaded_->events;
      while (event_ < events.size() && events[event_].t_ns <= t_ns) {
        model_.apply(events[event_], loaded_->payload_of(events[event_]));
        ++event_;
      }
      if (event_ < events.size()) break;
    }
    if (chunk_ + 1 >= store_.end()) break;  // more may be added behind it
    ++chunk_;
    event_ = 0;
    loaded_.reset();
  }
  return model_;
}

}  // namespace inspector::session
