#include "probe/runtime/settings.hpp"

#include <cstdlib>
#include <string_view>

namespace mp::probe {

Settings settings_from(const char* mp_inspect) {
  Settings settings;
  if (mp_inspect == nullptr || *mp_inspect == '\0') return settings;
  const std::string_view value = mp_inspect;
  if (value == "0" || value == "off") {
    settings.level = Level::Off;
    return settings;
  }
  settings.level = Level::Normal;
  settings.report = true;
  if (value != "1" && value != "on") settings.address = value;
  return settings;
}

Settings settings_from_environment() { return settings_from(std::getenv("MP_INSPECT")); }

}  // namespace mp::probe
