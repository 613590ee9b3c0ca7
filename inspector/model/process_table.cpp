#include "model/process_table.hpp"

#include <algorithm>
#include <utility>

namespace inspector::model {
namespace {

// Parents are what their children say: a line of them may be a ring.
constexpr std::size_t kMaxAncestors = 1024;

}  // namespace

const Process* ProcessTable::find(Puid puid) const noexcept {
  const auto at = rows_.find(puid);
  return at == rows_.end() ? nullptr : &at->second;
}

Process* ProcessTable::edit(Puid puid) noexcept {
  const auto at = rows_.find(puid);
  return at == rows_.end() ? nullptr : &at->second;
}

Process* ProcessTable::touch(Puid puid) {
  const auto at = rows_.lower_bound(puid);
  if (at != rows_.end() && at->first == puid) return &at->second;
  if (puid == 0 || rows_.size() >= kMaxRows) return nullptr;
  Process& row = rows_.emplace_hint(at, puid, Process{})->second;
  row.puid = puid;
  row.serial = next_serial_++;
  return &row;
}

std::vector<const Process*> ProcessTable::in_tree_order() const {
  std::map<Puid, std::vector<const Process*>> children;
  std::vector<const Process*> pending;
  for (const auto& [puid, row] : rows_) {
    const bool is_root = row.parent == 0 || row.parent == puid || find(row.parent) == nullptr;
    (is_root ? pending : children[row.parent]).push_back(&row);
  }
  // A stack: what is to be listed first is pushed last.
  const auto later_first = [](const Process* a, const Process* b) { return a->serial > b->serial; };
  std::sort(pending.begin(), pending.end(), later_first);
  std::vector<const Process*> order;
  while (!pending.empty()) {
    const Process* row = pending.back();
    pending.pop_back();
    order.push_back(row);
    if (auto own = children.extract(row->puid)) {
      std::sort(own.mapped().begin(), own.mapped().end(), later_first);
      pending.insert(pending.end(), own.mapped().begin(), own.mapped().end());
    }
  }
  // What is left stands in a ring of parents, which only a liar can say.
  for (const auto& [parent, rows] : children) order.insert(order.end(), rows.begin(), rows.end());
  return order;
}

std::vector<const Process*> ProcessTable::children_of(Puid puid) const {
  std::vector<const Process*> out;
  for (const auto& [key, row] : rows_) {
    if (row.parent == puid && key != puid) out.push_back(&row);
  }
  std::sort(out.begin(), out.end(),
            [](const Process* a, const Process* b) { return a->serial < b->serial; });
  return out;
}

std::size_t ProcessTable::depth_of(Puid puid) const noexcept {
  std::size_t depth = 0;
  for (const Process* row = find(puid); row != nullptr && depth < kMaxAncestors; ++depth) {
    row = row->parent == 0 ? nullptr : find(row->parent);
    if (row == nullptr) break;
  }
  return depth;
}

std::size_t ProcessTable::alive_count() const noexcept {
  return static_cast<std::size_t>(std::count_if(rows_.begin(), rows_.end(), [](const auto& entry) {
    return entry.second.life != Life::Dead && entry.second.life != Life::Unknown;
  }));
}

void ProcessTable::hello(Process& row, const wire::ProcessInfo& info) {
  row.introduced = true;
  row.parent = info.parent;
  row.root = info.root;
  row.pid = info.pid;
  row.parent_pid = info.parent_pid;
  row.start_ticks = info.start_ticks;
  row.inherited_upto = info.inherited_upto;
  row.level = info.level;
  row.method = static_cast<wire::StartMethod>(info.method);
  row.daemon = info.daemon != 0;
  row.name = info.name;
  row.exe = info.exe;
  row.command_line = info.command_line;
  row.host = info.host;
  row.born_ns = info.born_ns;
}

bool ProcessTable::died(Process& row, std::optional<std::int32_t> exit, std::uint64_t t_ns) {
  // The parent's word is final; the reporter may have noticed earlier without knowing how.
  if (exit) row.exit = exit;
  if (row.life == Life::Dead) return false;
  row.life = Life::Dead;
  row.ended_ns = t_ns;
  return true;
}

void ProcessTable::everyone_unknown() {
  for (auto& [puid, row] : rows_) {
    if (row.life == Life::Starting || row.life == Life::Alive) row.life = Life::Unknown;
  }
}

bool ProcessTable::sound() const noexcept {
  return rows_.size() <= kMaxRows && std::all_of(rows_.begin(), rows_.end(), [](const auto& entry) {
           return entry.first != 0 && entry.first == entry.second.puid;
         });
}

}  // namespace inspector::model
