#include "base/type_name.hpp"

#include <cstdlib>
#include <memory>
#include <string_view>

#include <cxxabi.h>

namespace mp {

std::string type_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  return name != nullptr ? name.get() : type.name();
}

std::string short_type_name(const std::type_info& type) {
  const std::string name = type_name(type);
  // Colons inside template arguments do not count.
  const std::string_view head = std::string_view(name).substr(0, name.find('<'));
  const std::size_t colons = head.rfind("::");
  return colons == std::string_view::npos ? name : name.substr(colons + 2);
}

}  // namespace mp
