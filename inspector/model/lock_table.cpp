#include "model/lock_table.hpp"

#include <algorithm>

namespace inspector::model {
namespace {

void close_interval(Lock& row, std::uint64_t t_ns, bool died) {
  if (row.history.rows().empty()) return;
  HoldInterval& newest = row.history.edit().back();
  if (newest.end_ns != 0) return;
  newest.end_ns = std::max(t_ns, newest.begin_ns);
  newest.died = died;
}

void owner_is_dead(Lock& row, std::uint32_t pid, std::uint64_t t_ns) {
  row.state = LockState::OwnerDead;
  row.owner_died_ns = t_ns;
  row.dead_owner = row.holder;
  row.dead_owner_pid = pid;
  close_interval(row, t_ns, true);
}

}  // namespace

const Lock* LockTable::find(ObjectId object) const noexcept {
  const auto at = rows_.find(object);
  return at == rows_.end() ? nullptr : &at->second;
}

Lock& LockTable::touch(ObjectId object) {
  Lock& row = rows_[object];
  row.object = object;
  return row;
}

std::uint64_t LockTable::widen(const Lock& row, std::uint32_t low) noexcept {
  if (row.number == 0) return low;
  const auto difference = static_cast<std::int32_t>(low - static_cast<std::uint32_t>(row.number));
  // Behind the very first ones there is nothing: then it is a number ahead.
  if (difference < 0 && row.number < static_cast<std::uint64_t>(-std::int64_t{difference}))
    return low;
  return row.number + static_cast<std::uint64_t>(std::int64_t{difference});
}

bool LockTable::got(Lock& row, ThreadKey holder, const Hold& hold, std::uint64_t waited_ns,
                    ThreadKey& previous) {
  const std::uint64_t number = hold.number;
  const std::uint64_t t_ns = hold.since_ns;
  previous = {};
  const bool known = row.state != LockState::Unknown;
  if (known && number < row.number) return false;
  if (known && number == row.number && (row.state != LockState::Held || row.holder.valid()))
    return false;
  if (row.held()) previous = row.holder;
  close_interval(row, t_ns, row.state == LockState::OwnerDead);
  row.state = LockState::Held;
  row.number = number;
  row.holder = holder;
  row.site = hold.site;
  row.since_ns = t_ns;
  row.history.add({.holder = holder, .number = number, .begin_ns = t_ns, .waited_ns = waited_ns});
  return true;
}

bool LockTable::freed(Lock& row, std::uint64_t number, std::uint64_t t_ns, ThreadKey& previous) {
  previous = {};
  const bool known = row.state != LockState::Unknown;
  if (known && (number < row.number || (number == row.number && row.state == LockState::Free)))
    return false;
  if (row.held()) previous = row.holder;
  close_interval(row, t_ns, false);
  row.state = LockState::Free;
  row.number = number;
  row.holder = {};
  row.since_ns = t_ns;
  return true;
}

void LockTable::owner_died(Lock& row, std::uint64_t number, std::uint32_t pid, std::uint64_t t_ns) {
  ++row.owner_died_seen;
  if (row.state != LockState::Unknown && number < row.number) return;
  if (row.state == LockState::OwnerDead && number == row.number) {
    row.dead_owner_pid = pid;
    return;
  }
  if (row.state == LockState::Free && number == row.number) return;
  if (number > row.number) {
    row.holder = {};  // who took it last was lost
    row.since_ns = t_ns;
    close_interval(row, t_ns, false);
  }
  row.number = number;
  owner_is_dead(row, pid, t_ns);
}

void LockTable::waited(Lock& row, std::uint64_t ns) {
  ++row.waits;
  row.waited_ns += ns;
  row.longest_wait_ns = std::max(row.longest_wait_ns, ns);
}

void LockTable::process_died(Puid puid, std::uint32_t pid, std::uint64_t t_ns) {
  for (auto& [object, row] : rows_) {
    if (row.state == LockState::Held && row.holder.process == puid) owner_is_dead(row, pid, t_ns);
  }
}

void LockTable::absorb(ObjectId from, ObjectId to) {
  orders_.rename_object(from, to);
  auto source = rows_.extract(from);
  if (!source) return;
  Lock& old = source.mapped();
  Lock& row = touch(to);
  if (row.state == LockState::Unknown || old.number > row.number) {
    std::swap(row, old);
    row.object = to;
  }
  row.waits += old.waits;
  row.failures += old.failures;
  row.waited_ns += old.waited_ns;
  row.longest_wait_ns = std::max(row.longest_wait_ns, old.longest_wait_ns);
}

}  // namespace inspector::model
