// Waiting for descriptors: poll(2) with a Deadline, signals survived.
#pragma once

#include "os/clock.hpp"

#include <span>

#include <poll.h>

namespace mp::os {

// Fills in revents and returns how many items have some; 0 when the deadline passed first.
// Throws OSError. A descriptor that is not open is no error here: it is ready, with POLLNVAL.
int poll(std::span<pollfd> items, Deadline deadline);

// One descriptor. True when it is ready (also for an error or the end of the stream), false at the
// deadline. Throws OSError, EBADF for one that is not open.
bool poll_readable(int fd, Deadline deadline);
bool poll_writable(int fd, Deadline deadline);

}  // namespace mp::os
