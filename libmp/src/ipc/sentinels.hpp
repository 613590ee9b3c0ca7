// Whose end a descriptor tells: known to proc/, asked by wait().
#pragma once

#include <atomic>
#include <cstdint>

namespace mp::ipc {

// The puid of the process whose sentinel the descriptor is; 0: of none. Set by proc/ when this
// process is first asked for a relative, null before: then it has no sentinel either.
using SentinelOwner = std::uint64_t (*)(int descriptor) noexcept;
inline constinit std::atomic<SentinelOwner> sentinel_owner{nullptr};

inline std::uint64_t process_of(int descriptor) noexcept {
  const SentinelOwner owner = sentinel_owner.load(std::memory_order_acquire);
  return owner == nullptr ? 0 : owner(descriptor);
}

}  // namespace mp::ipc
