// What a Process object becomes on its way to a child that inherits nothing: a mark of its form,
// the place of the function that makes it anew, its contents.
#pragma once

#include <libmp/process.hpp>

namespace mp::proc {

// RuntimeError for an object of a subclass, of which nothing is known here, and for a target that
// cannot travel.
void pack_plain(const Process& process, const detail::Target* target, detail::OutArchive& archive);

}  // namespace mp::proc
