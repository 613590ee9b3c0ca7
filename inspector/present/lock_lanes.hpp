// Lanes of locks: who held each when, folded to what can be seen.
#pragma once

#include "present/lock_list.hpp"
#include "present/look.hpp"

namespace inspector::present {

// One lane per lock, in the given order, at most `limit`. Bars are folded as for a width of
// `pixels`.
Lanes lock_lanes(const Look&, const std::vector<model::ObjectId>& locks, std::size_t limit = 32,
                 int pixels = 1200);

}  // namespace inspector::present
