// What the environment asks of the probes: the variables MP_INSPECT and MP_INSPECT_LEVEL.
#pragma once

#include <string>

#include "probe/probe.hpp"

namespace mp::probe {

// MP_INSPECT unset: stand-by, report to nobody.  0, off: no probes at all.  1, on: report to the inspector of this user.
// Anything else is the inspector's address: a path, "host:port" or "tcp://host:port".
// MP_INSPECT_LEVEL: 1, 2 or 3, the level to begin with; without it 2 with a report and 1 without one.
struct Settings {
  Level level = Level::Standby;
  bool report = false;
  std::string address;  // empty with `report`: the default rendezvous
  bool is_level_wrong = false;  // it was none of these, and counts for nothing
};

Settings settings_from(const char* mp_inspect, const char* mp_inspect_level = nullptr);
Settings settings_from_environment();

}  // namespace mp::probe
