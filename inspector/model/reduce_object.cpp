#include "model/reduce.hpp"
#include "wire/payload.hpp"

#include <algorithm>
#include <array>

namespace inspector::model {

ObjectId object_of(Tables& tables, const Fact& fact) {
  return tables.objects.touch(tables.processes, fact.event.process, fact.event.object, fact.t_ns);
}

namespace {

using Kind = wire::EventKind;

bool is_queue(wire::ObjectKind kind) noexcept {
  return kind == wire::ObjectKind::Queue || kind == wire::ObjectKind::JoinableQueue ||
         kind == wire::ObjectKind::SimpleQueue;
}
bool is_lock(wire::ObjectKind kind) noexcept {
  return kind == wire::ObjectKind::Lock || kind == wire::ObjectKind::RLock;
}

bool declare(Tables& tables, const Fact& fact) {
  const auto info = wire::decode_object_info(fact.payload);
  if (!info) return false;
  const auto made = tables.objects.declare(tables.processes, fact.event.process, fact.event.object,
                                           *info, fact.t_ns);
  if (made.id == 0) return false;
  if (made.absorbed != 0) {
    tables.threads.rename_object(made.absorbed, made.id);
    tables.locks.absorb(made.absorbed, made.id);
    tables.queues.absorb(made.absorbed, made.id, info->capacity, tables.now_ns);
    tables.connections.absorb(made.absorbed, made.id);
  }
  // Screens list an object from its birth on, not from its first use.
  if (is_lock(info->kind)) tables.locks.touch(made.id);
  if (is_queue(info->kind)) tables.queues.touch(made.id);
  if (info->kind == wire::ObjectKind::Listener) tables.connections.touch_listener(made.id);
  if (info->kind == wire::ObjectKind::Connection)
    tables.connections.declared(tables.objects, *tables.objects.find(made.id));
  return true;
}

bool retire(Tables& tables, const Fact& fact) {
  const ObjectId id = object_of(tables, fact);
  tables.objects.retire(id, fact.event.process, fact.t_ns);
  return id != 0;
}

bool counters(Tables& tables, const Fact& fact) {
  const auto info = wire::decode_object_counters(fact.payload);
  const ObjectId id = object_of(tables, fact);
  if (!info || id == 0) return false;
  const Object& row = *tables.objects.find(id);
  const auto user = row.users.find(fact.event.process);
  const ObjectRef before = user == row.users.end() ? ObjectRef{} : user->second;
  tables.objects.count(id, fact.event.process, *info);
  if (row.kind == wire::ObjectKind::Connection)
    tables.connections.counted(row, before, *info, tables.now_ns);
  if (is_queue(row.kind)) {
    tables.queues.saw(tables.queues.touch(id), info->in_number, info->out_number, row.capacity,
                      tables.now_ns);
  }
  return true;
}

bool call_site(Tables& tables, const Fact& fact) {
  const auto site = wire::decode_call_site(fact.payload);
  return site && fact.event.c <= UINT16_MAX &&
         tables.call_sites.add(fact.event.process, static_cast<std::uint16_t>(fact.event.c), *site);
}

// A process says so of itself, or the reporter of whoever it was: then the first word counts.
bool unlinked(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  if (row->unlinked_ns == 0) row->unlinked_ns = fact.t_ns;
  if (fact.event.c == 0) row->unlinked_by = fact.event.process;
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::Declare, declare},    Subscription{Kind::Retire, retire},
    Subscription{Kind::Counters, counters},  Subscription{Kind::Unlinked, unlinked},
    Subscription{Kind::CallSite, call_site},
};

}  // namespace

std::span<const Subscription> object_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
