// RecordingWriter: what the recorder's thread does: events into chunks, states into checkpoints,
// rows into tables, all in transactions. Throws SQLite::Exception.
#pragma once

#include "model/model.hpp"
#include "store/recorder.hpp"
#include "store/row_writer.hpp"

#include <string>
#include <utility>
#include <vector>

namespace inspector::store {

class RecordingWriter {
 public:
  RecordingWriter(SQLite::Database& db, const Recorder::Limits& limits);

  // Only before the first add().
  void begin_from(model::Model state);
  void add(const mp::wire::Batch& batch);
  void set_hello(const mp::wire::HelloFrame& hello);
  void set_verdict(const std::string& severity, const std::string& sentence);
  void set_alarms(const std::vector<AlarmRow>& alarms);

  // Something was added since the last commit; so many bytes of events, roughly.
  [[nodiscard]] bool dirty() const noexcept { return open_; }
  [[nodiscard]] std::size_t pending_bytes() const noexcept { return pending_bytes_; }
  [[nodiscard]] std::uint64_t events() const noexcept { return model_.event_count(); }
  void commit();
  // The last commit: what is written is all there was.
  void finish();

 private:
  void open();
  void put_meta(const char* key, const std::string& value);
  void put_meta(const char* key, std::uint64_t value);
  void write_chunk();
  void seal_chunk();
  void write_checkpoint();

  SQLite::Database& db_;
  const Recorder::Limits limits_;
  RowWriter rows_;
  SQLite::Statement meta_, chunk_, checkpoint_, forget_alarms_, alarm_;
  model::Model model_;
  mp::wire::Batch tail_;  // the chunk that is being filled; it is written anew with each commit
  std::int64_t chunk_id_ = 1;
  bool tail_changed_ = false;
  bool open_ = false;
  std::size_t pending_bytes_ = 0;
  std::size_t rows_due_ = 0;  // events since the tables were told
  std::uint64_t checkpoint_event_ = 0;
  std::uint64_t checkpoint_ns_ = 0;
};

}  // namespace inspector::store
