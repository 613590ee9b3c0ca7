// How facts get into the live file: declarations, ring, thread slots, object slots.

#include <algorithm>
#include <bit>
#include <cstring>

#include "os/clock.hpp"
#include "os/identity.hpp"
#include "os/shared_file.hpp"
#include "probe/hot.hpp"
#include "probe/runtime/live_process.hpp"

namespace mp::probe {
namespace {

// Memory is populated in steps that double from a page to 64 KiB: most processes are short and write little.
constexpr std::uint32_t kPage = 4096;
constexpr std::uint32_t kArenaStep = 16 * kPage;
constexpr std::uint32_t kRingFirstStep = kPage / sizeof(wire::RingSlot);
constexpr std::uint32_t kRingStep = 16 * kRingFirstStep;

constinit std::atomic<bool> arena_busy{false};
constinit std::atomic<std::uint32_t> arena_ready{detail::kDeclarationsReady};  // bytes known to be populated
constinit std::atomic<std::uint64_t> ring_ready{0};           // slots known to be populated, in the first lap
constinit std::atomic<std::uint32_t> thread_pages_ready{0};   // 8 pages
constinit std::atomic<std::uint32_t> wait_set_pages_ready{0};  // 8 pages
constexpr std::uint32_t kSlotsPerPage = kPage / sizeof(wire::ThreadSlot);
static_assert(sizeof(wire::WaitSetSlot) == sizeof(wire::ThreadSlot));

// Whether the slot may be written. `ready` has a bit for each page of its region.
template <typename Slot>
bool has_page(std::atomic<std::uint32_t>& ready, Slot* slots, std::uint32_t index) noexcept {
  const std::uint32_t page_bit = 1u << (index / kSlotsPerPage);
  if ((ready.load(std::memory_order_relaxed) & page_bit) != 0) return true;
  if (!os::populate(slots + index, sizeof(Slot))) return false;
  ready.fetch_or(page_bit, std::memory_order_relaxed);
  return true;
}

using detail::my_slot;

constinit thread_local std::uint16_t my_index = wire::kNoThread;
constinit thread_local bool my_slot_refused = false;

// Frees the slot when its thread ends; no slot is claimed again after that.
struct SlotKeeper {
  bool armed = false;
  ~SlotKeeper() {
    if (!armed) return;
    my_slot_refused = true;
    wire::ThreadSlot* slot = std::exchange(my_slot, nullptr);
    const LiveFile* file = live_if_open();
    if (slot == nullptr || file == nullptr) return;
    emit(*file, wire::EventKind::ThreadEnd, my_index, 0, slot->generation.load(std::memory_order_relaxed), 0,
         os::monotonic_ns());
    slot->tid.store(0, std::memory_order_release);
  }
};
thread_local SlotKeeper my_keeper;

// Gives up rather than waits for ever: the holder may have been interrupted by the very signal handler that calls us.
bool lock_arena() noexcept {
  for (int i = 0; i < 100'000; ++i) {
    if (!arena_busy.exchange(true, std::memory_order_acquire)) return true;
  }
  return false;
}

bool arena_has(const LiveFile& file, std::uint32_t end) noexcept {
  if (end <= arena_ready.load(std::memory_order_relaxed)) return true;
  const std::uint32_t until =
      std::min(wire::kDeclarationsBytes, (end + std::clamp(end, kPage, kArenaStep)) & ~(kPage - 1));
  const std::uint32_t ready = arena_ready.load(std::memory_order_relaxed);
  if (!os::populate(file.declarations + ready, until - ready)) return false;
  arena_ready.store(until, std::memory_order_relaxed);
  return true;
}

void start_slot(const LiveFile& file, wire::ThreadSlot& slot, std::uint16_t index) noexcept {
  const std::uint32_t generation = slot.generation.load(std::memory_order_relaxed) + 1;
  slot.generation.store(generation, std::memory_order_relaxed);
  slot.held_count.store(0, std::memory_order_relaxed);
  for (auto& held : slot.held) held.store(0, std::memory_order_relaxed);
  std::memset(slot.note, 0, sizeof slot.note);
  // Wait numbers go on where the slot's last thread left off, so that they never repeat within a slot.
  set_thread_state(slot, wire::ThreadState::Running, 0, slot.wait_number.load(std::memory_order_relaxed),
                 os::monotonic_ns());
  my_slot = &slot;
  my_index = index;
  my_keeper.armed = true;
  const std::uint32_t tid = os::thread_id();
  const bool is_main = tid == file.header->pid;
  try {
    declare(file, wire::EventKind::ThreadStart, index, 0, generation, tid, is_main ? "MainThread" : os::thread_name());
  } catch (...) {
    // Without a name, then.
  }
}

wire::ThreadSlot* claim_slot(const LiveFile& file) noexcept {
  if (my_slot_refused) return nullptr;
  for (std::uint16_t i = 0; i < wire::kThreadSlots; ++i) {
    if (!has_page(thread_pages_ready, file.threads, i)) break;
    std::uint32_t free = 0;
    if (file.threads[i].tid.compare_exchange_strong(free, os::thread_id(), std::memory_order_acq_rel)) {
      start_slot(file, file.threads[i], i);
      return my_slot;
    }
  }
  my_slot_refused = true;
  return nullptr;
}

}  // namespace

bool declare(const LiveFile& file, wire::EventKind kind, std::uint16_t thread, std::uint32_t object, std::uint32_t c,
             std::uint64_t a, std::string_view payload) noexcept {
  constexpr std::size_t kMaxPayload = 16384;
  payload = payload.substr(0, kMaxPayload);
  const auto bytes = static_cast<std::uint32_t>((sizeof(wire::Declaration) + payload.size() + 7) & ~std::size_t{7});
  if (!lock_arena()) {
    file.header->declarations_lost.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  const std::uint32_t begin = file.header->declared_bytes.load(std::memory_order_relaxed);
  const bool fits = begin + bytes <= wire::kDeclarationsBytes && arena_has(file, begin + bytes);
  if (fits) {
    wire::Declaration head{};
    head.bytes = bytes;
    head.kind = static_cast<std::uint16_t>(kind);
    head.thread = thread;
    head.t_ns = os::monotonic_ns();
    head.a = a;
    head.object = object;
    head.c = c;
    head.payload_bytes = static_cast<std::uint32_t>(payload.size());
    std::memcpy(file.declarations + begin, &head, sizeof head);
    if (!payload.empty()) std::memcpy(file.declarations + begin + sizeof head, payload.data(), payload.size());
    // The commit: before this store nothing of the record is visible, whatever instruction we are killed at.
    file.header->declared_bytes.store(begin + bytes, std::memory_order_release);
  } else {
    file.header->declarations_lost.fetch_add(1, std::memory_order_relaxed);
  }
  arena_busy.store(false, std::memory_order_release);
  return fits;
}

void emit(const LiveFile& file, wire::EventKind kind, std::uint16_t thread, std::uint32_t object, std::uint32_t c,
          std::uint64_t a, std::uint64_t t_ns) noexcept {
  const std::uint64_t index = file.header->ring_head.fetch_add(1, std::memory_order_relaxed);
  const std::uint32_t at = static_cast<std::uint32_t>(index) & (wire::kRingSlots - 1);
  if (index < wire::kRingSlots && index >= ring_ready.load(std::memory_order_acquire)) [[unlikely]] {
    const std::uint32_t until = at < kRingStep ? std::max(kRingFirstStep, std::bit_ceil(at + 1))
                                               : (at / kRingStep + 1) * kRingStep;
    std::uint64_t ready = ring_ready.load(std::memory_order_acquire);
    if (ready < until && !os::populate(file.ring + ready, (until - ready) * sizeof(wire::RingSlot))) return;
    while (ready < until && !ring_ready.compare_exchange_weak(ready, until, std::memory_order_release)) {
    }
  } else if (index >= wire::kRingSlots && ring_ready.load(std::memory_order_relaxed) < wire::kRingSlots) [[unlikely]] {
    if (!os::populate(file.ring, wire::kRingSlots * sizeof(wire::RingSlot))) return;
    ring_ready.store(wire::kRingSlots, std::memory_order_release);
  }
  wire::RingSlot& slot = file.ring[at];
  slot.commit.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  slot.kind.store(static_cast<std::uint16_t>(kind), std::memory_order_relaxed);
  slot.thread.store(thread, std::memory_order_relaxed);
  slot.t_ns.store(t_ns, std::memory_order_relaxed);
  slot.object.store(object, std::memory_order_relaxed);
  slot.c.store(c, std::memory_order_relaxed);
  slot.a.store(a, std::memory_order_relaxed);
  slot.commit.store(static_cast<std::uint32_t>(index + 1), std::memory_order_release);
}

void set_thread_state(wire::ThreadSlot& slot, wire::ThreadState state, std::uint32_t object, std::uint32_t wait_number,
                      std::uint64_t since_ns) noexcept {
  const std::uint32_t seq = slot.seq.load(std::memory_order_relaxed);
  slot.seq.store(seq + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  slot.state.store(static_cast<std::uint32_t>(state), std::memory_order_relaxed);
  slot.object.store(object, std::memory_order_relaxed);
  slot.wait_number.store(wait_number, std::memory_order_relaxed);
  slot.since_ns.store(since_ns, std::memory_order_relaxed);
  slot.seq.store(seq + 2, std::memory_order_release);
}

wire::ThreadSlot* thread_slot(const LiveFile& file) noexcept {
  if (my_slot != nullptr) [[likely]] return my_slot;
  return claim_slot(file);
}

std::uint16_t thread_index(const LiveFile& file) noexcept {
  return thread_slot(file) != nullptr ? my_index : wire::kNoThread;
}

std::uint32_t thread_slots_ready() noexcept {
  return static_cast<std::uint32_t>(std::countr_one(thread_pages_ready.load(std::memory_order_relaxed))) * kSlotsPerPage;
}

void list_awaited(const LiveFile& file, std::span<const wire::Awaited> things, std::uint32_t count) noexcept {
  const wire::ThreadSlot* thread = thread_slot(file);
  if (thread == nullptr || !has_page(wait_set_pages_ready, file.wait_sets, my_index)) return;
  wire::WaitSetSlot& set = file.wait_sets[my_index];
  set.wait_number.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  const std::size_t listed = std::min<std::size_t>(things.size(), wire::kAwaitedListed);
  std::uint32_t processes = 0;
  for (std::size_t i = 0; i < listed; ++i) {
    const bool is_process = things[i].process != 0;
    if (is_process) processes |= 1u << i;
    set.things[i].store(is_process ? things[i].process : things[i].object, std::memory_order_relaxed);
  }
  set.processes.store(processes, std::memory_order_relaxed);
  set.count.store(count, std::memory_order_relaxed);
  set.wait_number.store(thread->wait_number.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

wire::ObjectSlot* object_slot(const LiveFile& file, std::uint32_t handle) noexcept {
  if (handle == 0) return nullptr;
  const std::uint32_t index = (handle - 1) % wire::kObjectSlots;
  wire::ObjectSlot* slot = detail::object_slots[index].load(std::memory_order_relaxed);
  if (slot == nullptr) {
    slot = &file.objects[index];
    if (!os::populate(slot, sizeof *slot)) return nullptr;
    detail::object_slots[index].store(slot, std::memory_order_relaxed);
  }
  std::uint32_t owner = 0;
  const bool ours = slot->handle.compare_exchange_strong(owner, handle, std::memory_order_acq_rel) || owner == handle;
  return ours ? slot : nullptr;
}

void free_object_slot(const LiveFile& file, std::uint32_t handle) noexcept {
  wire::ObjectSlot* slot = object_slot(file, handle);
  if (slot == nullptr) return;
  for (auto* counter : {&slot->in, &slot->out, &slot->in_bytes, &slot->out_bytes, &slot->blocked, &slot->blocked_ns,
                        &slot->in_number, &slot->out_number}) {
    counter->store(0, std::memory_order_relaxed);
  }
  slot->handle.store(0, std::memory_order_release);
}

namespace detail {

constinit thread_local wire::ThreadSlot* my_slot [[gnu::tls_model("initial-exec")]] = nullptr;
constinit std::array<std::atomic<wire::ObjectSlot*>, wire::kObjectSlots> object_slots{};

void forget_writer_state(std::uint32_t handles) noexcept {
  my_slot = nullptr;
  my_index = wire::kNoThread;
  my_slot_refused = false;
  arena_busy.store(false, std::memory_order_relaxed);
  arena_ready.store(detail::kDeclarationsReady, std::memory_order_relaxed);
  ring_ready.store(0, std::memory_order_relaxed);
  const std::size_t used = std::min<std::size_t>(handles, object_slots.size());
  for (std::size_t i = 0; i < used; ++i) object_slots[i].store(nullptr, std::memory_order_relaxed);
  thread_pages_ready.store(0, std::memory_order_relaxed);
  wait_set_pages_ready.store(0, std::memory_order_relaxed);
}

}  // namespace detail
}  // namespace mp::probe
