// A thread of the library itself, beside those of the program.
#pragma once

namespace mp::os {

// Starts `body` in a thread that nobody waits for and that receives no signals: they are the
// program's. The thread ends with the process. Throws OSError.
void run_in_background(void (*body)());

}  // namespace mp::os
