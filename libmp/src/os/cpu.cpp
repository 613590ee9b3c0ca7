#include "os/cpu.hpp"

#include <cerrno>

#include <sched.h>

namespace mp::os {

bool can_spin() noexcept {
  static const bool can = [] {
    const int saved = errno;
    cpu_set_t usable;
    CPU_ZERO(&usable);
    // Fails on machines with more processors than cpu_set_t holds: they are surely more than one.
    const bool many = ::sched_getaffinity(0, sizeof usable, &usable) != 0 || CPU_COUNT(&usable) > 1;
    errno = saved;
    return many;
  }();
  return can;
}

}  // namespace mp::os
