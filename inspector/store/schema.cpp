#include "store/schema.hpp"

#include <array>
#include <fstream>
#include <string_view>

#include <sqlite3.h>

#include <SQLiteCpp/Statement.h>

namespace inspector::store {
namespace {

namespace fs = std::filesystem;
using mp::Failure;
using mp::FailureCode;

// Times are CLOCK_MONOTONIC in ns; meta has one moment on both clocks. `process` columns hold
// process.id.
constexpr const char* kTables = R"sql(
create table meta(key text primary key, value) without rowid;
create table host(id integer primary key, boot_id text, name text);
create table process(id integer primary key, puid text unique, host integer, pid integer, start_ticks integer,
  parent integer, method text, name text, exe text, command_line text, daemon integer, level integer,
  t_start integer, t_end integer, exit integer, cause text, reaped integer, lost integer);
create table thread(process integer, slot integer, generation integer, tid integer, name text, t_start integer,
  t_end integer, state text, object integer, since integer, note text, primary key(process, slot, generation)) without rowid;
create table object(id integer primary key, kind text, name text, site text, creator integer, capacity integer,
  device integer, inode integer, offset integer, t_create integer);
create table obj_ref(object integer, process integer, handle integer, how text, t0 integer, t1 integer, ins integer,
  outs integer, in_bytes integer, out_bytes integer, blocked integer, blocked_ns integer,
  primary key(object, process)) without rowid;
create table lock(object integer primary key, state text, holder integer, holder_slot integer, since integer,
  acquisitions integer, waits integer, waited_ns integer, longest_ns integer, recovered integer);
create table queue(object integer primary key, puts integer, gets integer, depth integer, max_depth integer,
  full integer, empty integer);
create table wait(id integer primary key, process integer, slot integer, object integer, joined integer, kind text,
  t0 integer, t1 integer, blocker integer, blocker_slot integer, result text);
create table sample(process integer, t integer, cpu_ns integer, rss integer, threads integer, fds integer,
  primary key(process, t)) without rowid;
create table loss(id integer primary key, t integer, process integer, count integer);
create table log(id integer primary key, t integer, process integer, slot integer, level integer, text text);
create table mark(id integer primary key, t integer, process integer, slot integer, text text);
create table alarm(id integer primary key, rule text, t_open integer, t_close integer, confidence text, text text,
  evidence text, acked integer);
create table bookmark(id integer primary key, t0 integer, t1 integer, text text, color text);
create table chunk(id integer primary key, t0 integer, t1 integer, n integer, enc integer, raw_size integer,
  crc integer, data blob);
create table checkpoint(id integer primary key, t integer, enc integer, raw_size integer, crc integer, data blob);
create index wait_object on wait(object, t0);
create index wait_process on wait(process, slot, t0);
)sql";

// What a reader relies on; a view of that name could run anything.
constexpr std::array kNeeded = {"meta", "chunk", "checkpoint"};

constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);

struct Header {
  bool empty = false;
  bool is_sqlite = false;
  std::uint32_t page_bytes = 0;
  std::uint32_t pages = 0;
  std::uint32_t version = 0;
  std::uint32_t application = 0;
};

std::uint32_t big_endian(const char* at) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<std::uint8_t>(at[i]);
  return value;
}

mp::Result<Header> read_header(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error))
    return Failure{FailureCode::Malformed, "this is a folder", path.string()};
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return Failure{FailureCode::NotFound, "there is no such file, or it may not be read",
                   path.string()};
  std::array<char, kHeaderBytes> bytes{};
  in.read(bytes.data(), kHeaderBytes);
  Header header;
  header.empty = in.gcount() == 0;
  header.is_sqlite =
      in.gcount() == kHeaderBytes && std::string_view(bytes.data(), kMagic.size()) == kMagic;
  const std::uint32_t page_bytes = big_endian(bytes.data() + 14) & 0xffff;  // bytes 16 and 17
  header.page_bytes = page_bytes == 1 ? 65536 : page_bytes;
  header.pages = big_endian(bytes.data() + 28);
  header.version = big_endian(bytes.data() + 60);
  header.application = big_endian(bytes.data() + 68);
  return header;
}

fs::path beside(const fs::path& path, const char* suffix) { return path.string() + suffix; }

mp::Result<void> check_header(const fs::path& path) {
  const auto read = read_header(path);
  if (!read.ok()) return read.failure();
  const Header& header = read.value();
  const std::string where = path.string();
  if (header.empty) return Failure{FailureCode::Truncated, "the file is empty", where};
  if (!header.is_sqlite || header.application != kApplicationId) {
    return Failure{FailureCode::Malformed, "this is not a recording of mp-inspector", where};
  }
  if (header.version > kSchemaVersion) {
    return Failure{FailureCode::Unsupported,
                   "this recording has format " + std::to_string(header.version) +
                       ", a newer mp-inspector made it; this one reads up to " +
                       std::to_string(kSchemaVersion),
                   where};
  }
  // A log beside it may hold the rest.
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const std::uint64_t claimed = std::uint64_t{header.pages} * header.page_bytes;
  if (size < claimed && !fs::exists(beside(path, "-wal"), error)) {
    return Failure{FailureCode::Truncated,
                   "the file was cut short: " + std::to_string(size) + " of " +
                       std::to_string(claimed) + " bytes are there",
                   where};
  }
  return {};
}

mp::Result<void> check_tables(SQLite::Database& db, const fs::path& path) {
  SQLite::Statement query(db,
                          "select count(*) from sqlite_master where type = 'table' and name = ?");
  for (const char* name : kNeeded) {
    query.bind(1, name);
    if (!query.executeStep() || query.getColumn(0).getInt() != 1) {
      return Failure{FailureCode::Malformed, std::string("the table '") + name + "' is missing",
                     path.string()};
    }
    query.reset();
  }
  return {};
}

// A path with ? or % in it must not be read as more than a path.
std::string uri_of(const fs::path& path) {
  std::string uri = "file:";
  for (const char c : fs::absolute(path).string()) {
    constexpr std::string_view kHex = "0123456789abcdef";
    if (c == '?' || c == '#' || c == '%') {
      uri +=
          {'%', kHex[static_cast<std::uint8_t>(c) >> 4], kHex[static_cast<std::uint8_t>(c) & 15]};
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

DatabasePtr open_read_only(const fs::path& path) {
  constexpr int kBusyMs = 2000;
  auto db = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READONLY, kBusyMs);
  try {
    db->execAndGet("select count(*) from sqlite_master");
  } catch (const SQLite::Exception& error) {
    // A recording that was not closed wants a file beside it; where none can be made, what is there
    // is read as it stands.
    if (error.getErrorCode() != SQLITE_CANTOPEN && error.getErrorCode() != SQLITE_READONLY) throw;
    db = std::make_unique<SQLite::Database>(uri_of(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                                            kBusyMs);
  }
  sqlite3_db_config(db->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db->getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(db->getHandle(), SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxCheckpointBytes));
  return db;
}

void remove_all_of(const fs::path& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm", "-journal"})
    fs::remove(beside(path, suffix), ignored);
}

}  // namespace

mp::Result<DatabasePtr> create_database(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    const auto header = read_header(path);
    const bool ours =
        header.ok() && (header.value().empty ||
                        (header.value().is_sqlite && header.value().application == kApplicationId));
    if (!ours)
      return Failure{FailureCode::Malformed, "it exists and is not a recording: not overwritten",
                     path.string()};
    remove_all_of(path);
  }
  if (const fs::path folder = path.parent_path();
      !folder.empty() && !fs::is_directory(folder, error))
    return Failure{FailureCode::NotFound, "there is no folder " + folder.string(), path.string()};
  try {
    auto db = std::make_unique<SQLite::Database>(path.string(),
                                                 SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    db->exec("pragma page_size = 8192");
    db->exec("pragma auto_vacuum = incremental");
    db->exec("pragma application_id = " + std::to_string(kApplicationId));
    db->exec("pragma user_version = " + std::to_string(kSchemaVersion));
    // The tables go into the file itself before the log begins, so that it can be told for a
    // recording at any moment.
    db->exec("begin");
    db->exec(kTables);
    db->exec("commit");
    db->exec("pragma journal_mode = wal");
    db->exec("pragma synchronous = normal");
    return db;
  } catch (const SQLite::Exception& e) {
    remove_all_of(path);
    return Failure{FailureCode::Os, std::string("cannot record there: ") + e.what(), path.string()};
  }
}

mp::Result<DatabasePtr> open_database(const fs::path& path) {
  if (const auto checked = check_header(path); !checked.ok()) return checked.failure();
  try {
    DatabasePtr db = open_read_only(path);
    if (const auto checked = check_tables(*db, path); !checked.ok()) return checked.failure();
    return db;
  } catch (const SQLite::Exception& e) {
    return Failure{FailureCode::Malformed, std::string("the recording is damaged: ") + e.what(),
                   path.string()};
  }
}

void finish_database(SQLite::Database& db) {
  db.exec("pragma wal_checkpoint(truncate)");
  db.exec("pragma journal_mode = delete");
}

}  // namespace inspector::store
