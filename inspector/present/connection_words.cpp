#include "present/connection_words.hpp"

#include <algorithm>

namespace inspector::present {
namespace {

// Of an end that is in no process that is watched.
std::string stranger(const Look& look, const model::ConnectionEnd& known) {
  if (known.peer_pid == 0) return known.remote.empty() ? "not known" : known.remote;
  const auto& rows = look.model.processes().rows();
  const auto is_it = [&](const auto& row) { return row.second.pid == known.peer_pid; };
  // Its process is watched, the end is not: it speaks through something else than libmp.
  if (const auto at = std::find_if(rows.begin(), rows.end(), is_it); at != rows.end())
    return look.names.process(at->first) + ", not through libmp";
  return "pid " + std::to_string(known.peer_pid) + ", not watched";
}

}  // namespace

ConnectionSide side_of(const Look& look, const analysis::Link& link, bool first) {
  ConnectionSide side;
  for (const model::Puid puid : first ? link.first_users : link.second_users)
    side.processes.push_back(look.chip(puid));
  const model::ConnectionEnd* known = look.model.connections().find(link.first);
  if (side.processes.empty() && known != nullptr)
    side.words = first ? "not known" : stranger(look, *known);
  return side;
}

Badge link_badge(const analysis::Link& link) {
  if (link.wrong_keys > 0) return {"wrong key", Tone::Warning};
  if (!link.senders.empty()) return {"send blocked", Tone::Warning};
  switch (link.state) {
    case analysis::LinkState::Open:
      return {"open", Tone::Ok};
    case analysis::LinkState::OtherEndGone:
      return {"other end gone", Tone::Info};
    case analysis::LinkState::Closed:
      break;
  }
  return {"closed", Tone::Idle};
}

}  // namespace inspector::present
