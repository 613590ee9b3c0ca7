#include "present/vms.hpp"

namespace inspector::present {

void build_visible(const model::Model& model, const SessionFacts& session,
                   const MachineFacts& machine, const ViewState& view, Vms& out) {
  out.top_bar = build_top_bar(model, session, view);
  out.rail = build_rail(model, session, view);
  out.status = build_status(model, session, view);
  out.notices = build_notices(session);
  out.time_strip = build_time_strip(model, session, view);
  if (view.detail_open) out.detail = build_detail(model, session, view);
  out.palette = build_palette(model, session, view);
  switch (view.screen) {
    case Screen::Sessions:
      out.sessions = build_sessions(machine, session, view);
      break;
    case Screen::Overview:
      out.overview = build_overview(model, session, view);
      break;
    case Screen::Processes:
      out.processes = build_process_tree(model, session, view);
      break;
    case Screen::Queues:
      out.queues = build_queue_list(model, session, view);
      break;
    case Screen::Locks:
      out.locks = build_lock_list(model, session, view);
      if (view.locks_view == LocksView::Graph)
        out.wait_graph = build_wait_graph(model, session, view);
      break;
  }
}

}  // namespace inspector::present
