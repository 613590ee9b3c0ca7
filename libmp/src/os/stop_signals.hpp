// Counting the requests to stop (SIGINT, SIGTERM, SIGHUP) instead of dying of them. For programs of ours, not for the
// library: it takes over the handlers of the process.
#pragma once

namespace mp::os {

// From now on such signals are counted. Blocking calls of this process return early when one comes.
void count_stop_signals();

// How many have come, and the number of the newest (0 = none).
int stop_signals_seen() noexcept;
int newest_stop_signal() noexcept;

}  // namespace mp::os
