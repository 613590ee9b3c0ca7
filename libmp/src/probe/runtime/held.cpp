// What this process holds at this moment, read out of its own live file.
#include <algorithm>
#include <cstring>

#include "probe/lifecycle.hpp"
#include "probe/runtime/live_process.hpp"
#include "wire/payload.hpp"

namespace mp::probe {
namespace {

// Declared by an ancestor, or too many at once: it has no name here.
std::string name_of(const LiveFile& file, std::uint32_t handle) {
  // The file is shared memory, which anybody of this user may have written to: copied, then checked.
  const std::uint32_t end =
      std::min(file.header->declared_bytes.load(std::memory_order_acquire), wire::kDeclarationsBytes);
  wire::Declaration head;
  for (std::uint32_t at = 0; at + sizeof head <= end; at += head.bytes) {
    std::memcpy(&head, file.declarations + at, sizeof head);
    if (head.bytes < sizeof head || head.bytes > end - at || head.payload_bytes > head.bytes - sizeof head) break;
    if (head.object != handle || head.kind != static_cast<std::uint16_t>(wire::EventKind::Declare)) continue;
    const auto* payload = reinterpret_cast<const char*>(file.declarations + at + sizeof head);
    if (const auto info = wire::decode_object_info({payload, head.payload_bytes})) return info->name;
  }
  return "an inherited lock";
}

}  // namespace

std::vector<std::string> held_locks() {
  std::vector<std::string> names;
  const LiveFile* file = live_if_open();
  if (file == nullptr) return names;
  for (std::uint32_t i = 0; i < std::min(thread_slots_ready(), wire::kThreadSlots); ++i) {
    const wire::ThreadSlot& slot = file->threads[i];
    if (slot.tid.load(std::memory_order_relaxed) == 0) continue;
    const std::uint32_t count = std::min(slot.held_count.load(std::memory_order_relaxed), wire::kHeldPerThread);
    for (std::uint32_t k = 0; k < count; ++k) {
      const auto handle = static_cast<std::uint32_t>(slot.held[k].load(std::memory_order_relaxed)) & ~wire::kTold;
      if (handle != 0) names.push_back(name_of(*file, handle));
    }
  }
  return names;
}

}  // namespace mp::probe
