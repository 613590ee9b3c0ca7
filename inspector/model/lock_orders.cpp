#include "model/lock_orders.hpp"

#include <algorithm>
#include <utility>

namespace inspector::model {
namespace {

std::uint64_t key_of(ObjectId first, ObjectId second) noexcept {
  return std::uint64_t{first} << 32 | second;
}

bool holds(const std::vector<Hold>& held, ObjectId object) {
  return std::any_of(held.begin(), held.end(),
                     [object](const Hold& hold) { return hold.told && hold.object == object; });
}

}  // namespace

void LockOrders::took(ThreadKey thread, const std::vector<Hold>& held, const Hold& taken) {
  for (const Hold& hold : held) {
    if (!hold.told || hold.object == taken.object) continue;
    const std::uint64_t key = key_of(hold.object, taken.object);
    if (rows_.size() >= kMostPairs && !rows_.contains(key)) return;
    LockOrder& row = rows_[key];
    if (row.times++ == 0) {
      row.first = hold.object;
      row.second = taken.object;
      row.thread = thread;
      row.first_site = hold.site;
      row.second_site = taken.site;
      row.since_ns = taken.since_ns;
      for (const Hold& other : held) {
        if (other.told && other.object != hold.object) row.guards.push_back(other.object);
      }
      continue;
    }
    row.by_others = row.by_others || thread != row.thread;
    std::erase_if(row.guards, [&](ObjectId guard) { return !holds(held, guard); });
  }
}

void LockOrders::rename_object(ObjectId from, ObjectId to) {
  Rows renamed;
  for (auto& [key, row] : rows_) {
    for (ObjectId* id : {&row.first, &row.second}) {
      if (*id == from) *id = to;
    }
    std::replace(row.guards.begin(), row.guards.end(), from, to);
    if (row.first == row.second) continue;
    const auto [place, is_new] = renamed.try_emplace(key_of(row.first, row.second), std::move(row));
    if (is_new) continue;
    place->second.by_others =
        place->second.by_others || row.by_others || row.thread != place->second.thread;
    place->second.times += row.times;
  }
  rows_ = std::move(renamed);
}

}  // namespace inspector::model
