// HandoffPair: what one end of a Pipe has for its two directions, and how it reaches a child.
#pragma once

#include "ipc/handoff.hpp"
#include "shm/heap.hpp"
#include <libmp/serialize.hpp>

#include <memory>
#include <utility>

namespace mp::ipc {

class HandoffPair {
 public:
  // For the two ends of a new Pipe. Null where they would be of no use (one processor), and where
  // the machine has no memory for them: the Pipe does without.
  static std::pair<std::shared_ptr<HandoffPair>, std::shared_ptr<HandoffPair>> make();

  // As part of an argument of a Process; null travels too. Throws as blocks do when they are
  // attached.
  static void pack(detail::OutArchive& archive, const HandoffPair* pair);
  static std::shared_ptr<HandoffPair> unpack(detail::InArchive& archive);

  [[nodiscard]] Handoff& outgoing() noexcept { return outgoing_; }
  [[nodiscard]] Handoff& incoming() noexcept { return incoming_; }

  HandoffPair(std::shared_ptr<shm::UniqueBlock> memory, bool is_second) noexcept;

 private:
  std::shared_ptr<shm::UniqueBlock> memory_;  // in common with the other end, while it is here
  bool is_second_;
  Handoff outgoing_;
  Handoff incoming_;
};

}  // namespace mp::ipc
