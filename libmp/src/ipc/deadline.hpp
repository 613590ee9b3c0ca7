// From the public Timeout to the Deadline that the layers below count with.
#pragma once

#include "os/clock.hpp"
#include <libmp/timeout.hpp>

namespace mp::ipc {

inline os::Deadline deadline_of(Timeout timeout) noexcept {
  return timeout.is_never() ? os::Deadline::never() : os::Deadline::after(timeout.duration());
}

}  // namespace mp::ipc
