#include "model/object_table.hpp"

#include <algorithm>

namespace inspector::model {
namespace {

constexpr std::size_t kMaxAncestors = 1024;

void take_larger(std::uint64_t& known, std::uint64_t value) noexcept {
  known = std::max(known, value);
}

void take_larger(wire::ObjectCounters& known, const wire::ObjectCounters& value) noexcept {
  take_larger(known.in, value.in);
  take_larger(known.out, value.out);
  take_larger(known.in_bytes, value.in_bytes);
  take_larger(known.out_bytes, value.out_bytes);
  take_larger(known.blocked, value.blocked);
  take_larger(known.blocked_ns, value.blocked_ns);
  take_larger(known.in_number, value.in_number);
  take_larger(known.out_number, value.out_number);
}

}  // namespace

wire::ObjectCounters Object::totals() const noexcept {
  wire::ObjectCounters sum;
  for (const auto& [puid, ref] : users) {
    sum.in += ref.counters.in;
    sum.out += ref.counters.out;
    sum.in_bytes += ref.counters.in_bytes;
    sum.out_bytes += ref.counters.out_bytes;
    sum.blocked += ref.counters.blocked;
    sum.blocked_ns += ref.counters.blocked_ns;
    take_larger(sum.in_number, ref.counters.in_number);
    take_larger(sum.out_number, ref.counters.out_number);
  }
  return sum;
}

std::size_t Object::open_users() const noexcept {
  return static_cast<std::size_t>(std::count_if(
      users.begin(), users.end(), [](const auto& user) { return user.second.open(); }));
}

const Object* ObjectTable::find(ObjectId id) const noexcept {
  return id == 0 || id > rows_.size() ? nullptr : &rows_[id - 1];
}

Object* ObjectTable::edit(ObjectId id) noexcept {
  return id == 0 || id > rows_.size() ? nullptr : &rows_[id - 1];
}

ObjectId ObjectTable::lookup(Puid process, std::uint32_t handle) const noexcept {
  const auto at = bindings_.find({process, handle});
  return at == bindings_.end() ? 0 : at->second;
}

ObjectId ObjectTable::by_key(const KernelKey& key) const noexcept {
  const auto at = keys_.find(key);
  return at == keys_.end() ? 0 : at->second;
}

std::vector<const Object*> ObjectTable::of_kind(wire::ObjectKind kind) const {
  std::vector<const Object*> out;
  for (const Object& row : rows_) {
    if (row.kind == kind && row.merged_into == 0) out.push_back(&row);
  }
  return out;
}

auto ObjectTable::owner(const ProcessTable& processes, Puid process,
                        std::uint32_t handle) const noexcept -> HandleKey {
  HandleKey key{process, handle};
  for (std::size_t step = 0; step < kMaxAncestors && !bindings_.contains(key); ++step) {
    const Process* row = processes.find(key.process);
    if (row == nullptr || row->parent == 0 || handle > row->inherited_upto) break;
    key.process = row->parent;
  }
  return key;
}

ObjectId ObjectTable::make(std::uint64_t t_ns) {
  if (rows_.size() >= kMaxRows) return 0;
  const auto id = static_cast<ObjectId>(rows_.size() + 1);
  Object& row = rows_.emplace_back();
  row.id = id;
  row.first_seen_ns = t_ns;
  return id;
}

ObjectRef* ObjectTable::use(Object& row, Puid process, std::uint32_t handle, wire::Acquired how,
                            std::uint64_t t_ns) {
  const auto at = row.users.find(process);
  if (at != row.users.end()) return &at->second;
  if (row.users.size() >= kMaxUsers) return nullptr;
  return &row.users.emplace(process, ObjectRef{.handle = handle, .how = how, .since_ns = t_ns})
              .first->second;
}

ObjectId ObjectTable::touch(const ProcessTable& processes, Puid process, std::uint32_t handle,
                            std::uint64_t t_ns) {
  if (handle == 0 || process == 0) return 0;
  if (const ObjectId known = lookup(process, handle)) return known;
  const HandleKey key = owner(processes, process, handle);
  const auto at = bindings_.find(key);
  const ObjectId id = at != bindings_.end() ? at->second : make(t_ns);
  if (id == 0) return 0;
  bindings_[key] = id;
  bindings_[{process, handle}] = id;
  use(rows_[id - 1], process, handle,
      key.process == process ? wire::Acquired::Opened : wire::Acquired::Inherited, t_ns);
  return id;
}

ObjectTable::Declared ObjectTable::declare(const ProcessTable& processes, Puid process,
                                           std::uint32_t handle, const wire::ObjectInfo& info,
                                           std::uint64_t t_ns) {
  const KernelKey key{info.device, info.inode, info.offset};
  const auto how = static_cast<wire::Acquired>(info.how);
  auto known = key.known() ? keys_.find(key) : keys_.end();
  // Shared memory is used again: another creation at the same place is another object.
  if (known != keys_.end() && how == wire::Acquired::Created &&
      rows_[known->second - 1].creator != 0 && lookup(process, handle) != known->second) {
    keys_.erase(known);
    known = keys_.end();
  }
  if (known != keys_.end() && process != 0 && handle != 0 &&
      !bindings_.contains(owner(processes, process, handle))) {
    bindings_[{process, handle}] = known->second;
  }
  ObjectId id = touch(processes, process, handle, t_ns);
  if (id == 0) return {};
  Declared result{id, 0};
  if (known != keys_.end() && known->second != id) {
    // Same kernel object: what this handle was taken for is that one.
    if (!rows_[id - 1].declared || rows_[id - 1].key == key) {
      absorb(id, known->second);
      result.absorbed = id;
    } else {
      // The handle meant something else before, and its number is used again.
      bindings_[{process, handle}] = known->second;
    }
    result.id = id = known->second;
  } else if (rows_[id - 1].declared && rows_[id - 1].key != key) {
    result.id = id = make(t_ns);
    if (id == 0) return {};
    bindings_[{process, handle}] = id;
  }
  Object& row = rows_[id - 1];
  if (key.known()) keys_[key] = id;
  if (!row.declared || how == wire::Acquired::Created) {
    row.kind = info.kind;
    row.capacity = info.capacity;
    row.key = key;
    row.creator = how == wire::Acquired::Created ? process : row.creator;
    row.site = info.site;
    row.name = info.name;
  }
  row.declared = true;
  if (ObjectRef* ref = use(row, process, handle, how, t_ns)) {
    ref->handle = handle;
    ref->how = how;
    ref->until_ns = 0;
  }
  return result;
}

void ObjectTable::absorb(ObjectId from, ObjectId to) {
  for (auto& [key, id] : bindings_) {
    if (id == from) id = to;
  }
  Object& source = rows_[from - 1];
  Object& target = rows_[to - 1];
  for (const auto& [puid, ref] : source.users) {
    ObjectRef* kept = use(target, puid, ref.handle, ref.how, ref.since_ns);
    if (kept == nullptr) continue;
    take_larger(kept->counters, ref.counters);
  }
  if (target.unlinked_ns == 0) target.unlinked_ns = source.unlinked_ns;
  if (target.unlinked_by == 0) target.unlinked_by = source.unlinked_by;
  source.users.clear();
  source.merged_into = to;
}

void ObjectTable::retire(ObjectId id, Puid process, std::uint64_t t_ns) {
  Object* row = edit(id);
  if (row == nullptr) return;
  const auto at = row->users.find(process);
  if (at != row->users.end() && at->second.open()) at->second.until_ns = t_ns;
}

void ObjectTable::count(ObjectId id, Puid process, const wire::ObjectCounters& counters) {
  Object* row = edit(id);
  if (row == nullptr) return;
  const auto at = row->users.find(process);
  if (at != row->users.end()) take_larger(at->second.counters, counters);
}

void ObjectTable::inherit(const ProcessTable& processes, const Process& child, std::uint64_t t_ns) {
  if (child.inherited_upto == 0 || child.parent == 0 || child.parent == child.puid) return;
  // The parent's own handles, and what it inherited and never used itself.
  std::vector<std::pair<std::uint32_t, ObjectId>> found;
  Puid line = child.parent;
  std::uint32_t upto = child.inherited_upto;
  for (std::size_t step = 0; step < kMaxAncestors && line != 0 && upto != 0; ++step) {
    for (auto at = bindings_.lower_bound({line, 0});
         at != bindings_.end() && at->first.process == line; ++at) {
      if (at->first.handle > upto) break;
      const Object& row = rows_[at->second - 1];
      const auto user = row.users.find(line);
      if (user == row.users.end() || user->second.open())
        found.emplace_back(at->first.handle, at->second);
    }
    const Process* row = processes.find(line);
    if (row == nullptr) break;
    upto = std::min(upto, row->inherited_upto);
    line = row->parent;
  }
  for (const auto& [handle, id] : found) {
    if (!bindings_.try_emplace({child.puid, handle}, id).second) continue;
    use(rows_[id - 1], child.puid, handle, wire::Acquired::Inherited, t_ns);
  }
}

bool ObjectTable::sound() const noexcept {
  if (rows_.size() > kMaxRows) return false;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Object& row = rows_[i];
    if (row.id != i + 1 || row.merged_into > rows_.size() || row.merged_into == row.id)
      return false;
  }
  const auto there = [&](const auto& entry) {
    return entry.second != 0 && entry.second <= rows_.size();
  };
  return std::all_of(bindings_.begin(), bindings_.end(), there) &&
         std::all_of(keys_.begin(), keys_.end(), there);
}

}  // namespace inspector::model
