#include "store/file_chunks.hpp"

#include "store/packed.hpp"
#include "wire/columns.hpp"

#include <algorithm>
#include <map>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

namespace inspector::store {
namespace {

std::uint64_t unsigned_at(SQLite::Statement& row, int column) {
  return static_cast<std::uint64_t>(row.getColumn(column).getInt64());
}

std::string text_at(SQLite::Statement& row, int column) {
  const SQLite::Column cell = row.getColumn(column);
  const char* text = cell.getText("");
  return std::string(text, static_cast<std::size_t>(cell.getBytes()));
}

// enc, raw_size, crc, data from `column` on.
mp::Result<std::string> unpack_at(SQLite::Statement& row, int column, std::size_t max_raw) {
  const SQLite::Column data = row.getColumn(column + 3);
  const void* bytes = data.getBlob();
  const auto size = static_cast<std::size_t>(data.getBytes());
  return unpack(unsigned_at(row, column), unsigned_at(row, column + 1),
                static_cast<std::uint32_t>(unsigned_at(row, column + 2)),
                bytes == nullptr ? std::string_view()
                                 : std::string_view(static_cast<const char*>(bytes), size),
                max_raw);
}

}  // namespace

struct FileChunks::Statements {
  explicit Statements(SQLite::Database& db)
      : chunk(db, "select enc, raw_size, crc, data from chunk where id = ?"),
        checkpoint(
            db,
            "select id, enc, raw_size, crc, data from checkpoint where id <= ? order by id desc") {}
  SQLite::Statement chunk;
  SQLite::Statement checkpoint;
};

std::uint64_t RecordingInfo::started_realtime_ns() const noexcept {
  return hello.realtime_ns == 0 ? 0 : hello.realtime_ns + (begin_ns - hello.monotonic_ns);
}

RecordingInfo read_info(SQLite::Database& db) {
  std::map<std::string, std::string> texts;
  std::map<std::string, std::uint64_t> numbers;
  SQLite::Statement query(db, "select key, value from meta");
  while (query.executeStep()) {
    const std::string key = text_at(query, 0);
    texts[key] = text_at(query, 1);
    numbers[key] = unsigned_at(query, 1);
  }
  RecordingInfo info;
  info.hello.tree = numbers["tree"];
  info.hello.root_pid = static_cast<std::uint32_t>(numbers["root_pid"]);
  info.hello.monotonic_ns = numbers["monotonic_ns"];
  info.hello.realtime_ns = numbers["realtime_ns"];
  info.hello.boot_id = texts["boot_id"];
  info.hello.host = texts["host"];
  info.hello.program = texts["program"];
  info.hello.command_line = texts["command_line"];
  info.begin_ns = numbers["t_begin"];
  info.end_ns = numbers["t_end"];
  info.events = numbers["events"];
  info.complete = numbers["complete"] == 1;
  info.verdict = texts["verdict"];
  info.verdict_severity = texts["verdict_severity"];
  return info;
}

FileChunks::FileChunks(DatabasePtr db) : db_(std::move(db)) {}
FileChunks::~FileChunks() = default;

mp::Result<std::unique_ptr<FileChunks>> FileChunks::open(const std::filesystem::path& path) {
  auto db = open_database(path);
  if (!db.ok()) return std::move(db).failure();
  try {
    std::unique_ptr<FileChunks> chunks(new FileChunks(std::move(db).value()));
    if (const auto read = chunks->read_index(path); !read.ok()) return read.failure();
    return chunks;
  } catch (const SQLite::Exception& error) {
    return mp::Failure{mp::FailureCode::Malformed,
                       std::string("the recording is damaged: ") + error.what(), path.string()};
  }
}

mp::Result<void> FileChunks::read_index(const std::filesystem::path& path) {
  // One moment for all of it: a recorder may be writing.
  db_->exec("begin");
  info_ = read_info(*db_);
  SQLite::Statement query(*db_, "select id, t0, t1, n from chunk order by id");
  while (query.executeStep()) {
    Entry entry;
    entry.id = query.getColumn(0).getInt64();
    entry.info.t0_ns = unsigned_at(query, 1);
    entry.info.t1_ns = unsigned_at(query, 2);
    entry.info.events = unsigned_at(query, 3);
    const std::uint64_t floor = index_.empty() ? 0 : index_.back().info.t1_ns;
    if (entry.info.t0_ns < floor || entry.info.t1_ns < entry.info.t0_ns ||
        entry.info.events > kChunkEvents) {
      return mp::Failure{mp::FailureCode::Malformed,
                         "its index contradicts itself at chunk " + std::to_string(entry.id),
                         path.string()};
    }
    index_.push_back(entry);
  }
  db_->exec("commit");
  statements_ = std::make_unique<Statements>(*db_);
  return {};
}

session::BatchPtr FileChunks::load(std::size_t chunk) const {
  if (chunk >= index_.size()) return nullptr;
  SQLite::Statement& query = statements_->chunk;
  try {
    query.reset();
    query.bind(1, index_[chunk].id);
    if (query.executeStep()) {
      auto raw = unpack_at(query, 0, kMaxChunkBytes);
      query.reset();
      auto batch = raw.ok() ? mp::wire::read_columns(raw.value(), kChunkEvents)
                            : mp::Result<mp::wire::Batch>(std::move(raw).failure());
      if (batch.ok()) return std::make_shared<const mp::wire::Batch>(std::move(batch).value());
    }
  } catch (const SQLite::Exception&) {
    query.tryReset();
  }
  ++damaged_;
  return nullptr;
}

std::optional<std::pair<std::size_t, model::Model>> FileChunks::checkpoint(
    std::size_t chunk) const {
  if (chunk >= index_.size()) return std::nullopt;
  SQLite::Statement& query = statements_->checkpoint;
  std::optional<std::pair<std::size_t, model::Model>> found;
  try {
    query.reset();
    query.bind(1, index_[chunk].id);
    // A damaged one is passed over for the one before.
    while (!found && query.executeStep()) {
      const std::int64_t id = query.getColumn(0).getInt64();
      auto raw = unpack_at(query, 1, kMaxCheckpointBytes);
      auto state = raw.ok() ? model::Model::deserialize(raw.value())
                            : mp::Result<model::Model>(std::move(raw).failure());
      if (!state.ok()) {
        ++damaged_;
        continue;
      }
      const auto at = std::lower_bound(
          index_.begin(), index_.end(), id,
          [](const Entry& entry, std::int64_t wanted) { return entry.id < wanted; });
      found.emplace(static_cast<std::size_t>(at - index_.begin()), std::move(state).value());
    }
    query.reset();
  } catch (const SQLite::Exception&) {
    query.tryReset();
    ++damaged_;
  }
  return found;
}

std::vector<AlarmRow> FileChunks::alarms() const {
  std::vector<AlarmRow> out;
  try {
    SQLite::Statement query(
        *db_, "select rule, t_open, t_close, confidence, text, evidence from alarm order by id");
    while (query.executeStep()) {
      out.push_back({text_at(query, 0), unsigned_at(query, 1), unsigned_at(query, 2),
                     text_at(query, 3), text_at(query, 4), text_at(query, 5)});
    }
  } catch (const SQLite::Exception&) {
    // Without them the analysis finds them again.
  }
  return out;
}

}  // namespace inspector::store
