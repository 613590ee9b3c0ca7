// Lifeline: a pipe that ties processes to one whose death is to be theirs. The kernel does it: no
// thread watches, no signal handler runs, and a process that is busy, stopped or deaf to signals
// ends all the same.
#pragma once

#include "os/unique_fd.hpp"

namespace mp::os {

struct Lifeline {
  UniqueFd
      held;      // by the process that the others depend on, and by nobody else: see close_in_forks
  UniqueFd end;  // what the others are given, by fork or by passing it
};

// Throws OSError.
Lifeline make_lifeline();

// Whether nobody holds it any more.
bool is_cut(int end) noexcept;

// From now on every forked child of this process closes `held` first thing, also one of a bare
// fork(2), which would otherwise keep the others alive.
void close_in_forks(int held);

// This process gets SIGKILL when `held` is closed, which is when its holder ends, however it does;
// at once if that has happened already. Returns what is to be kept open as long as that is wanted;
// it can be given to children in its turn. Not inherited by forked children: each ties itself.
// Empty when /proc is not there to open the pipe anew.
UniqueFd tie_to(int end) noexcept;

}  // namespace mp::os
