#include "present/vms.hpp"

#include "present/builders.hpp"

namespace inspector::present {
namespace {

constexpr int kStripBuckets = 600;

}  // namespace

DetailVm build_detail(const model::Model& model, const SessionFacts& facts, const ViewState& view) {
  return build_detail(Look(model, facts, view));
}
LockListVm build_lock_list(const model::Model& model, const SessionFacts& facts,
                           const ViewState& view) {
  return build_lock_list(Look(model, facts, view));
}
MessagesVm build_messages(const model::Model& model, const SessionFacts& facts,
                          const ViewState& view) {
  return build_messages(Look(model, facts, view));
}
OverviewVm build_overview(const model::Model& model, const SessionFacts& facts,
                          const ViewState& view) {
  return build_overview(Look(model, facts, view));
}
PaletteVm build_palette(const model::Model& model, const SessionFacts& facts,
                        const ViewState& view) {
  return build_palette(Look(model, facts, view));
}
ProcessTreeVm build_process_tree(const model::Model& model, const SessionFacts& facts,
                                 const ViewState& view) {
  return build_process_tree(Look(model, facts, view));
}
QueueListVm build_queue_list(const model::Model& model, const SessionFacts& facts,
                             const ViewState& view) {
  return build_queue_list(Look(model, facts, view));
}
TimeStripVm build_time_strip(const model::Model& model, const SessionFacts& facts,
                             const ViewState& view, int width) {
  return build_time_strip(Look(model, facts, view), width);
}
TopBarVm build_top_bar(const model::Model& model, const SessionFacts& facts,
                       const ViewState& view) {
  return build_top_bar(Look(model, facts, view));
}
RailVm build_rail(const model::Model& model, const SessionFacts& facts, const ViewState& view) {
  return build_rail(Look(model, facts, view));
}
ResourceListVm build_resource_list(const model::Model& model, const SessionFacts& facts,
                                   const ViewState& view) {
  return build_resource_list(Look(model, facts, view));
}
ConnectionListVm build_connection_list(const model::Model& model, const SessionFacts& facts,
                                       const ViewState& view) {
  return build_connection_list(Look(model, facts, view));
}
StatusVm build_status(const model::Model& model, const SessionFacts& facts, const ViewState& view) {
  return build_status(Look(model, facts, view));
}
FlowGraphVm build_flow_graph(const model::Model& model, const SessionFacts& facts,
                             const ViewState& view) {
  return build_flow_graph(Look(model, facts, view));
}
WaitGraphVm build_wait_graph(const model::Model& model, const SessionFacts& facts,
                             const ViewState& view) {
  return build_wait_graph(Look(model, facts, view));
}

void build_visible(const model::Model& model, const SessionFacts& session,
                   const MachineFacts& machine, const ViewState& view, Vms& out) {
  const Look look(model, session, view);
  out.top_bar = build_top_bar(look);
  out.rail = build_rail(look);
  out.status = build_status(look);
  out.notices = build_notices(session);
  out.time_strip = build_time_strip(look, kStripBuckets);
  out.palette = build_palette(look);
  if (view.detail_open) out.detail = build_detail(look);
  switch (view.screen) {
    case Screen::Sessions:
      out.sessions = build_sessions(machine, session, view);
      break;
    case Screen::Overview:
      out.overview = build_overview(look);
      break;
    case Screen::Processes:
      out.processes = build_process_tree(look);
      break;
    case Screen::Queues:
      out.queues = build_queue_list(look);
      if (view.queues_view == QueuesView::Flow) out.flow_graph = build_flow_graph(look);
      if (view.queues_view == QueuesView::Messages) out.messages = build_messages(look);
      break;
    case Screen::Locks:
      out.locks = build_lock_list(look);
      if (view.locks_view == LocksView::Graph) out.wait_graph = build_wait_graph(look);
      break;
    case Screen::Connections:
      out.connections = build_connection_list(look);
      if (view.connections_view == ConnectionsView::Messages) out.messages = build_messages(look);
      break;
    case Screen::Resources:
      out.resources = build_resource_list(look);
      break;
  }
}

}  // namespace inspector::present
