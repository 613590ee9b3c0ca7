// What Python 2 called modules and names that have moved since. Pickles of protocols 0 to 2 have
// the old names, whichever Python writes them.
#pragma once

#include <string_view>

namespace mp::serial {

struct GlobalName {
  std::string_view module;
  std::string_view name;

  bool operator==(const GlobalName&) const = default;
};

// Names without an entry are returned as they are. The parts of the result are those given, or
// constants.
GlobalName name_of_python_3(GlobalName old) noexcept;
GlobalName name_of_python_2(GlobalName now) noexcept;

}  // namespace mp::serial
