// How much processor time the control groups of this process let it have.
#pragma once

#include <optional>
#include <string>

namespace mp::os {

// In processors: 0.5, 2, ... The smallest quota of the group that this process is in and of all
// groups above it that can be seen, of cgroup v2 and v1. Empty without any. Believes nothing: what
// is missing, malformed or absurd sets no limit. `root` comes before /proc and /sys, for tests.
std::optional<double> cpu_quota(const std::string& root = {});

}  // namespace mp::os
