// Locks: who holds each, for how long, who waits, and who held it before.
#pragma once

#include "present/facts.hpp"
#include "present/lanes.hpp"
#include "present/parts.hpp"
#include "present/view_state.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace inspector::present {

enum class LockColumn : std::uint8_t {
  Name,
  Kind,
  Holder,
  HeldFor,
  Waiters,
  Rate,
  WaitP50,
  WaitP99,
  WaitMax,
  Busy
};

struct LockRow {
  Chip lock;
  std::string kind;  // "Lock", "RLock", "Semaphore"
  Chip holder{};     // empty: free
  std::string held_for;
  std::vector<Chip> waiters{};
  std::string rate;  // acquisitions per second
  std::string wait_p50;
  std::string wait_p99;
  std::string wait_max;
  float busy = 0;         // 0..1: share of time it was held
  std::string busy_text;  // "83 %"
  Tone tone = Tone::Neutral;
  Badge verdict{};  // "in a deadlock", "owner died"
};

struct LockListVm {
  std::string summary;
  std::string filter;
  Sort sort{};
  LocksView view = LocksView::Table;
  std::vector<LockRow> rows;
  Lanes lanes{};
  EmptyState empty{};
};

LockListVm build_lock_list(const model::Model&, const SessionFacts&, const ViewState&);

}  // namespace inspector::present
