#include "base/site.hpp"

#include <string_view>

namespace mp {

std::string site_text(const std::source_location& site) {
  const std::string_view path = site.file_name();
  return std::string(path.substr(path.rfind('/') + 1)) + ":" +
         std::to_string(site.line());  // npos + 1 is 0
}

}  // namespace mp
