// How connections are spoken of, in the list and in the detail panel.
#pragma once

#include "analysis/connections.hpp"
#include "present/connection_list.hpp"
#include "present/look.hpp"

namespace inspector::present {

// One end of a connection: its processes, or what the other end knows of it.
ConnectionSide side_of(const Look&, const analysis::Link&, bool first);

Badge link_badge(const analysis::Link&);

}  // namespace inspector::present
