// Lanes of processes: when each ran, waited, and for what, folded to what can be seen.
#pragma once

#include "present/lanes.hpp"
#include "present/look.hpp"

namespace inspector::present {

// One lane per process, in the given order, at most `limit`: what its main thread did. Bars are
// folded as for a width of `pixels`.
Lanes process_lanes(const Look&, const std::vector<model::Puid>& processes, std::size_t limit = 48,
                    int pixels = 1200);

}  // namespace inspector::present
