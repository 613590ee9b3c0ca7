// The other side of mp::interrupt(): waits ask, between two naps, whether they shall end.
#pragma once

#include <string>

namespace mp::sync {

namespace detail {
extern constinit thread_local volatile bool
    interrupted;  // set by a signal handler on its own thread
}  // namespace detail

// Whether the calling thread has been interrupted since the last time; asking forgets it. Waits nap
// no longer than a tick, so one that comes just before the nap is noticed after it.
inline bool take_interrupt() noexcept {
  if (!detail::interrupted) return false;
  detail::interrupted = false;
  return true;
}

// `text`: what was waited for.
[[noreturn]] void throw_interrupted(const std::string& text);

}  // namespace mp::sync
