// What a process has still to do before it ends: see libmp/finalize.hpp.
#pragma once

namespace mp::proc {

// Calls the finalizers that have a priority of at least `lowest`, in their order; not those that
// are made meanwhile.
void run_finalizers(int lowest) noexcept;

// Waits for the threads given to join_at_exit(), also for those that these give.
void join_threads() noexcept;

}  // namespace mp::proc
