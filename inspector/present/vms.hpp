// Vms: what one frame of the window shows. Only the parts of the visible screen need to be up to
// date.
#pragma once

#include "present/connection_list.hpp"
#include "present/detail.hpp"
#include "present/flow_graph.hpp"
#include "present/lock_list.hpp"
#include "present/messages.hpp"
#include "present/overview.hpp"
#include "present/palette.hpp"
#include "present/process_tree.hpp"
#include "present/queue_list.hpp"
#include "present/resource_list.hpp"
#include "present/sessions.hpp"
#include "present/time_strip.hpp"
#include "present/top_bar.hpp"
#include "present/wait_graph.hpp"

#include <vector>

namespace inspector::present {

struct Vms {
  TopBarVm top_bar;
  RailVm rail;
  StatusVm status;
  std::vector<NoticeVm> notices;
  TimeStripVm time_strip;
  DetailVm detail;
  PaletteVm palette;

  SessionsVm sessions;
  OverviewVm overview;
  ProcessTreeVm processes;
  QueueListVm queues;
  FlowGraphVm flow_graph;
  MessagesVm messages;
  LockListVm locks;
  WaitGraphVm wait_graph;
  ResourceListVm resources;
  ConnectionListVm connections;
};

// Builds the frame parts and the visible screen into `out`; the other screens are left as they
// were.
void build_visible(const model::Model&, const SessionFacts&, const MachineFacts&, const ViewState&,
                   Vms& out);

}  // namespace inspector::present
