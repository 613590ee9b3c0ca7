// What a process that ends in good order says to those who might wait for it.
#pragma once

namespace mp::sync {

// Takes this process off the parties of all barriers. At an exit with code 0, after the last use of
// any; runs by itself at exit() of the process that first waited at a barrier, or is called.
void leave_barriers() noexcept;

}  // namespace mp::sync
