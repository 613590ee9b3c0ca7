#include "present/connection_words.hpp"

namespace inspector::present {

ConnectionSide side_of(const Look& look, const analysis::Link& link, bool first) {
  ConnectionSide side;
  for (const model::Puid puid : first ? link.first_users : link.second_users)
    side.processes.push_back(look.chip(puid));
  if (side.processes.empty())
    side.words = analysis::stranger_words(look.model, look.names, link, first);
  return side;
}

Badge link_badge(const analysis::Link& link) {
  const auto tone = [&link] {
    if (link.wrong_keys > 0 || !link.senders.empty()) return Tone::Warning;
    switch (link.state) {
      case analysis::LinkState::Open:
        return Tone::Ok;
      case analysis::LinkState::OtherEndGone:
        return Tone::Info;
      case analysis::LinkState::Closed:
        break;
    }
    return Tone::Idle;
  };
  return {std::string(analysis::link_state_words(link)), tone()};
}

}  // namespace inspector::present
