// The look around before a fork: see libmp/fork_policy.hpp.
#pragma once

namespace mp::proc {

// Warns of, or refuses (RuntimeError), what a fork would leave behind, as the policy says. After
// the standard streams were flushed.
void check_fork();

}  // namespace mp::proc
