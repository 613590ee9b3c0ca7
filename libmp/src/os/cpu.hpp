// What a spinning wait needs to know of the processor.
#pragma once

namespace mp::os {

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
