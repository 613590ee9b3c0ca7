#include <libmp/inspect.hpp>

#include "probe/probe.hpp"

namespace mp::inspect {

void note(std::string_view doing) noexcept { probe::note(doing); }

void mark(std::string_view name) noexcept { probe::mark(name); }

}  // namespace mp::inspect
