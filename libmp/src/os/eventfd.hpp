// An eventfd as a bell: whoever polls the descriptor is told that there is something to look at.
#pragma once

#include "os/unique_fd.hpp"

namespace mp::os {

// Silent. Throws OSError.
UniqueFd make_eventfd();

// Readable from now on, for everybody who has it, until somebody silences it.
void ring_eventfd(int fd) noexcept;
void silence_eventfd(int fd) noexcept;

}  // namespace mp::os
