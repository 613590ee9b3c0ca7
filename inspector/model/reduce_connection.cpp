#include "model/reduce.hpp"
#include "wire/payload.hpp"

#include <algorithm>
#include <array>

namespace inspector::model {
namespace {

using Kind = wire::EventKind;
using State = wire::ThreadState;

ConnectionEnd* end_of(Tables& tables, const Fact& fact) {
  const ObjectId id = object_of(tables, fact);
  return id == 0 ? nullptr : &tables.connections.touch(id);
}

// Whoever moved a message waits no longer.
void end_wait_for(Tables& tables, const Fact& fact, ObjectId object, State state) {
  Thread* row = tables.threads.touch(fact.thread);
  if (row != nullptr && row->state == state)
    tables.threads.end_wait_on(*row, object, WaitOutcome::Done, fact.t_ns);
}

bool sent(Tables& tables, const Fact& fact) {
  ConnectionEnd* end = end_of(tables, fact);
  if (end == nullptr) return false;
  tables.connections.sent(*end, fact.event.a, {fact.t_ns, fact.thread}, fact.event.c,
                          tables.now_ns);
  end_wait_for(tables, fact, end->object, State::ConnectionSend);
  return true;
}

bool received(Tables& tables, const Fact& fact) {
  ConnectionEnd* end = end_of(tables, fact);
  if (end == nullptr) return false;
  tables.connections.received(*end, fact.event.a, {fact.t_ns, fact.thread}, fact.event.c,
                              tables.now_ns);
  end_wait_for(tables, fact, end->object, State::ConnectionRecv);
  return true;
}

void note_waiter(Tables& tables, const Fact& fact) {
  const Object* object = tables.objects.find(object_of(tables, fact));
  if (object != nullptr && object->kind == wire::ObjectKind::Connection)
    tables.connections.touch(object->id).last_waiter = fact.event.process;
}

// What for is told by what it waits on.
State state_of_wait(const Object* object) {
  if (object == nullptr) return State::Wait;
  switch (object->kind) {
    case wire::ObjectKind::Listener:
      return State::Accept;
    case wire::ObjectKind::JoinableQueue:
      return State::Wait;
    default:
      return State::ConnectionRecv;
  }
}

bool wait_begins(Tables& tables, const Fact& fact) {
  note_waiter(tables, fact);
  return begin_wait(tables, fact, state_of_wait(tables.objects.find(object_of(tables, fact))));
}

bool send_waits(Tables& tables, const Fact& fact) {
  note_waiter(tables, fact);
  return begin_wait(tables, fact, State::ConnectionSend);
}
bool woken(Tables& tables, const Fact& fact) { return end_wait(tables, fact, WaitOutcome::Done); }

bool end_of_file(Tables& tables, const Fact& fact) {
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  row->eof = true;
  return true;
}

bool accepted(Tables& tables, const Fact& fact) {
  ConnectionEnd* end = end_of(tables, fact);
  if (end == nullptr) return false;
  end->listener =
      tables.objects.touch(tables.processes, fact.event.process, fact.event.c, fact.t_ns);
  if (end->listener == 0) return true;
  Listening& listening = tables.connections.touch_listener(end->listener);
  ++listening.accepted;
  listening.last_accepted_ns = std::max(listening.last_accepted_ns, fact.t_ns);
  return true;
}

bool auth_failed(Tables& tables, const Fact& fact) {
  if (fact.event.object == 0) {
    tables.connections.count_turned_away(fact.event.process);
    return true;
  }
  Object* row = tables.objects.edit(object_of(tables, fact));
  if (row == nullptr) return false;
  ++row->auth_failures;
  return true;
}

bool met(Tables& tables, const Fact& fact) {
  const auto peer = wire::decode_peer_info(fact.payload);
  const Object* end = tables.objects.find(object_of(tables, fact));
  if (!peer || end == nullptr) return false;
  tables.connections.met(tables.objects, *end, *peer);
  return true;
}

bool lent(Tables& tables, const Fact& fact) {
  ConnectionEnd* end = end_of(tables, fact);
  if (end == nullptr) return false;
  end->lent = true;
  return true;
}

// Known, and nothing in the state depends on them.
bool nothing(Tables& tables, const Fact& fact) {
  object_of(tables, fact);
  return true;
}

constexpr std::array kReducers = {
    Subscription{Kind::ConnectionSend, sent},
    Subscription{Kind::ConnectionRecv, received},
    Subscription{Kind::ConnectionSendWait, send_waits},
    Subscription{Kind::ConnectionWait, wait_begins},
    Subscription{Kind::ConnectionWoken, woken},
    Subscription{Kind::ConnectionEof, end_of_file},
    Subscription{Kind::Accepted, accepted},
    Subscription{Kind::Connected, nothing},
    Subscription{Kind::AuthOk, nothing},
    Subscription{Kind::AuthFail, auth_failed},
    Subscription{Kind::Lent, lent},
    Subscription{Kind::Peer, met},
};

}  // namespace

std::span<const Subscription> connection_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
