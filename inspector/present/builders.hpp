// The builders on a Look, so that a frame with many parts asks for names and findings once.
#pragma once

#include "present/look.hpp"
#include "present/vms.hpp"

namespace inspector::present {

ConnectionListVm build_connection_list(const Look&);
DetailVm build_detail(const Look&);
FlowGraphVm build_flow_graph(const Look&);
LockListVm build_lock_list(const Look&);
MessagesVm build_messages(const Look&);
OverviewVm build_overview(const Look&);
PaletteVm build_palette(const Look&);
ProcessTreeVm build_process_tree(const Look&);
QueueListVm build_queue_list(const Look&);
TimeStripVm build_time_strip(const Look&, int width);
TopBarVm build_top_bar(const Look&);
RailVm build_rail(const Look&);
ResourceListVm build_resource_list(const Look&);
StatusVm build_status(const Look&);
WaitGraphVm build_wait_graph(const Look&);

}  // namespace inspector::present
