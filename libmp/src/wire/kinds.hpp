// The numbers of the event format: kinds of events, states of threads, kinds of objects. Never reuse one.
// Meaning of every kind: libmp/doc/events.md.
#pragma once

#include <cstdint>

namespace mp::wire {

// Numbers are part of the format: never reuse one. Unknown kinds are kept and skipped.
// Columns "object", "c", "a" and "payload" say what these fields hold.
enum class EventKind : std::uint16_t {
  None = 0,

  // Processes. `process` is the puid of the process that the fact is about, unless said otherwise.
  Hello = 1,        // payload ProcessInfo: first event of every process
  Fork = 2,         // process = the parent; c = child's pid, a = child's puid
  Started = 3,      // the child reached its target; a = ns since its parent called start()
  Exit = 4,         // it is leaving by itself; c = exit code
  Reap = 5,         // process = the parent; c = exit code or -signal (as int32), a = child's puid
  Gone = 6,         // said by the reporter: the kernel has no such process any more; c = exit code or -signal if known else kUnknownExit
  Sample = 7,       // payload SampleInfo: once a second, read from /proc by the reporter
  SignalSent = 8,   // terminate() or kill(): process = the sender, c = signal, a = target's puid
  ThreadStart = 9,  // thread = slot; c = generation, a = tid, payload = thread's name
  ThreadEnd = 10,   // thread = slot; c = generation
  Renamed = 11,     // payload = the process's new name
  ForkRisk = 12,    // payload ForkRisk: what the fork that follows leaves behind; process = the parent, a = child's puid

  // Objects. `object` is the handle, which is local to its process.
  Declare = 20,     // payload ObjectInfo
  Retire = 21,      // this process has closed its last handle of the object
  Counters = 22,    // payload ObjectCounters: absolute, from the live page
  CallSite = 23,    // payload CallSite: c = number (1, 2, ...) of a place in this process's program that events refer to

  // Locks. c = low 32 bits of the lock's own acquisition number where there is one, else the thread's wait number.
  LockWait = 30,       // c = wait number, a = timeout in ns or ~0
  LockGot = 31,        // c = acquisition number, a = waited ns, flags = number of the call site, 0 = not recorded
  LockFail = 32,       // timeout or try: c = wait number (0: a try that did not wait), a = waited ns
  LockFree = 33,       // c = acquisition number, a = held ns (0 unless known)
  LockOwnerDied = 34,  // a waiter learned it: c = acquisition number of the dead owner, a = dead owner's pid
  LockRecovered = 35,  // c = the new acquisition number

  // Semaphores. Further ones at 100.
  SemaphoreWait = 36,  // c = wait number, a = timeout in ns or ~0
  SemaphoreGot = 37,   // c = the value then, a = waited ns
  SemaphoreFail = 38,  // timeout: c = wait number, a = waited ns
  SemaphoreFree = 39,  // c = the value then

  // Queues. a = the item's number in the queue (1, 2, ...: the same number for put and get), c = bytes (saturated).
  QueuePut = 40,
  QueueGet = 41,
  QueuePutWait = 42,  // c = wait number, a = timeout ns or ~0
  QueueGetWait = 43,
  QueuePutFail = 44,  // Full: c = wait number or 0, a = waited ns
  QueueGetFail = 45,  // Empty

  // Connections. a = number of the message at this end (1, 2, ...: the same at the other), c = bytes (saturated).
  ConnectionSendWait = 48,  // blocks because the other end does not read: c = wait number, a = timeout ns or ~0; ends as the other waits
  Lent = 49,  // its descriptor was given out: somebody unknown may use this end
  ConnectionSend = 50,
  ConnectionRecv = 51,
  ConnectionWait = 52,  // blocks in recv, poll, wait or accept: c = wait number, a = timeout ns or ~0
  ConnectionWoken = 53, // c = wait number, a = waited ns
  ConnectionEof = 54,
  Accepted = 55,  // c = handle of the listener
  Connected = 56,
  AuthOk = 57,
  AuthFail = 58,
  Peer = 59,  // payload PeerInfo: who is at the other end

  // Waiting for a process.
  JoinWait = 60,  // c = wait number, a = puid waited for
  JoinDone = 61,  // c = wait number, a = waited ns

  // Conditions, events, barriers. Waits: c = wait number, a = timeout in ns or ~0; their ends: a = waited ns.
  ConditionWait = 62,
  ConditionWoken = 63,
  ConditionNotify = 64,  // c = how many were woken
  EventWait = 65,
  EventWoken = 66,
  EventChange = 67,  // c = 1 set, 0 cleared
  BarrierWait = 68,
  BarrierWoken = 69,

  // The user's own words.
  Note = 70,  // payload = what the thread is doing now; empty = nothing in particular
  Mark = 71,  // payload = a moment worth a tick on the time strip
  Log = 72,   // c = level (Python's numbers), payload = text; none and a = its bytes: it was not kept

  // State as found on live pages; idempotent with the events above.
  ThreadState = 80,  // c = wait number, a = since (ns, CLOCK_MONOTONIC), object = waited for, flags = wire::ThreadState
  Held = 81,         // this thread holds `object`: c = acquisition number
  Unheld = 82,       // it no longer does: c = acquisition number
  WaitSet = 83,      // payload WaitSet: what this thread, in ThreadState::Wait, waits for; c = wait number

  // The stream itself.
  Lost = 90,  // a = how many events of this process were overwritten unread; its state is re-read right after
  Tick = 91,  // nothing happened up to this moment
  Bye = 92,   // the reporter has seen the whole tree end, or leaves

  // What the dead did to semaphores and barriers.
  SemaphoreOwnerDied = 100,  // a waiter learned it: c = how many permits are with the dead, a = pid of one of them
  SemaphoreRecovered = 101,  // c = how many permits were given back
  BarrierBroken = 102,       // a party learned it: c = why (wire::BarrierBreak), a = pid of the dead party or 0
  BarrierReset = 103,

  // Blocks of shared memory.
  Unlinked = 110,  // its name is gone: c = 0 taken away by this process, 1 found gone by the reporter
};

enum class BarrierBreak : std::uint32_t { Abort = 0, Timeout = 1, Death = 2, Action = 3, Interrupt = 4, Reset = 5 };

inline constexpr std::uint32_t kUnknownExit = 0x8000'0000u;
inline constexpr std::uint64_t kNoTimeout = ~std::uint64_t{0};
inline constexpr std::uint16_t kNoThread = 0xffff;

// What a thread is doing as far as libmp knows. Everything but Running is a wait.
enum class ThreadState : std::uint16_t {
  Running = 0,
  LockWait = 1,
  QueueGet = 2,
  QueuePut = 3,
  Join = 4,
  ConnectionRecv = 5,
  ConnectionSend = 6,
  Accept = 7,
  Wait = 8,  // mp::wait over several things
  SemaphoreWait = 9,
  ConditionWait = 10,
  EventWait = 11,
  BarrierWait = 12,
};

enum class ObjectKind : std::uint16_t {
  None = 0,
  Process = 1,
  Lock = 2,
  RLock = 3,
  Semaphore = 4,
  BoundedSemaphore = 5,
  Condition = 6,
  Event = 7,
  Barrier = 8,
  Queue = 9,
  JoinableQueue = 10,
  SimpleQueue = 11,
  Connection = 12,
  Listener = 13,
  SharedMemory = 14,
  Value = 15,
  Array = 16,
  Pool = 17,
  Manager = 18,
  Proxy = 19,
  ShareableList = 20,  // a SharedMemory that was laid out as one
};

// How a child came to be; Root for the first process of a tree, Helper for the one that reports.
enum class StartMethod : std::uint8_t { Root = 0, Fork = 1, Spawn = 2, Forkserver = 3, Helper = 4 };

// How a process came by an object.
enum class Acquired : std::uint16_t { Created = 0, Inherited = 1, Received = 2, Opened = 3 };

}  // namespace mp::wire
