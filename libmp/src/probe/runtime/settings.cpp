#include "probe/runtime/settings.hpp"

#include <cstdlib>
#include <string_view>

namespace mp::probe {

namespace {

void choose_level(Settings& settings, const char* wish) {
  if (wish == nullptr || *wish == '\0') return;
  const std::string_view value = wish;
  if (value == "1" || value == "2" || value == "3") {
    settings.level = static_cast<Level>(value[0] - '0');
  } else {
    settings.is_level_wrong = true;
  }
}

}  // namespace

Settings settings_from(const char* mp_inspect, const char* mp_inspect_level) {
  Settings settings;
  if (mp_inspect == nullptr || *mp_inspect == '\0') {
    choose_level(settings, mp_inspect_level);
    return settings;
  }
  const std::string_view value = mp_inspect;
  if (value == "0" || value == "off") {
    settings.level = Level::Off;
    return settings;
  }
  settings.level = Level::Normal;
  settings.report = true;
  if (value != "1" && value != "on") settings.address = value;
  choose_level(settings, mp_inspect_level);
  return settings;
}

Settings settings_from_environment() {
  return settings_from(std::getenv("MP_INSPECT"), std::getenv("MP_INSPECT_LEVEL"));
}

}  // namespace mp::probe
