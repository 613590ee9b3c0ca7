// The hook verbs: mechanism states a fact in one line, where it becomes true. Nobody here knows who listens.
//
// All verbs are noexcept, keep errno, take no lock, allocate nothing on hot paths and never block. What they cost:
// level 0 one load and a predicted branch; level 1 (stand-by) a few stores into the live page; level 2 an event for
// everything that waited and for every queue and connection operation; level 3 an event for every operation.
// fork: the child forgets its parent's live file first thing and opens its own at the first fact.
#pragma once

#include <cstdint>
#include <source_location>
#include <span>
#include <string_view>

#include "os/call_stack.hpp"
#include "probe/hot.hpp"
#include "wire/awaited.hpp"
#include "wire/kinds.hpp"

#ifndef MP_PROBES
#define MP_PROBES 1
#endif

namespace mp::probe {

enum class Level : std::uint32_t { Off = 0, Standby = 1, Normal = 2, Full = 3 };

// An object as this process knows it; 0 = not announced. Forked children keep their parent's handles.
using Handle = std::uint32_t;

// The kernel's identity of an object: the same in every process of the host.
struct Identity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t offset = 0;
};

struct Announcement {
  wire::ObjectKind kind = wire::ObjectKind::None;
  Identity identity;
  std::string_view name;  // empty: Lock-1, Queue-2, ..., with a type Value<double>-3
  std::string_view type;
  std::source_location site;
  std::uint64_t capacity = 0;
  wire::Acquired how = wire::Acquired::Created;
};

// What is known of the other end of a connection; names as in wire::PeerInfo.
struct OtherEnd {
  Identity identity;  // inode 0: not known
  std::uint32_t pid = 0;
  std::string_view local;
  std::string_view remote;
};

namespace detail {

Handle announce(const Announcement& what) noexcept;
void other_end(Handle object, const OtherEnd& peer) noexcept;
void lent(Handle object) noexcept;
void retire(Handle object) noexcept;
void lock_acquired(Handle object, std::uint64_t acquisition, std::uint64_t waited_ns,
                   const os::Caller& caller) noexcept;
void lock_released(Handle object, std::uint64_t acquisition) noexcept;
void moved(wire::EventKind kind, Handle object, std::uint64_t number, std::uint64_t bytes) noexcept;
void fact(wire::EventKind kind, Handle object, std::uint32_t c, std::uint64_t a) noexcept;
void note(std::string_view text) noexcept;
void mark(std::string_view text) noexcept;
void log(int level, std::string_view text) noexcept;
struct WaitState {
  std::uint64_t since_ns = 0;  // 0 = not recorded
  std::uint32_t number = 0;
};
WaitState wait_begin(wire::ThreadState state, Handle object, std::uint64_t detail) noexcept;
WaitState wait_begin(std::span<const wire::Awaited> things, std::size_t count, std::uint64_t timeout) noexcept;
std::uint64_t wait_end(wire::ThreadState state, Handle object, WaitState wait, bool success) noexcept;

}  // namespace detail

inline Level level() noexcept {
#if MP_PROBES
  return Level{detail::level_now()};
#else
  return Level::Off;
#endif
}
inline bool off() noexcept { return level() == Level::Off; }

// --- objects -------------------------------------------------------------------------------------------------------

// Declares an object and returns its handle; 0 when off. Not a hot path: writes the declaration into the live file.
inline Handle announce(const Announcement& what) noexcept { return off() ? 0 : detail::announce(what); }

// Who is at the other end of a connection. Not a hot path.
inline void other_end(Handle object, const OtherEnd& peer) noexcept {
  if (!off()) detail::other_end(object, peer);
}

// The descriptor of a connection was given out, and may go anywhere. Not a hot path.
inline void lent(Handle object) noexcept {
  if (!off()) detail::lent(object);
}

// This process has closed its last handle of the object.
inline void retire(Handle object) noexcept {
  if (!off()) detail::retire(object);
}

// --- waiting -------------------------------------------------------------------------------------------------------

// Around anything that may block; begins before the blocking call. `detail` is the timeout in ns (or kNoTimeout); for
// joins the puid waited for. end() says how it went and returns the waited ns, at least 1 (0 when off); a Wait that is
// destroyed without end() has failed (timeout, error, exception).
// Success of a lock or queue wait is told by lock_acquired / queue_put / queue_got that follow.
class Wait {
 public:
  Wait(wire::ThreadState state, Handle object, std::uint64_t detail) noexcept : state_(state), object_(object) {
    if (!off()) wait_ = detail::wait_begin(state, object, detail);
  }
  // For the first that is ready of `count` things, of which kAwaitedListed at most are told.
  Wait(std::span<const wire::Awaited> things, std::size_t count, std::uint64_t timeout) noexcept
      : state_(wire::ThreadState::Wait), object_(0) {
    if (!off()) wait_ = detail::wait_begin(things, count, timeout);
  }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;
  ~Wait() {
    if (wait_.since_ns != 0) end(false);
  }
  std::uint64_t end(bool success) noexcept {
    if (wait_.since_ns == 0) return 0;
    const std::uint64_t waited = detail::wait_end(state_, object_, wait_, success);
    wait_.since_ns = 0;
    return waited;
  }

 private:
  wire::ThreadState state_;
  Handle object_;
  detail::WaitState wait_;
};

// --- locks ---------------------------------------------------------------------------------------------------------

// Call while holding the lock. `acquisition` is the lock's own counter (1, 2, ...); waited_ns = 0 means uncontended.
// `caller`: where the user's code took it from; told at level 3, not looked at below.
inline void lock_acquired(Handle object, std::uint64_t acquisition, std::uint64_t waited_ns = 0,
                          const os::Caller& caller = {}) noexcept {
  const Level now = level();
  if (now == Level::Off) return;
  if (waited_ns == 0 && now != Level::Full && detail::hold(object, acquisition)) return;
  detail::lock_acquired(object, acquisition, waited_ns, caller);
}

// Call while still holding it, just before the store that frees it.
inline void lock_released(Handle object, std::uint64_t acquisition) noexcept {
  if (!off() && !detail::unhold(object)) detail::lock_released(object, acquisition);
}

// This thread has learned that the owner is dead; c = low half of the dead owner's acquisition number.
inline void lock_owner_died(Handle object, std::uint64_t acquisition, std::uint32_t dead_pid) noexcept {
  if (!off()) detail::fact(wire::EventKind::LockOwnerDied, object, static_cast<std::uint32_t>(acquisition), dead_pid);
}

// --- queues and connections ----------------------------------------------------------------------------------------

namespace detail {

inline void moved_in_or_out(wire::EventKind kind, bool in, Handle object, std::uint64_t number,
                            std::uint64_t bytes) noexcept {
  const Level now = level();
  if (now == Level::Off || (now == Level::Standby && count(object, in, number, bytes))) return;
  moved(kind, object, number, bytes);
}

}  // namespace detail

// Call inside the critical section of that side. `number` is the item's number in the queue: 1, 2, ...
inline void queue_put(Handle object, std::uint64_t number, std::uint64_t bytes) noexcept {
  detail::moved_in_or_out(wire::EventKind::QueuePut, true, object, number, bytes);
}
inline void queue_got(Handle object, std::uint64_t number, std::uint64_t bytes) noexcept {
  detail::moved_in_or_out(wire::EventKind::QueueGet, false, object, number, bytes);
}
// `number` counts the messages of this end, 1, 2, ...
inline void connection_sent(Handle object, std::uint64_t number, std::uint64_t bytes) noexcept {
  detail::moved_in_or_out(wire::EventKind::ConnectionSend, true, object, number, bytes);
}
inline void connection_received(Handle object, std::uint64_t number, std::uint64_t bytes) noexcept {
  detail::moved_in_or_out(wire::EventKind::ConnectionRecv, false, object, number, bytes);
}

// A rare fact, recorded from stand-by on: recovered locks, auth failures, EOF, accepted, signals sent, ...
inline void fact(wire::EventKind kind, Handle object = 0, std::uint32_t c = 0, std::uint64_t a = 0) noexcept {
  if (!off()) detail::fact(kind, object, c, a);
}

// One operation on a semaphore, condition, event or barrier: recorded at level 2 if it waited, at level 3 always.
inline void operation(wire::EventKind kind, Handle object, std::uint32_t c, std::uint64_t waited_ns = 0) noexcept {
  const Level now = level();
  if (now == Level::Full || (now == Level::Normal && waited_ns != 0)) detail::fact(kind, object, c, waited_ns);
}

// --- the user's words ----------------------------------------------------------------------------------------------

inline void note(std::string_view text) noexcept {
  if (!off()) detail::note(text);
}
inline void mark(std::string_view text) noexcept {
  if (!off()) detail::mark(text);
}
// `level` in Python's numbers: 10 debug, 20 info, 30 warning, ...
inline void log(int level, std::string_view text) noexcept {
  if (!off()) detail::log(level, text);
}

}  // namespace mp::probe
