#include "store/row_writer.hpp"

#include "base/signal_name.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace inspector::store {
namespace {

using model::Model;

Cell number(std::uint64_t value) { return static_cast<std::int64_t>(value); }
// 0 means "none" or "not yet".
Cell known(std::uint64_t value) { return value == 0 ? Cell(nullptr) : number(value); }
Cell text(const std::string& value) { return value.empty() ? Cell(nullptr) : Cell(value); }

Cell process_id(const Model& model, model::Puid puid) {
  const model::Process* row = model.processes().find(puid);
  return row == nullptr ? Cell(nullptr) : Cell(std::int64_t{row->serial});
}
Cell slot(const model::ThreadKey& key) {
  return key.slot == wire::kNoThread ? Cell(nullptr) : Cell(std::int64_t{key.slot});
}

std::string hex(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) out[i] = "0123456789abcdef"[value & 15];
  return out;
}

std::string cause(const model::Process& row) {
  switch (row.life) {
    case model::Life::Starting:
      return "starting";
    case model::Life::Alive:
      return "alive";
    case model::Life::Exiting:
      return "exiting";
    case model::Life::Unknown:
      return "unknown";
    case model::Life::Dead:
      break;
  }
  if (!row.exit) return "gone";
  return *row.exit < 0 ? mp::signal_name(-*row.exit) : "exit";
}

std::string how_name(wire::Acquired how) {
  constexpr std::array<const char*, 4> kNames = {"created", "inherited", "received", "opened"};
  const auto index = static_cast<std::size_t>(how);
  return index < kNames.size() ? kNames[index] : "how " + std::to_string(index);
}

const char* lock_state_name(model::LockState state) {
  constexpr std::array kNames = {"unknown", "free", "held", "owner-dead"};
  return kNames[static_cast<std::size_t>(state)];
}

const char* outcome_name(model::WaitOutcome outcome) {
  constexpr std::array kNames = {"done", "failed", "owner-died", "ended"};
  return kNames[static_cast<std::size_t>(outcome)];
}

void run(SQLite::Statement& statement, const std::vector<Cell>& cells) {
  statement.reset();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    if (const auto* integer = std::get_if<std::int64_t>(&cells[i])) {
      statement.bind(at, *integer);
    } else if (const auto* words = std::get_if<std::string>(&cells[i])) {
      statement.bind(at, *words);
    } else {
      statement.bind(at);
    }
  }
  statement.exec();
}

std::uint64_t fingerprint(const std::vector<Cell>& cells) {
  std::uint64_t hash = 0;
  for (const Cell& cell : cells) {
    const std::uint64_t part = std::holds_alternative<std::string>(cell)
                                   ? std::hash<std::string>()(std::get<std::string>(cell))
                                   : std::hash<Cell>()(cell);
    hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
    hash ^= hash >> 29;
  }
  return hash;
}

std::string insert_sql(const char* table, int columns) {
  std::string sql = std::string("insert or replace into ") + table + " values(?";
  for (int i = 1; i < columns; ++i) sql += ",?";
  return sql + ")";
}

}  // namespace

void RowWriter::Mirror::put(std::size_t keys, const std::vector<Cell>& cells) {
  std::vector<std::int64_t> key;
  for (std::size_t i = 0; i < keys; ++i) {
    const auto* integer = std::get_if<std::int64_t>(&cells[i]);
    if (integer == nullptr) return;  // of something that is not known: nothing to say
    key.push_back(*integer);
  }
  const std::uint64_t print = fingerprint(cells);
  const auto [at, fresh] = written.try_emplace(std::move(key), print);
  if (!fresh && at->second == print) return;
  run(write, cells);
  at->second = print;
}

RowWriter::RowWriter(SQLite::Database& db)
    : hosts_{{db, insert_sql("host", 3)}, {}},
      processes_{{db, insert_sql("process", 18)}, {}},
      threads_{{db, insert_sql("thread", 11)}, {}},
      objects_{{db, insert_sql("object", 10)}, {}},
      refs_{{db, insert_sql("obj_ref", 12)}, {}},
      locks_{{db, insert_sql("lock", 10)}, {}},
      queues_{{db, insert_sql("queue", 7)}, {}},
      wait_(db, insert_sql("wait", 11)),
      forget_open_waits_(db, "delete from wait where id < 0"),
      sample_(db, insert_sql("sample", 6)),
      loss_(db, insert_sql("loss", 4)),
      log_(db, insert_sql("log", 6)),
      mark_(db, insert_sql("mark", 5)) {}

void RowWriter::append(const Model& model) {
  const auto fresh = [](const auto& log, std::uint64_t& seen, const auto& write) {
    for (std::uint64_t serial = std::max(seen, log.first_serial()); serial < log.total();
         ++serial) {
      write(static_cast<std::int64_t>(serial + 1),
            log.rows()[static_cast<std::size_t>(serial - log.first_serial())]);
    }
    seen = log.total();
  };
  fresh(model.threads().waits(), waits_seen_, [&](std::int64_t id, const model::Wait& wait) {
    if (wait.end_ns - wait.begin_ns >= kShortestWaitNs) wait_row(id, model, wait, true);
  });
  fresh(model.journal().losses, losses_seen_, [&](std::int64_t id, const model::Loss& loss) {
    run(loss_, {id, number(loss.t_ns), process_id(model, loss.process), number(loss.count)});
  });
  fresh(model.journal().log, log_seen_, [&](std::int64_t id, const model::LogLine& line) {
    run(log_, {id, number(line.t_ns), process_id(model, line.thread.process), slot(line.thread),
               number(line.level), line.text});
  });
  fresh(model.journal().marks, marks_seen_, [&](std::int64_t id, const model::Mark& mark) {
    run(mark_, {id, number(mark.t_ns), process_id(model, mark.thread.process), slot(mark.thread),
                mark.text});
  });
}

void RowWriter::sample(const Model& model, const wire::Event& event, const wire::SampleInfo& info) {
  const Cell process = process_id(model, event.process);
  if (std::holds_alternative<std::nullptr_t>(process)) return;
  run(sample_, {process, number(event.t_ns), number(info.cpu_ns), number(info.rss_bytes),
                number(info.threads), number(info.fds)});
}

void RowWriter::update(const Model& model) {
  update_processes(model);
  update_threads(model);
  update_objects(model);
  update_locks(model);
  update_queues(model);
  update_open_waits(model);
}

void RowWriter::update_processes(const Model& model) {
  for (const auto& [puid, row] : model.processes().rows()) {
    const auto [host, fresh] =
        host_ids_.try_emplace(row.host, static_cast<std::int64_t>(host_ids_.size() + 1));
    if (fresh) hosts_.put(1, {host->second, nullptr, text(row.host)});
    processes_.put(1, {std::int64_t{row.serial}, hex(puid), host->second, known(row.pid),
                       known(row.start_ticks), process_id(model, row.parent),
                       wire::start_method_name(row.method), text(row.name), text(row.exe),
                       text(row.command_line), std::int64_t{row.daemon}, std::int64_t{row.level},
                       known(row.born_ns), known(row.ended_ns),
                       row.exit ? Cell(std::int64_t{*row.exit}) : Cell(nullptr), cause(row),
                       std::int64_t{row.reaped}, number(row.lost)});
  }
}

void RowWriter::update_threads(const Model& model) {
  for (const auto& [key, row] : model.threads().rows()) {
    threads_.put(
        3, {process_id(model, key.process), slot(key), number(row.generation), known(row.tid),
            text(row.name), known(row.started_ns), known(row.ended_ns), wire::state_name(row.state),
            known(row.object), known(row.since_ns), text(row.note)});
  }
}

void RowWriter::update_objects(const Model& model) {
  for (const model::Object& row : model.objects().rows()) {
    if (row.merged_into != 0) continue;
    objects_.put(
        1, {std::int64_t{row.id}, wire::object_kind_name(row.kind), text(row.name), text(row.site),
            process_id(model, row.creator), number(row.capacity), number(row.key.device),
            number(row.key.inode), number(row.key.offset), number(row.first_seen_ns)});
    for (const auto& [puid, ref] : row.users) {
      refs_.put(2, {std::int64_t{row.id}, process_id(model, puid), number(ref.handle),
                    how_name(ref.how), number(ref.since_ns), known(ref.until_ns),
                    number(ref.counters.in), number(ref.counters.out),
                    number(ref.counters.in_bytes), number(ref.counters.out_bytes),
                    number(ref.counters.blocked), number(ref.counters.blocked_ns)});
    }
  }
}

void RowWriter::update_locks(const Model& model) {
  for (const auto& [id, row] : model.locks().rows()) {
    locks_.put(1,
               {std::int64_t{id}, lock_state_name(row.state), process_id(model, row.holder.process),
                slot(row.holder), known(row.since_ns), number(row.number), number(row.waits),
                number(row.waited_ns), number(row.longest_wait_ns), number(row.recovered)});
  }
}

void RowWriter::update_queues(const Model& model) {
  for (const auto& [id, row] : model.queues().rows()) {
    queues_.put(1, {std::int64_t{id}, number(row.puts), number(row.gets), number(row.depth()),
                    number(row.max_depth), number(row.full), number(row.empty)});
  }
}

// Waits that go on have negative ids and no end; they are few, so they are written anew each time.
void RowWriter::update_open_waits(const Model& model) {
  if (open_waits_ != 0) {
    forget_open_waits_.reset();
    forget_open_waits_.exec();
    open_waits_ = 0;
  }
  for (const auto& [key, row] : model.threads().rows()) {
    if (!row.waiting()) continue;
    // Who held the lock when the wait began may have become known only later.
    const model::Lock* lock = model.locks().find(row.object);
    const bool later = !row.blocker.valid() && lock != nullptr;
    wait_row(-++open_waits_, model,
             {.thread = key,
              .state = row.state,
              .object = row.object,
              .joined = row.joined,
              .number = row.wait_number,
              .begin_ns = row.since_ns,
              .blocker = later ? lock->holder : row.blocker},
             false);
  }
}

void RowWriter::wait_row(std::int64_t id, const Model& model, const model::Wait& wait, bool over) {
  run(wait_,
      {id, process_id(model, wait.thread.process), slot(wait.thread), known(wait.object),
       process_id(model, wait.joined), wire::state_name(wait.state), number(wait.begin_ns),
       over ? number(wait.end_ns) : Cell(nullptr), process_id(model, wait.blocker.process),
       slot(wait.blocker), over ? Cell(std::string(outcome_name(wait.outcome))) : Cell(nullptr)});
}

}  // namespace inspector::store
