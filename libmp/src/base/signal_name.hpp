// The symbolic name of a signal: signal_name(9) is "SIGKILL". For texts only.
#pragma once

#include <string>

namespace mp {

// Real-time signals are "SIGRTMIN+n"; a number that is no signal gives "signal <n>".
std::string signal_name(int signal);

}  // namespace mp
