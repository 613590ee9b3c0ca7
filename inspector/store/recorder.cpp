#include "store/recorder.hpp"

#include "store/recording_writer.hpp"

#include <utility>

#include <SQLiteCpp/Exception.h>

namespace inspector::store {

mp::Result<std::unique_ptr<Recorder>> Recorder::create(const std::filesystem::path& path) {
  return create(path, Limits{});
}

mp::Result<std::unique_ptr<Recorder>> Recorder::create(const std::filesystem::path& path,
                                                       Limits limits) {
  auto db = create_database(path);
  if (!db.ok()) return std::move(db).failure();
  return std::unique_ptr<Recorder>(new Recorder(path, std::move(db).value(), limits));
}

Recorder::Recorder(std::filesystem::path path, DatabasePtr db, Limits limits)
    : path_(std::move(path)),
      limits_(limits),
      thread_([this, owned = std::move(db)]() mutable { write_loop(std::move(owned)); }) {}

Recorder::~Recorder() { (void)close(); }

void Recorder::begin_from(model::Model state) {
  const std::lock_guard guard(mutex_);
  inbox_.state = std::move(state);
  changed_.notify_all();
}

void Recorder::add(session::BatchPtr batch) {
  const std::lock_guard guard(mutex_);
  if (trouble_ || inbox_.close) return;
  if (inbox_.events > limits_.inbox_events) {
    trouble_ = path_.string() + ": the disk cannot keep up: the recording ends here";
    inbox_.batches.clear();
    changed_.notify_all();
    return;
  }
  inbox_.events += batch->events.size();
  inbox_.batches.push_back(std::move(batch));
  changed_.notify_all();
}

void Recorder::set_hello(const mp::wire::HelloFrame& hello) {
  const std::lock_guard guard(mutex_);
  inbox_.hello = hello;
  changed_.notify_all();
}

void Recorder::set_verdict(std::string severity, std::string sentence) {
  const std::lock_guard guard(mutex_);
  inbox_.verdict.emplace(std::move(severity), std::move(sentence));
  changed_.notify_all();
}

void Recorder::set_alarms(std::vector<AlarmRow> alarms) {
  const std::lock_guard guard(mutex_);
  inbox_.alarms = std::move(alarms);
  changed_.notify_all();
}

std::optional<std::string> Recorder::trouble() const {
  const std::lock_guard guard(mutex_);
  return trouble_;
}

std::uint64_t Recorder::committed_events() const {
  const std::lock_guard guard(mutex_);
  return committed_;
}

mp::Result<void> Recorder::close() {
  {
    const std::lock_guard guard(mutex_);
    inbox_.close = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  if (const auto why = trouble()) return mp::Failure{mp::FailureCode::Os, *why, {}};
  return {};
}

void Recorder::fail(std::string why) {
  const std::lock_guard guard(mutex_);
  if (!trouble_) trouble_ = path_.string() + ": " + std::move(why) + ": the recording ends here";
  inbox_.batches.clear();
}

void Recorder::write_loop(DatabasePtr db) {
  using Clock = std::chrono::steady_clock;
  try {
    RecordingWriter writer(*db, limits_);
    auto deadline = Clock::time_point::max();
    for (bool closing = false; !closing;) {
      Inbox todo;
      {
        std::unique_lock guard(mutex_);
        const auto ready = [this] { return !inbox_.empty() || trouble_; };
        if (deadline == Clock::time_point::max()) {
          changed_.wait(guard, ready);
        } else {
          changed_.wait_until(guard, deadline, ready);
        }
        if (trouble_) break;
        todo = std::exchange(inbox_, {});
        inbox_.close = closing = todo.close;
      }
      const bool was_clean = !writer.dirty();
      if (todo.hello) writer.set_hello(*todo.hello);
      if (todo.state) writer.begin_from(std::move(*todo.state));
      for (const session::BatchPtr& batch : todo.batches) writer.add(*batch);
      if (todo.verdict) writer.set_verdict(todo.verdict->first, todo.verdict->second);
      if (todo.alarms) writer.set_alarms(*todo.alarms);
      if (was_clean && writer.dirty()) deadline = Clock::now() + limits_.commit_every;
      if (closing) {
        writer.finish();
      } else if (Clock::now() >= deadline || writer.pending_bytes() >= limits_.commit_bytes) {
        writer.commit();
        deadline = Clock::time_point::max();
      } else {
        continue;
      }
      const std::lock_guard guard(mutex_);
      committed_ = writer.events();
    }
  } catch (const std::exception& error) {
    fail(error.what());
  }
  try {
    finish_database(*db);
  } catch (const std::exception& error) {
    fail(error.what());
  }
}

}  // namespace inspector::store
