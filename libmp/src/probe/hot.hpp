// The hot half of the verbs: what a fact costs while only the live page is kept (stand-by). Everything rarer is a call
// into probe/runtime. Only probe.hpp includes this.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "wire/live_file.hpp"

namespace mp::probe::detail {

// Points at the level of the live file, or at a word that says Standby while no file is open yet (so that the first
// fact opens it), or at one that says Off.
extern constinit std::atomic<const std::atomic<std::uint32_t>*> level_word;

// This thread's slot in the live page; null until its first fact, and again after a fork.
extern constinit thread_local wire::ThreadSlot* my_slot [[gnu::tls_model("initial-exec")]];

// Slots of this process that are backed by memory, by handle; null until first use, and again after a fork.
extern constinit std::array<std::atomic<wire::ObjectSlot*>, wire::kObjectSlots> object_slots;

inline std::uint32_t level_now() noexcept {
  return level_word.load(std::memory_order_relaxed)->load(std::memory_order_relaxed);
}

// Lists an uncontended lock as held. False: the slow way must do it.
inline bool hold(std::uint32_t object, std::uint64_t acquisition) noexcept {
  wire::ThreadSlot* slot = my_slot;
  if (slot == nullptr || object == 0) [[unlikely]] return false;
  const std::uint32_t count = slot->held_count.load(std::memory_order_relaxed);
  if (count >= wire::kHeldPerThread) [[unlikely]] return false;
  slot->held[count].store((acquisition << 32) | object, std::memory_order_relaxed);
  slot->held_count.store(count + 1, std::memory_order_release);
  return true;
}

// Takes the lock that was taken last off the list; its entry stays behind the end, where a reader finds the newest
// acquisition number. False: another one, a told one, or not ours.
inline bool unhold(std::uint32_t object) noexcept {
  wire::ThreadSlot* slot = my_slot;
  if (slot == nullptr) [[unlikely]] return false;
  const std::uint32_t last = slot->held_count.load(std::memory_order_relaxed) - 1;
  if (last >= wire::kHeldPerThread) [[unlikely]] return false;
  if (static_cast<std::uint32_t>(slot->held[last].load(std::memory_order_relaxed)) != object) [[unlikely]] return false;
  slot->held_count.store(last, std::memory_order_release);
  return true;
}

// Adds to the totals of an object. The object itself serialises the writers, so no locked instruction is needed.
// False: the slow way must do it.
inline bool count(std::uint32_t object, bool in, std::uint64_t number, std::uint64_t bytes) noexcept {
  wire::ObjectSlot* slot = object_slots[(object - 1) % wire::kObjectSlots].load(std::memory_order_relaxed);
  if (slot == nullptr || slot->handle.load(std::memory_order_relaxed) != object) [[unlikely]] return false;
  const auto bump = [](std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  };
  bump(in ? slot->in : slot->out, 1);
  bump(in ? slot->in_bytes : slot->out_bytes, bytes);
  (in ? slot->in_number : slot->out_number).store(number, std::memory_order_relaxed);
  return true;
}

}  // namespace mp::probe::detail
