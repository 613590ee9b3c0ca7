// The look around before a fork: see libmp/fork_policy.hpp.
#pragma once

#include "probe/lifecycle.hpp"

namespace mp::proc {

// Warns of, or refuses (RuntimeError), what the fork of this child would leave behind, as the
// policy says. After the standard streams were flushed.
void check_fork(const probe::Birth& birth);

}  // namespace mp::proc
