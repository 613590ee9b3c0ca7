// The verbs of probe.hpp: what each fact does to the live page, and at which level it becomes an event.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/clock.hpp"
#include "probe/probe.hpp"
#include "probe/runtime/call_sites.hpp"
#include "probe/runtime/live_process.hpp"
#include "wire/payload.hpp"

namespace mp::probe::detail {
namespace {

using wire::EventKind;
using wire::ThreadState;

bool at_least(Level wanted) noexcept { return level() >= wanted; }

std::uint32_t saturated(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(value, 0xffff'ffffu));
}

struct WaitKinds {
  EventKind begin;
  EventKind failed;     // None: nothing to say
  EventKind succeeded;  // None: the verb that follows says it
};

WaitKinds kinds_of(ThreadState state) noexcept {
  switch (state) {
    case ThreadState::LockWait: return {EventKind::LockWait, EventKind::LockFail, EventKind::None};
    case ThreadState::QueueGet: return {EventKind::QueueGetWait, EventKind::QueueGetFail, EventKind::None};
    case ThreadState::QueuePut: return {EventKind::QueuePutWait, EventKind::QueuePutFail, EventKind::None};
    case ThreadState::Join: return {EventKind::JoinWait, EventKind::JoinDone, EventKind::JoinDone};
    case ThreadState::SemaphoreWait: return {EventKind::SemaphoreWait, EventKind::SemaphoreFail, EventKind::None};
    case ThreadState::ConditionWait:
      return {EventKind::ConditionWait, EventKind::ConditionWoken, EventKind::ConditionWoken};
    case ThreadState::EventWait: return {EventKind::EventWait, EventKind::EventWoken, EventKind::EventWoken};
    case ThreadState::BarrierWait: return {EventKind::BarrierWait, EventKind::BarrierWoken, EventKind::BarrierWoken};
    case ThreadState::ConnectionSend:
      return {EventKind::ConnectionSendWait, EventKind::ConnectionWoken, EventKind::ConnectionWoken};
    default: return {EventKind::ConnectionWait, EventKind::ConnectionWoken, EventKind::ConnectionWoken};
  }
}

std::atomic<std::uint32_t> auto_numbers[32];

std::string name_of(const Announcement& what) {
  if (!what.name.empty()) return std::string(what.name.substr(0, 200));
  const auto kind = static_cast<std::size_t>(what.kind) % std::size(auto_numbers);
  const std::uint32_t number = auto_numbers[kind].fetch_add(1, std::memory_order_relaxed) + 1;
  std::string name = wire::object_kind_name(what.kind);
  if (!what.type.empty()) name.append("<").append(what.type.substr(0, 100)).append(">");
  return name.append("-").append(std::to_string(number));
}

std::string site_of(const std::source_location& site) {
  if (site.line() == 0) return {};
  std::string_view file = site.file_name();
  // The last two components find the place; the rest is somebody's disk.
  if (const auto slash = file.rfind('/'); slash != std::string_view::npos && slash > 0) {
    if (const auto before = file.rfind('/', slash - 1); before != std::string_view::npos) file.remove_prefix(before + 1);
  }
  return std::string(file).append(":").append(std::to_string(site.line()));
}

Handle handle_of(std::uint64_t held) noexcept { return static_cast<Handle>(held) & ~wire::kTold; }

void list_held(wire::ThreadSlot& slot, std::uint64_t entry) noexcept {
  const std::uint32_t count = slot.held_count.load(std::memory_order_relaxed);
  if (count < wire::kHeldPerThread) [[likely]] {
    slot.held[count].store(entry, std::memory_order_relaxed);
    slot.held_count.store(count + 1, std::memory_order_release);
    return;
  }
  // Full. An older entry of the same lock was freed by somebody else: it makes room.
  for (auto& held : slot.held) {
    if (handle_of(held.load(std::memory_order_relaxed)) == handle_of(entry)) {
      held.store(entry, std::memory_order_relaxed);
      return;
    }
  }
  slot.held_count.store(count + 1, std::memory_order_relaxed);
}

// Takes the entry of this lock out of the list and returns it. 0: this thread does not list it; it is somebody else's.
std::uint64_t unlist_held(wire::ThreadSlot& slot, Handle object) noexcept {
  const std::uint32_t count = slot.held_count.load(std::memory_order_relaxed);
  const std::uint32_t listed = std::min(count, wire::kHeldPerThread);
  for (std::uint32_t i = listed; i-- > 0;) {
    const std::uint64_t entry = slot.held[i].load(std::memory_order_relaxed);
    if (handle_of(entry) != object) continue;
    slot.held[i].store(slot.held[listed - 1].load(std::memory_order_relaxed), std::memory_order_relaxed);
    slot.held[listed - 1].store(entry, std::memory_order_relaxed);
    slot.held_count.store(count - 1, std::memory_order_release);
    return entry;
  }
  if (count <= listed) return 0;
  slot.held_count.store(count - 1, std::memory_order_relaxed);
  return object;  // beyond the list: ours, but nothing more is known
}

}  // namespace

Handle announce(const Announcement& what) noexcept {
  const LiveFile* file = live();
  if (file == nullptr) return 0;
  const int saved = errno;
  const Handle handle = next_handle();
  try {
    wire::ObjectInfo info;
    info.kind = what.kind;
    info.how = static_cast<std::uint16_t>(what.how);
    info.device = what.identity.device;
    info.inode = what.identity.inode;
    info.offset = what.identity.offset;
    info.capacity = what.capacity;
    info.name = name_of(what);
    info.site = site_of(what.site);
    declare(*file, EventKind::Declare, thread_index(*file), handle, 0, 0, wire::encode(info));
  } catch (...) {
    file->header->declarations_lost.fetch_add(1, std::memory_order_relaxed);
  }
  if (wire::ObjectSlot* slot = object_slot(*file, handle)) {
    slot->kind.store(static_cast<std::uint32_t>(what.kind), std::memory_order_relaxed);
  }
  errno = saved;
  return handle;
}

void other_end(Handle object, const OtherEnd& peer) noexcept {
  const LiveFile* file = live();
  if (file == nullptr || object == 0) return;
  const int saved = errno;
  try {
    const wire::PeerInfo info{.device = peer.identity.device,
                              .inode = peer.identity.inode,
                              .offset = peer.identity.offset,
                              .pid = peer.pid,
                              .local = std::string(peer.local),
                              .remote = std::string(peer.remote)};
    declare(*file, EventKind::Peer, thread_index(*file), object, 0, 0, wire::encode(info));
  } catch (...) {
    file->header->declarations_lost.fetch_add(1, std::memory_order_relaxed);
  }
  errno = saved;
}

void lent(Handle object) noexcept {
  const LiveFile* file = live();
  if (file == nullptr || object == 0) return;
  const int saved = errno;
  declare(*file, EventKind::Lent, thread_index(*file), object, 0, 0, {});
  errno = saved;
}

void retire(Handle object) noexcept {
  const LiveFile* file = live_if_open();
  if (file == nullptr || object == 0) return;
  emit(*file, EventKind::Retire, thread_index(*file), object, 0, 0, os::monotonic_ns());
  free_object_slot(*file, object);
}

void lock_acquired(Handle object, std::uint64_t acquisition, std::uint64_t waited_ns,
                   const os::Caller& caller) noexcept {
  const LiveFile* file = live();
  if (file == nullptr || object == 0) return;
  const Level now = level();
  const bool told = now == Level::Full || (now == Level::Normal && waited_ns != 0);
  // Before the live page says that it is held: the event that tells of it must follow at once.
  const std::uint64_t site = now == Level::Full ? call_site(*file, caller) : 0;
  if (wire::ThreadSlot* slot = thread_slot(*file)) {
    list_held(*slot, (acquisition << 32) | object | (told ? wire::kTold : 0));
  }
  if (told) {
    emit(*file, EventKind::LockGot, thread_index(*file), object, static_cast<std::uint32_t>(acquisition),
         std::min(waited_ns, wire::kMostWaited) | site << wire::kCallSiteShift, os::monotonic_ns());
  }
}

void lock_released(Handle object, std::uint64_t acquisition) noexcept {
  const LiveFile* file = live();
  if (file == nullptr || object == 0) return;
  wire::ThreadSlot* slot = thread_slot(*file);
  const std::uint64_t entry = slot != nullptr ? unlist_held(*slot, object) : 0;
  if (entry == 0 || (entry & wire::kTold) != 0) {
    emit(*file, EventKind::LockFree, thread_index(*file), object, static_cast<std::uint32_t>(acquisition), 0,
         os::monotonic_ns());
  }
}

void moved(EventKind kind, Handle object, std::uint64_t number, std::uint64_t bytes) noexcept {
  const LiveFile* file = live();
  if (file == nullptr || object == 0) return;
  const bool in = kind == EventKind::QueuePut || kind == EventKind::ConnectionSend;
  if (object_slot(*file, object) != nullptr) count(object, in, number, bytes);
  if (at_least(Level::Normal)) {
    emit(*file, kind, thread_index(*file), object, saturated(bytes), number, os::monotonic_ns());
  }
}

void fact(EventKind kind, Handle object, std::uint32_t c, std::uint64_t a) noexcept {
  const LiveFile* file = live();
  if (file == nullptr) return;
  emit(*file, kind, thread_index(*file), object, c, a, os::monotonic_ns());
}

void note(std::string_view text) noexcept {
  const LiveFile* file = live();
  wire::ThreadSlot* slot = file != nullptr ? thread_slot(*file) : nullptr;
  if (slot == nullptr) return;
  char padded[wire::kNoteBytes] = {};
  std::memcpy(padded, text.data(), std::min(text.size(), sizeof padded - 1));
  const std::uint32_t seq = slot->note_seq.load(std::memory_order_relaxed);
  slot->note_seq.store(seq + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  std::memcpy(slot->note, padded, sizeof padded);
  slot->note_seq.store(seq + 2, std::memory_order_release);
}

void mark(std::string_view text) noexcept {
  const LiveFile* file = live();
  if (file != nullptr) declare(*file, EventKind::Mark, thread_index(*file), 0, 0, 0, text.substr(0, 4096));
}

void log(int level, std::string_view text) noexcept {
  const LiveFile* file = live();
  if (file == nullptr) return;
  const std::uint16_t thread = thread_index(*file);
  const auto number = static_cast<std::uint32_t>(std::max(level, 0));
  // Declarations are for ever: half of their place is kept for what later facts cannot be understood without.
  const bool room = file->header->declared_bytes.load(std::memory_order_relaxed) < wire::kDeclarationsBytes / 2;
  if (!room || !declare(*file, EventKind::Log, thread, 0, number, 0, text.substr(0, 4096))) {
    emit(*file, EventKind::Log, thread, 0, number, text.size(), os::monotonic_ns());
  }
}

WaitState wait_begin(ThreadState state, Handle object, std::uint64_t detail) noexcept {
  const LiveFile* file = live();
  wire::ThreadSlot* slot = file != nullptr ? thread_slot(*file) : nullptr;
  if (slot == nullptr) return {};
  const WaitState wait{os::monotonic_ns(), slot->wait_number.load(std::memory_order_relaxed) + 1};
  set_thread_state(*slot, state, object, wait.number, wait.since_ns);
  if (at_least(Level::Normal)) {
    emit(*file, kinds_of(state).begin, thread_index(*file), object, wait.number, detail, wait.since_ns);
  }
  return wait;
}

WaitState wait_begin(std::span<const wire::Awaited> things, std::size_t count, std::uint64_t timeout) noexcept {
  const LiveFile* file = live();
  if (file != nullptr) list_awaited(*file, things, saturated(count));
  return wait_begin(ThreadState::Wait, 0, timeout);
}

std::uint64_t wait_end(ThreadState state, Handle object, WaitState wait, bool success) noexcept {
  const std::uint64_t now = os::monotonic_ns();
  const std::uint64_t waited = std::max<std::uint64_t>(1, now - wait.since_ns);
  const LiveFile* file = live_if_open();
  wire::ThreadSlot* slot = file != nullptr ? thread_slot(*file) : nullptr;
  if (slot == nullptr) return waited;
  set_thread_state(*slot, ThreadState::Running, 0, wait.number, now);
  if (wire::ObjectSlot* totals = object != 0 ? object_slot(*file, object) : nullptr) {
    // Waiters are not serialised by the object.
    totals->blocked.fetch_add(1, std::memory_order_relaxed);
    totals->blocked_ns.fetch_add(waited, std::memory_order_relaxed);
  }
  const WaitKinds kinds = kinds_of(state);
  const EventKind kind = success ? kinds.succeeded : kinds.failed;
  if (kind != EventKind::None && at_least(Level::Normal)) {
    emit(*file, kind, thread_index(*file), object, wait.number, waited, now);
  }
  return waited;
}

}  // namespace mp::probe::detail
