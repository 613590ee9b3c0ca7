#include "store/recording_writer.hpp"

#include "store/packed.hpp"
#include "wire/columns.hpp"
#include "wire/payload.hpp"

namespace inspector::store {
namespace {

constexpr std::size_t kMaxTailPayload = 1U << 20;

void bind_packed(SQLite::Statement& statement, int at, const Packed& packed) {
  statement.bind(at, static_cast<std::int64_t>(packed.encoding));
  statement.bind(at + 1, static_cast<std::int64_t>(packed.raw_size));
  statement.bind(at + 2, static_cast<std::int64_t>(packed.crc));
  statement.bindNoCopy(at + 3, packed.data.data(), static_cast<int>(packed.data.size()));
}

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

}  // namespace

RecordingWriter::RecordingWriter(SQLite::Database& db, const Recorder::Limits& limits)
    : db_(db),
      limits_(limits),
      rows_(db),
      meta_(db, "insert or replace into meta values(?, ?)"),
      chunk_(db, "insert or replace into chunk values(?, ?, ?, ?, ?, ?, ?, ?)"),
      checkpoint_(db, "insert or replace into checkpoint values(?, ?, ?, ?, ?, ?)"),
      forget_alarms_(db, "delete from alarm"),
      alarm_(db, "insert into alarm values(?, ?, ?, ?, ?, ?, ?, 0)") {}

void RecordingWriter::open() {
  if (open_) return;
  db_.exec("begin immediate");
  open_ = true;
}

void RecordingWriter::put_meta(const char* key, const std::string& value) {
  meta_.reset();
  meta_.bind(1, key);
  meta_.bind(2, value);
  meta_.exec();
}

void RecordingWriter::put_meta(const char* key, std::uint64_t value) {
  meta_.reset();
  meta_.bind(1, key);
  meta_.bind(2, signed_of(value));
  meta_.exec();
}

void RecordingWriter::set_hello(const mp::wire::HelloFrame& hello) {
  open();
  put_meta("tree", hello.tree);
  put_meta("root_pid", hello.root_pid);
  put_meta("monotonic_ns", hello.monotonic_ns);
  put_meta("realtime_ns", hello.realtime_ns);
  put_meta("boot_id", hello.boot_id);
  put_meta("host", hello.host);
  put_meta("program", hello.program);
  put_meta("command_line", hello.command_line);
}

void RecordingWriter::set_verdict(const std::string& severity, const std::string& sentence) {
  open();
  put_meta("verdict", sentence);
  put_meta("verdict_severity", severity);
}

void RecordingWriter::set_alarms(const std::vector<AlarmRow>& alarms) {
  open();
  forget_alarms_.reset();
  forget_alarms_.exec();
  std::int64_t id = 0;
  for (const AlarmRow& row : alarms) {
    alarm_.reset();
    alarm_.bind(1, ++id);
    alarm_.bind(2, row.rule);
    alarm_.bind(3, signed_of(row.open_ns));
    row.close_ns == 0 ? alarm_.bind(4) : alarm_.bind(4, signed_of(row.close_ns));
    alarm_.bind(5, row.confidence);
    alarm_.bind(6, row.text);
    alarm_.bind(7, row.evidence);
    alarm_.exec();
  }
}

void RecordingWriter::begin_from(model::Model state) {
  if (chunk_id_ != 1 || !tail_.events.empty()) return;
  open();
  model_ = std::move(state);
  write_checkpoint();
}

void RecordingWriter::add(const mp::wire::Batch& batch) {
  open();
  for (const mp::wire::Event& event : batch.events) {
    const std::string_view payload = batch.payload_of(event);
    tail_.add(event, payload);
    tail_changed_ = true;
    pending_bytes_ += 8 + payload.size();
    model_.apply(event, payload);
    if (event.kind == mp::wire::EventKind::Sample) {
      if (const auto info = mp::wire::decode_sample_info(payload))
        rows_.sample(model_, event, *info);
    }
    if (++rows_due_ >= RowWriter::kSlice) {
      rows_.append(model_);
      rows_due_ = 0;
    }
    if (tail_.events.size() >= kChunkEvents || tail_.payload.size() > kMaxTailPayload) seal_chunk();
  }
}

void RecordingWriter::write_chunk() {
  if (!tail_changed_) return;
  std::string raw;
  mp::wire::append_columns(raw, tail_);
  const Packed packed = pack(std::move(raw));
  chunk_.reset();
  chunk_.bind(1, chunk_id_);
  chunk_.bind(2, signed_of(tail_.events.front().t_ns));
  chunk_.bind(3, signed_of(tail_.events.back().t_ns));
  chunk_.bind(4, static_cast<std::int64_t>(tail_.events.size()));
  bind_packed(chunk_, 5, packed);
  chunk_.exec();
  tail_changed_ = false;
}

void RecordingWriter::seal_chunk() {
  write_chunk();
  ++chunk_id_;
  tail_ = {};
  const bool many = model_.event_count() - checkpoint_event_ >= limits_.checkpoint_events;
  if (many || model_.now_ns() - checkpoint_ns_ >= limits_.checkpoint_ns) write_checkpoint();
}

// The state that the next chunk starts from.
void RecordingWriter::write_checkpoint() {
  std::string raw = model_.serialize();
  if (raw.size() > kMaxCheckpointBytes) return;  // the one before serves, a little slower
  const Packed packed = pack(std::move(raw));
  checkpoint_.reset();
  checkpoint_.bind(1, chunk_id_);
  checkpoint_.bind(2, signed_of(model_.now_ns()));
  bind_packed(checkpoint_, 3, packed);
  checkpoint_.exec();
  checkpoint_event_ = model_.event_count();
  checkpoint_ns_ = model_.now_ns();
}

void RecordingWriter::commit() {
  if (!open_) return;
  write_chunk();
  rows_.append(model_);
  rows_.update(model_);
  rows_due_ = 0;
  put_meta("t_begin", model_.start_ns());
  put_meta("t_end", model_.now_ns());
  put_meta("events", model_.event_count());
  db_.exec("commit");
  open_ = false;
  pending_bytes_ = 0;
}

void RecordingWriter::finish() {
  open();
  put_meta("complete", 1);
  commit();
}

}  // namespace inspector::store
