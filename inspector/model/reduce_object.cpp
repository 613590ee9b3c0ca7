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
using State = wire::ThreadState;

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
  }
  // Screens list a lock or queue from its birth on, not from its first use.
  if (is_lock(info->kind)) tables.locks.touch(made.id);
  if (is_queue(info->kind)) tables.queues.touch(made.id);
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
  tables.objects.count(id, fact.event.process, *info);
  const Object& row = *tables.objects.find(id);
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

// Connections.
ObjectRef* own_end(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return nullptr;
  const auto at = row->users.find(fact.event.process);
  return at == row->users.end() ? nullptr : &at->second;
}

bool sent(Tables& tables, const Fact& fact) {
  ObjectRef* ref = own_end(tables, fact);
  if (ref == nullptr) return false;
  ref->sent = std::max(ref->sent, fact.event.a);
  return true;
}

bool received(Tables& tables, const Fact& fact) {
  ObjectRef* ref = own_end(tables, fact);
  if (ref == nullptr) return false;
  ref->received = std::max(ref->received, fact.event.a);
  if (Thread* row = tables.threads.touch(fact.thread)) {
    const ObjectId id = object_of(tables, fact);
    if (row->state == State::ConnectionRecv)
      tables.threads.end_wait_on(*row, id, WaitOutcome::Done, fact.t_ns);
  }
  return true;
}

bool wait_begins(Tables& tables, const Fact& fact) {
  return begin_wait(tables, fact, State::ConnectionRecv);
}
bool woken(Tables& tables, const Fact& fact) { return end_wait(tables, fact, WaitOutcome::Done); }

bool end_of_file(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  row->eof = true;
  return true;
}

bool auth_failed(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  ++row->auth_failures;
  return true;
}

// A process says so of itself, or the reporter of whoever it was: then the first word counts.
bool unlinked(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  if (row->unlinked_ns == 0) row->unlinked_ns = fact.t_ns;
  if (fact.event.c == 0) row->unlinked_by = fact.event.process;
  return true;
}

// Known, and nothing in the state depends on them.
bool nothing(Tables& tables, const Fact& fact) {
  object_of(tables, fact);
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::Declare, declare},         Subscription{Kind::Retire, retire},
    Subscription{Kind::Counters, counters},       Subscription{Kind::ConnectionSend, sent},
    Subscription{Kind::ConnectionRecv, received}, Subscription{Kind::ConnectionWait, wait_begins},
    Subscription{Kind::ConnectionWoken, woken},   Subscription{Kind::ConnectionEof, end_of_file},
    Subscription{Kind::Accepted, nothing},        Subscription{Kind::Connected, nothing},
    Subscription{Kind::AuthOk, nothing},          Subscription{Kind::AuthFail, auth_failed},
    Subscription{Kind::Unlinked, unlinked},
    Subscription{Kind::CallSite, call_site},
};

}  // namespace

std::span<const Subscription> object_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
