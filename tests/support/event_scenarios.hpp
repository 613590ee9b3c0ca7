// Small true stories as event streams, for tests of the screens and of the analysis.
#pragma once

#include "support/event_builder.hpp"

namespace support {

// Two workers, two locks, each holds what the other wants. Returns after 10 s of silence.
struct DeadlockOfTwo {
  EventBuilder::Puid root = 0, left = 0, right = 0;
  EventBuilder::Thing a, b;
};

inline DeadlockOfTwo deadlock_of_two(EventBuilder& builder) {
  DeadlockOfTwo made;
  made.root = builder.root();
  made.a = builder.lock(made.root, "index", "pipeline.cpp:41");
  made.b = builder.lock(made.root, "results", "pipeline.cpp:42");
  made.left = builder.fork(made.root, "Worker-1");
  made.right = builder.fork(made.root, "Worker-2");
  builder.after(1ms).got(made.left, made.a);
  builder.got(made.right, made.b);
  builder.after(1ms).wait_lock(made.left, made.b);
  builder.wait_lock(made.right, made.a);
  builder.join(made.root, made.left);
  builder.after(10s).tick();
  return made;
}

// One producer, a bounded queue, one consumer that takes an item each 100 ms: the producer stands
// blocked at the end.
struct SlowConsumer {
  EventBuilder::Puid root = 0, producer = 0, consumer = 0;
  EventBuilder::Thing queue;
};

inline SlowConsumer slow_consumer(EventBuilder& builder, int items = 50) {
  SlowConsumer made;
  made.root = builder.root();
  made.queue = builder.queue(made.root, "jobs", 4, "pipeline.cpp:50");
  made.producer = builder.fork(made.root, "Producer");
  made.consumer = builder.fork(made.root, "Consumer");
  for (int i = 0; i < 4; ++i) builder.after(1ms).put(made.producer, made.queue);
  for (int i = 0; i < items; ++i) {
    builder.wait_put(made.producer, made.queue);
    builder.after(100ms).get(made.consumer, made.queue);
    builder.put(made.producer, made.queue);
  }
  builder.wait_put(made.producer, made.queue);
  builder.after(90ms).tick();
  return made;
}

// A leader that waits for work, for a worker's word, and for either worker's end.
inline void several_waits(EventBuilder& builder) {
  const auto root = builder.root();
  const auto jobs = builder.queue(root, "jobs", 4, "leader.cpp:7");
  const auto [to_worker, from_worker] = builder.pipe(root, "leader.cpp:8");
  const auto one = builder.fork(root, "Worker-1");
  const auto two = builder.fork(root, "Worker-2");
  builder.wait_get(one, jobs);
  builder.wait_recv(two, from_worker);
  builder.wait_any(root, {EventBuilder::any_of(jobs), EventBuilder::any_of(to_worker),
                          EventBuilder::end_of(one), EventBuilder::end_of(two), {}});
  builder.after(1s).tick();
}

// A worker gets SIGKILL while it holds a lock; another one is told and repairs.
struct KilledHolder {
  EventBuilder::Puid root = 0, victim = 0, heir = 0;
  EventBuilder::Thing lock;
};

inline KilledHolder killed_holder(EventBuilder& builder, bool recovered = true) {
  KilledHolder made;
  made.root = builder.root();
  made.lock = builder.lock(made.root, "index", "pipeline.cpp:41");
  made.victim = builder.fork(made.root, "Worker-1");
  made.heir = builder.fork(made.root, "Worker-2");
  builder.after(1ms).got(made.victim, made.lock);
  builder.note(made.victim, "compressing a.txt");
  builder.after(1ms).wait_lock(made.heir, made.lock);
  builder.after(50ms).signal(made.root, made.victim, 9);
  builder.reap(made.root, made.victim, -9);
  if (!recovered) return made;
  builder.after(20ms).owner_died(made.heir, made.lock, 1001);
  builder.recover(made.heir, made.lock);
  builder.after(1ms).free(made.heir, made.lock);
  builder.exit(made.heir);
  builder.reap(made.root, made.heir, 0);
  builder.exit(made.root);
  builder.gone(made.root);
  builder.bye();
  return made;
}

}  // namespace support
