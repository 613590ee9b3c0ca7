// The name of a type as its programmer wrote it. For texts only.
#pragma once

#include <string>
#include <typeinfo>

namespace mp {

// "mp::OSError"; the compiler's own spelling when it cannot be undone.
std::string type_name(const std::type_info& type);

// Without its namespaces: "OSError".
std::string short_type_name(const std::type_info& type);

}  // namespace mp
