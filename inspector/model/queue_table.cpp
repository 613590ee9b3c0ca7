#include "model/queue_table.hpp"

#include <algorithm>
#include <utility>

namespace inspector::model {
namespace {

// News since the newest number known. A first number that is not 1 says that we came late, not that
// so many were moved now.
std::uint64_t advance(std::uint64_t& known, std::uint64_t number) noexcept {
  if (number <= known) return 0;
  const std::uint64_t step = known == 0 && number != 1 ? 0 : number - known;
  known = number;
  return step;
}

}  // namespace

const Queue* QueueTable::find(ObjectId object) const noexcept {
  const auto at = rows_.find(object);
  return at == rows_.end() ? nullptr : &at->second;
}

Queue& QueueTable::touch(ObjectId object) {
  Queue& row = rows_[object];
  row.object = object;
  return row;
}

bool QueueTable::saw(Queue& row, std::uint64_t put_number, std::uint64_t get_number,
                     std::uint64_t capacity, std::uint64_t now_ns) {
  if (put_number <= row.puts && get_number <= row.gets) return false;
  const std::uint64_t put = advance(row.puts, put_number);
  const std::uint64_t got = advance(row.gets, get_number);
  // While one side's news is ahead of the other's the difference can be more than the queue can
  // hold.
  const std::uint64_t depth = capacity == 0 ? row.depth() : std::min(row.depth(), capacity);
  row.max_depth = std::max(row.max_depth, depth);
  row.series.add(
      {.begin_ns = now_ns, .min = depth, .max = depth, .last = depth, .puts = put, .gets = got});
  return true;
}

void QueueTable::absorb(ObjectId from, ObjectId to, std::uint64_t capacity, std::uint64_t now_ns) {
  auto source = rows_.extract(from);
  if (!source) return;
  const Queue& old = source.mapped();
  Queue& row = touch(to);
  saw(row, old.puts, old.gets, capacity, now_ns);
  if (row.trace.recent().total() == 0) row.trace = std::move(source.mapped().trace);
  row.full += old.full;
  row.empty += old.empty;
}

}  // namespace inspector::model
