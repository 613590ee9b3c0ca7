#include "os/cpu.hpp"

#include <cerrno>
#include <vector>

#include <sched.h>
#include <unistd.h>

namespace mp::os {

std::optional<int> online_cpus() noexcept {
  const long count = ::sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1) return std::nullopt;
  return static_cast<int>(count);
}

std::optional<int> allowed_cpus() {
  constexpr std::size_t kMost = 1 << 14;  // cpu_set_t's of 1024 processors each
  // The kernel refuses a set that is smaller than its own, and does not say how large that is.
  for (std::size_t sets = 1; sets <= kMost; sets *= 2) {
    std::vector<cpu_set_t> usable(sets);
    const std::size_t bytes = sets * sizeof(cpu_set_t);
    if (::sched_getaffinity(0, bytes, usable.data()) == 0) return CPU_COUNT_S(bytes, usable.data());
    if (errno != EINVAL) break;
  }
  return std::nullopt;
}

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
