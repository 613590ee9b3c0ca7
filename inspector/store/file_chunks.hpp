// FileChunks: a recording as the history of a session; and what is known about it without reading
// its events.
#pragma once

#include "session/chunk_store.hpp"
#include "store/recorder.hpp"
#include "store/schema.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace inspector::store {

// From the table meta.
struct RecordingInfo {
  mp::wire::HelloFrame hello;
  std::uint64_t begin_ns = 0;
  std::uint64_t end_ns = 0;
  std::uint64_t events = 0;
  bool complete = false;  // closed in good order; else what the recorder had written when it ended
  std::string verdict;    // may be empty
  std::string verdict_severity;

  // Wall time of the first event, ns since 1970; 0 if not known.
  [[nodiscard]] std::uint64_t started_realtime_ns() const noexcept;
};

// Threads: one. A damaged chunk is a gap (load() gives nothing) and is counted; it does not end the
// session.
class FileChunks final : public session::ChunkStore {
 public:
  // Fails with one sentence for anything that is not a readable recording.
  static mp::Result<std::unique_ptr<FileChunks>> open(const std::filesystem::path& path);
  ~FileChunks() override;

  [[nodiscard]] const RecordingInfo& recording() const noexcept { return info_; }
  [[nodiscard]] std::vector<AlarmRow> alarms() const;
  // Chunks and checkpoints that could not be read so far.
  [[nodiscard]] std::size_t damaged() const noexcept { return damaged_; }

  [[nodiscard]] std::optional<mp::wire::HelloFrame> hello() const override { return info_.hello; }
  [[nodiscard]] std::size_t first() const override { return 0; }
  [[nodiscard]] std::size_t end() const override { return index_.size(); }
  [[nodiscard]] session::ChunkInfo info(std::size_t chunk) const override {
    return index_.at(chunk).info;
  }
  [[nodiscard]] session::BatchPtr load(std::size_t chunk) const override;
  [[nodiscard]] std::optional<std::pair<std::size_t, model::Model>> checkpoint(
      std::size_t chunk) const override;

 private:
  struct Entry {
    std::int64_t id = 0;
    session::ChunkInfo info;
  };
  struct Statements;

  explicit FileChunks(DatabasePtr db);
  mp::Result<void> read_index(const std::filesystem::path& path);

  DatabasePtr db_;
  std::unique_ptr<Statements> statements_;
  RecordingInfo info_;
  std::vector<Entry> index_;
  mutable std::size_t damaged_ = 0;
};

// What stands in `meta` of a database that open_database gave.
RecordingInfo read_info(SQLite::Database& db);

}  // namespace inspector::store
