// RowWriter: keeps the plain tables of a recording equal to a model, so that any sqlite3 can ask
// them.
#pragma once

#include "model/model.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace inspector::store {

using Cell = std::variant<std::nullptr_t, std::int64_t, std::string>;

// Waits shorter than this are in the events, not in the table: they are many and say little.
inline constexpr std::uint64_t kShortestWaitNs = 100'000;

class RowWriter {
 public:
  explicit RowWriter(SQLite::Database& db);

  // Rows that are only ever added (ended waits, log, marks, losses): call at least each kSlice
  // events, or some are missed.
  static constexpr std::size_t kSlice = 1024;
  void append(const model::Model& model);
  void sample(const model::Model& model, const wire::Event& event, const wire::SampleInfo& info);
  // Rows that change (processes, threads, objects, locks, queues, waits that go on): those that did
  // since last time.
  void update(const model::Model& model);

 private:
  // A table whose rows are replaced when their cells have changed.
  struct Mirror {
    SQLite::Statement write;
    std::map<std::vector<std::int64_t>, std::uint64_t> written;  // fingerprint by key
    // The first `keys` cells are the key.
    void put(std::size_t keys, const std::vector<Cell>& cells);
  };

  void update_processes(const model::Model& model);
  void update_threads(const model::Model& model);
  void update_objects(const model::Model& model);
  void update_locks(const model::Model& model);
  void update_queues(const model::Model& model);
  void update_open_waits(const model::Model& model);
  void wait_row(std::int64_t id, const model::Model& model, const model::Wait& wait, bool over);

  Mirror hosts_, processes_, threads_, objects_, refs_, locks_, queues_;
  SQLite::Statement wait_, forget_open_waits_, sample_, loss_, log_, mark_;
  std::map<std::string, std::int64_t> host_ids_;
  std::uint64_t waits_seen_ = 0;
  std::uint64_t losses_seen_ = 0;
  std::uint64_t log_seen_ = 0;
  std::uint64_t marks_seen_ = 0;
  std::int64_t open_waits_ = 0;
};

}  // namespace inspector::store
