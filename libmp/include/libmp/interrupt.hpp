// interrupt: how a signal handler ends a wait. What Ctrl-C does to Python's acquire() and wait().
#pragma once

namespace mp {

// Makes the calling thread's present acquire() or wait() of a Lock, RLock, Semaphore, Condition,
// Event or Barrier throw KeyboardInterrupt, at once or within 50 ms; if it is in none, then the
// next one that has to block. A signal whose handler does not call this never ends a wait.
// For signal handlers: async-signal-safe. The kernel delivers a signal to any thread that does not
// block it: block it in all but the one that is meant.
//
//   std::signal(SIGINT, [](int) { mp::interrupt(); });
void interrupt() noexcept;

}  // namespace mp
