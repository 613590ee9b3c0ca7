#include "model/reduce.hpp"

#include <array>

namespace inspector::model {
namespace {

using Kind = wire::EventKind;
using State = wire::ThreadState;

Queue* queue_of(Tables& tables, const Fact& fact) {
  const ObjectId id = object_of(tables, fact);
  return id == 0 ? nullptr : &tables.queues.touch(id);
}

// The item's number says how far this side is; and whoever moved an item waits no longer.
bool moved(Tables& tables, const Fact& fact, State wait, std::uint64_t put, std::uint64_t get) {
  Queue* row = queue_of(tables, fact);
  if (row == nullptr) return false;
  const std::uint64_t capacity = tables.objects.find(row->object)->capacity;
  if (tables.queues.saw(*row, put, get, capacity, tables.now_ns)) {
    (put != 0 ? row->last_put_ns : row->last_get_ns) = fact.t_ns;
    (put != 0 ? row->last_putter : row->last_getter) = fact.thread;
  }
  const Handling by{fact.t_ns, fact.thread};
  if (put != 0) row->trace.put(put, by, fact.event.c, row->gets);
  if (get != 0) row->trace.got(get, by, fact.event.c, row->gets);
  Thread* thread = tables.threads.touch(fact.thread);
  if (thread != nullptr && thread->state == wait) {
    tables.threads.end_wait_on(*thread, row->object, WaitOutcome::Done, fact.t_ns);
  }
  return true;
}

bool put(Tables& tables, const Fact& fact) {
  return moved(tables, fact, State::QueuePut, fact.event.a, 0);
}
bool get(Tables& tables, const Fact& fact) {
  return moved(tables, fact, State::QueueGet, 0, fact.event.a);
}
bool put_waits(Tables& tables, const Fact& fact) {
  return begin_wait(tables, fact, State::QueuePut);
}
bool get_waits(Tables& tables, const Fact& fact) {
  return begin_wait(tables, fact, State::QueueGet);
}

bool put_failed(Tables& tables, const Fact& fact) {
  Queue* row = queue_of(tables, fact);
  if (row == nullptr) return false;
  ++row->full;
  return end_wait(tables, fact, WaitOutcome::Failed);
}

bool get_failed(Tables& tables, const Fact& fact) {
  Queue* row = queue_of(tables, fact);
  if (row == nullptr) return false;
  ++row->empty;
  return end_wait(tables, fact, WaitOutcome::Failed);
}

constexpr std::array kReducers = {
    Subscription{Kind::QueuePut, put},
    Subscription{Kind::QueueGet, get},
    Subscription{Kind::QueuePutWait, put_waits},
    Subscription{Kind::QueueGetWait, get_waits},
    Subscription{Kind::QueuePutFail, put_failed},
    Subscription{Kind::QueueGetFail, get_failed},
};

}  // namespace

std::span<const Subscription> queue_reducers() noexcept { return kReducers; }

}  // namespace inspector::model
