// What the environment asks of the probes: the variable MP_INSPECT.
#pragma once

#include <string>

#include "probe/probe.hpp"

namespace mp::probe {

// MP_INSPECT unset: stand-by, report to nobody.  0, off: no probes at all.  1, on: report to the inspector of this user.
// Anything else is the inspector's address: a path, "host:port" or "tcp://host:port".
struct Settings {
  Level level = Level::Standby;
  bool report = false;
  std::string address;  // empty with `report`: the default rendezvous
};

Settings settings_from(const char* mp_inspect);
Settings settings_from_environment();

}  // namespace mp::probe
