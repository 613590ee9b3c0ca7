// Learning that somebody else's process has ended, without polling /proc and without being fooled by a reused pid.
#pragma once

#include "os/process_id.hpp"
#include "os/unique_fd.hpp"

namespace mp::os {

// A pidfd of exactly this process, readable once it has ended. Invalid when it is gone already (or out of descriptors).
UniqueFd watch_process(ProcessId who) noexcept;

// Never blocks. A zombie has ended.
bool has_ended(const UniqueFd& pidfd) noexcept;

// Sends a signal to exactly this process, whatever has become of its pid. False when it has ended, or is not ours.
bool signal_process(ProcessId who, int signal) noexcept;

}  // namespace mp::os
