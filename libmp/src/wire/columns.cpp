#include "wire/columns.hpp"

#include "wire/bytes.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace mp::wire {
namespace {

// What `a` and `c` hold goes on from the newest event of the same kind and object: item numbers,
// acquisition numbers, timeouts and sizes all become small differences.
class Predictor {
 public:
  struct Cell {
    std::uint64_t a = 0;
    std::uint32_t c = 0;
  };
  Cell& of(const Event& event) noexcept {
    const std::uint32_t key =
        event.object * 0x9e3779b1U + static_cast<std::uint32_t>(event.kind) * 0x85ebca6bU;
    return cells_[key >> 24];
  }

 private:
  std::array<Cell, 256> cells_{};
};

constexpr std::uint8_t kConstant = 0;
constexpr std::uint8_t kEach = 1;

// A column that is the same all along costs two bytes.
template <class Field>
void put_column(std::string& out, const std::vector<Event>& events, Field field) {
  const std::uint64_t first = field(events.front());
  if (std::all_of(events.begin(), events.end(),
                  [&](const Event& e) { return field(e) == first; })) {
    put_le(out, kConstant);
    put_varint(out, first);
    return;
  }
  put_le(out, kEach);
  for (const Event& event : events) put_varint(out, field(event));
}

template <class Set>
void read_column(ByteReader& in, std::vector<Event>& events, std::uint64_t max, Set set) {
  const auto form = in.le<std::uint8_t>();
  if (form > kEach) in.fail();
  std::uint64_t value = form == kConstant ? in.varint() : 0;
  for (Event& event : events) {
    if (form == kEach) value = in.varint();
    if (value > max) in.fail();
    if (!in.ok()) return;
    set(event, value);
  }
}

// Thread slots are small but for kNoThread: shifted by one, that is 0.
constexpr std::uint64_t thread_code(std::uint16_t thread) noexcept {
  return static_cast<std::uint16_t>(thread + 1);
}

void put_processes(std::string& out, const std::vector<Event>& events) {
  std::unordered_map<std::uint64_t, std::uint64_t> index;
  std::vector<std::uint64_t> names;
  for (const Event& event : events) {
    if (index.try_emplace(event.process, names.size()).second) names.push_back(event.process);
  }
  put_varint(out, names.size());
  for (const std::uint64_t name : names) put_le(out, name);
  put_column(out, events, [&](const Event& e) { return index.find(e.process)->second; });
}

void read_processes(ByteReader& in, std::vector<Event>& events) {
  const std::uint64_t count = in.varint();
  if (count == 0 || count > events.size() || count * 8 > in.left()) return in.fail();
  std::vector<std::uint64_t> names;
  names.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) names.push_back(in.le<std::uint64_t>());
  read_column(in, events, count - 1, [&](Event& e, std::uint64_t v) { e.process = names[v]; });
}

void put_numbers(std::string& out, const std::vector<Event>& events) {
  Predictor predictor;
  for (const Event& event : events) {
    Predictor::Cell& cell = predictor.of(event);
    put_varint(out, zigzag(event.a - cell.a));
    cell.a = event.a;
  }
  for (const Event& event : events) {
    Predictor::Cell& cell = predictor.of(event);
    const auto difference = static_cast<std::int32_t>(event.c - cell.c);
    put_varint(out, zigzag(static_cast<std::uint64_t>(std::int64_t{difference})));
    cell.c = event.c;
  }
}

void read_numbers(ByteReader& in, std::vector<Event>& events) {
  Predictor predictor;
  for (Event& event : events) {
    Predictor::Cell& cell = predictor.of(event);
    event.a = cell.a += unzigzag(in.varint());
  }
  for (Event& event : events) {
    Predictor::Cell& cell = predictor.of(event);
    const auto difference = static_cast<std::int64_t>(unzigzag(in.varint()));
    if (difference < INT32_MIN || difference > INT32_MAX) in.fail();
    event.c = cell.c += static_cast<std::uint32_t>(difference);
  }
}

void read_payloads(ByteReader& in, Batch& batch) {
  std::uint64_t total = 0;
  read_column(in, batch.events, UINT32_MAX, [&](Event& e, std::uint64_t v) {
    e.payload_begin = static_cast<std::uint32_t>(total);
    e.payload_size = static_cast<std::uint32_t>(v);
    total += v;
    if (total > in.left()) in.fail();
  });
  batch.payload = in.take(total);
}

}  // namespace

void append_columns(std::string& out, const Batch& batch) {
  const std::vector<Event>& events = batch.events;
  put_varint(out, events.size());
  if (events.empty()) return;
  std::uint64_t t = 0;
  for (const Event& event : events) {
    put_varint(out, zigzag(event.t_ns - t));
    t = event.t_ns;
  }
  put_processes(out, events);
  put_column(out, events, [](const Event& e) { return static_cast<std::uint64_t>(e.kind); });
  put_column(out, events, [](const Event& e) { return thread_code(e.thread); });
  put_column(out, events, [](const Event& e) { return std::uint64_t{e.object}; });
  put_column(out, events, [](const Event& e) { return std::uint64_t{e.flags}; });
  put_column(out, events, [](const Event& e) { return std::uint64_t{e.reserved}; });
  put_numbers(out, events);
  put_column(out, events,
             [&](const Event& e) { return std::uint64_t{batch.payload_of(e).size()}; });
  for (const Event& event : events) out.append(batch.payload_of(event));
}

Result<Batch> read_columns(std::string_view bytes, std::size_t max_events) {
  ByteReader in(bytes);
  Batch batch;
  const std::uint64_t count = in.varint();
  if (count > max_events)
    return Failure{FailureCode::TooLarge, "more events than a batch may have", "events"};
  // Every event has a byte of time at least.
  if (count > in.left()) in.fail();
  if (in.ok() && count > 0) {
    std::vector<Event>& events = batch.events;
    events.resize(static_cast<std::size_t>(count));
    std::uint64_t t = 0;
    for (Event& event : events) event.t_ns = t += unzigzag(in.varint());
    read_processes(in, events);
    read_column(in, events, UINT16_MAX,
                [](Event& e, std::uint64_t v) { e.kind = static_cast<EventKind>(v); });
    read_column(in, events, UINT16_MAX,
                [](Event& e, std::uint64_t v) { e.thread = static_cast<std::uint16_t>(v - 1); });
    read_column(in, events, UINT32_MAX,
                [](Event& e, std::uint64_t v) { e.object = static_cast<std::uint32_t>(v); });
    read_column(in, events, UINT16_MAX,
                [](Event& e, std::uint64_t v) { e.flags = static_cast<std::uint16_t>(v); });
    read_column(in, events, UINT16_MAX,
                [](Event& e, std::uint64_t v) { e.reserved = static_cast<std::uint16_t>(v); });
    if (in.ok()) read_numbers(in, events);
    if (in.ok()) read_payloads(in, batch);
  }
  const std::string where = "offset " + std::to_string(in.offset()) + " of the events";
  if (!in.ok())
    return Failure{FailureCode::Malformed, "the columns contradict themselves or end too early",
                   where};
  if (in.left() > 0) return Failure{FailureCode::Malformed, "bytes after the last column", where};
  return batch;
}

}  // namespace mp::wire
