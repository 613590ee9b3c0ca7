// Work around every fork() of this process.
#pragma once

namespace mp::os {

// Registers for the life of the process: `before` and `in_parent` run in the forking thread,
// `in_child` in the child before fork returns there; each may be null. Later registrations run
// their `before` first. Throws OSError.
void around_fork(void (*before)(), void (*in_parent)(), void (*in_child)());

}  // namespace mp::os
