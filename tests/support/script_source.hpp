// ScriptSource: an EventSource that a test feeds by hand.
#pragma once

#include "session/event_source.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace support {

class ScriptSource final : public inspector::session::EventSource {
 public:
  void feed(mp::wire::Batch batch) {
    pending_.push_back(std::make_shared<const mp::wire::Batch>(std::move(batch)));
  }
  // Cuts a long stream into batches of `size`.
  void feed(const mp::wire::Batch& all, std::size_t size) {
    for (std::size_t i = 0; i < all.events.size(); i += size) {
      mp::wire::Batch part;
      for (std::size_t k = i; k < std::min(i + size, all.events.size()); ++k) {
        part.add(all.events[k], all.payload_of(all.events[k]));
      }
      feed(std::move(part));
    }
  }
  void end(inspector::session::SourceState how, std::string trouble = {}) {
    end_ = how;
    trouble_ = std::move(trouble);
  }

  std::vector<inspector::session::BatchPtr> take() override { return std::exchange(pending_, {}); }
  inspector::session::SourceState state() const override {
    return pending_.empty() ? end_ : inspector::session::SourceState::Running;
  }
  std::string trouble() const override { return trouble_; }
  inspector::session::Capabilities capabilities() const override { return {.can_follow = true}; }
  std::optional<mp::wire::HelloFrame> hello() const override {
    return mp::wire::HelloFrame{.tree = 1, .program = "script"};
  }

 private:
  std::vector<inspector::session::BatchPtr> pending_;
  inspector::session::SourceState end_ = inspector::session::SourceState::Running;
  std::string trouble_;
};

}  // namespace support
