// The processors: how many there are, and what a spinning wait needs to know of them.
#pragma once

#include <optional>

namespace mp::os {

// In the system, as far as they are switched on. Empty when the kernel does not say.
std::optional<int> online_cpus() noexcept;

// Those that the calling thread may run on. Empty when the kernel does not say.
std::optional<int> allowed_cpus();

// Tells the core that this is a spin loop: saves power and lets the sibling thread run.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb" ::: "memory");  // `yield` is a no-op on most cores
#endif
}

// Whether another process can make progress while this one spins: false when only one processor may
// be used. Read once per process.
bool can_spin() noexcept;

}  // namespace mp::os
