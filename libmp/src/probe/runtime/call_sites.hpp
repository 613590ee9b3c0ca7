// Call sites: places in the user's program, as numbers that events can carry.
#pragma once

#include "os/call_stack.hpp"
#include "probe/runtime/live_process.hpp"

#include <cstdint>

namespace mp::probe {

// The number of the calls that led to `caller`, 1, 2, ..., declared at their first use in this
// process. 0: for nobody, or when there are too many of them.
std::uint16_t call_site(const LiveFile& file, const os::Caller& caller) noexcept;

// In a forked child, whose file knows of none yet.
void forget_call_sites() noexcept;

}  // namespace mp::probe
