#include "os/cpu.hpp"

#include "os/cgroup.hpp"
#include <libmp/cpu.hpp>
#include <libmp/exceptions.hpp>

#include <algorithm>
#include <cmath>

namespace mp {

int cpu_count() {
  if (const auto count = os::online_cpus()) return *count;
  throw NotImplementedError("cannot determine number of cpus");
}

int usable_cpus() {
  const int allowed = os::allowed_cpus().value_or(os::online_cpus().value_or(1));
  const double granted = std::ceil(os::cpu_quota().value_or(allowed));
  return std::max(1, granted < allowed ? static_cast<int>(granted) : allowed);
}

}  // namespace mp
