// Session: one tree or one recording that is being looked at: its events, the newest state, and the
// moment in view. Nothing behind it knows whether it is live.
#pragma once

#include "session/event_source.hpp"
#include "session/history.hpp"
#include "session/memory_chunks.hpp"

#include <functional>
#include <memory>
#include <string>

namespace inspector::session {

enum class Mode : std::uint8_t {
  Follow,  // the view is pinned to the newest event
  Paused,  // it stands still; events go on being taken
  Play,    // it moves by itself
};

// Threads: one. The model that view() gives is good until the next pump(), seek() or advance().
class Session {
 public:
  // Live: events come from `source` and are kept in memory.
  explicit Session(std::unique_ptr<EventSource> source);
  // Recorded: everything is there already.
  explicit Session(std::unique_ptr<ChunkStore> recording);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Takes what has come. True if there was anything.
  bool pump();
  // Adds events of our own to a live stream: what the inspector itself knows (how the program that
  // it started ended).
  void add(BatchPtr batch);
  // Called with every batch before the newest model has it: the recorder's way in.
  void on_batch(std::function<void(const BatchPtr&)> listener) {
    listeners_.push_back(std::move(listener));
  }
  // Who brings a batch into the newest model, instead of Model::apply: for those who must look in
  // between.
  using Fold = std::function<void(model::Model&, const mp::wire::Batch&)>;
  void fold_with(Fold fold) { fold_ = std::move(fold); }

  // -- the moment in view
  [[nodiscard]] const model::Model& view();
  [[nodiscard]] Mode mode() const noexcept { return mode_; }
  [[nodiscard]] std::uint64_t cursor_ns() const;
  [[nodiscard]] std::uint64_t begin_ns() const { return store_->begin_ns(); }
  [[nodiscard]] std::uint64_t end_ns() const { return store_->end_ns(); }
  void seek(std::uint64_t t_ns);
  void pause();
  void follow();
  void play(double speed);
  void set_loop(bool loop) noexcept { loop_ = loop; }
  // Real time has passed: moves the cursor when playing.
  void advance(std::uint64_t ns);

  // The newest state, wherever the view is.
  [[nodiscard]] const model::Model& newest();
  [[nodiscard]] const ChunkStore& chunks() const noexcept { return *store_; }

  // -- the source
  [[nodiscard]] SourceState state() const {
    return source_ ? source_->state() : SourceState::Finished;
  }
  [[nodiscard]] std::string trouble() const { return source_ ? source_->trouble() : std::string(); }
  [[nodiscard]] Capabilities capabilities() const {
    return source_ ? source_->capabilities() : Capabilities{};
  }
  [[nodiscard]] std::optional<mp::wire::HelloFrame> hello() const {
    return source_ ? source_->hello() : store_->hello();
  }
  void set_level(std::uint32_t level);

 private:
  BatchPtr in_stream_order(BatchPtr batch);

  std::unique_ptr<EventSource> source_;  // none for recordings
  MemoryChunks* memory_ = nullptr;       // store_, when it is ours to fill
  std::unique_ptr<ChunkStore> store_;
  History history_;
  model::Model newest_;
  bool newest_known_ = false;
  std::vector<std::function<void(const BatchPtr&)>> listeners_;
  Fold fold_ = [](model::Model& model, const mp::wire::Batch& batch) { model.apply(batch); };

  Mode mode_ = Mode::Follow;
  std::uint64_t cursor_ns_ = 0;
  double speed_ = 1;
  bool loop_ = false;
};

}  // namespace inspector::session
