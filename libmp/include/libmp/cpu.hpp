// Processors: Python's multiprocessing.cpu_count, and how many of them this process may use.
#pragma once

namespace mp {

// In the system, whatever this process may use of them. NotImplementedError when it cannot be
// known.
[[nodiscard]] int cpu_count();

// What a pool of this process can keep busy, at least 1: the processors that the calling thread may
// run on (sched_setaffinity, taskset), or fewer if the control groups around the process
// (containers, systemd; v1 and v2) grant less time than that. A part of a processor counts as one.
// Reads a few small files, some 100 us: to be asked once. Python has nothing like it.
[[nodiscard]] int usable_cpus();

}  // namespace mp
