// The resource tracker's own life: a process of this program's binary that never reaches main(),
// has one thread and no children, and is nobody's child.
#pragma once

#include "os/unique_fd.hpp"

namespace mp::shm {

// argv[0] of the process that becomes it. Defined beside its entry, so that whoever starts one has
// it.
extern const char* const kTrackerName;

// Reads the journal and keeps its word until nobody is left who holds the bell and no name is left.
// Says on `ready` that a tracker is there; returns at once if it is another one. What it returns is
// the exit code: 0 nothing was left over, 1 something was, 2 and could not be unlinked.
int run_tracker(int journal, os::UniqueFd listening, os::UniqueFd ready);

}  // namespace mp::shm
