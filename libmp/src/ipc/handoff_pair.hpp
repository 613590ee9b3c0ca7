// HandoffPair: what one end of a connection has for its two directions, and how the peer comes to
// share them.
#pragma once

#include "ipc/handoff.hpp"
#include "os/unique_fd.hpp"
#include <libmp/serialize.hpp>

#include <atomic>
#include <memory>
#include <utility>

namespace mp::ipc {

// The ends of a Pipe have both from the beginning. The ends of a unix connection cannot know who is
// at the other: each makes its way out when it sends for the first time, and lets the descriptor of
// it go along. A libmp peer looks there from then on; another drops it unseen, and never looks.
// Threads: as Connection, one sends while another receives; expose() may come from any.
// fork: the child has what there was at that moment.
class HandoffPair {
 public:
  // Null where they would be of no use (one processor), and, for a Pipe, where the machine has no
  // memory for them: the connection does without.
  static std::pair<std::shared_ptr<HandoffPair>, std::shared_ptr<HandoffPair>> of_pipe();
  static std::shared_ptr<HandoffPair> of_unix_socket();

  // As part of an argument of a Process; null travels too. Only those of a Pipe arrive as more than
  // that. Throws as blocks do when they are attached.
  static void pack(detail::OutArchive& archive, HandoffPair* pair);
  static std::shared_ptr<HandoffPair> unpack(detail::InArchive& archive);

  // Null while there is none.
  [[nodiscard]] Handoff* outgoing() const noexcept { return outgoing_.place; }
  [[nodiscard]] Handoff* incoming() const noexcept { return incoming_.place; }
  // From now on others have the descriptor of the connection, and may write.
  void expose() noexcept;

  // The sender's side: a descriptor to go along with the next message, once; -1 otherwise.
  [[nodiscard]] int offer() noexcept;
  void offered() noexcept { offer_.reset(); }

  // The receiver's side: whether one may come with the next message, and what came, if anything.
  [[nodiscard]] bool expects_offer() const noexcept { return expects_offer_; }
  void message_came(os::UniqueFd offer) noexcept;

 private:
  struct Way {
    std::shared_ptr<void> memory;
    std::unique_ptr<Handoff> handoff;
    std::atomic<Handoff*> place = nullptr;

    void open(std::shared_ptr<void> in, HandoffPlace& at);
  };
  struct Block;

  static std::shared_ptr<HandoffPair> on(std::shared_ptr<Block> block, bool is_second);
  void make_offer();

  Way outgoing_;
  Way incoming_;
  std::shared_ptr<Block> block_;  // of a Pipe; in common with the other end, while it is here
  bool is_second_ = false;
  bool is_to_offer_ = false;
  bool expects_offer_ = false;
  os::UniqueFd offer_;
};

}  // namespace mp::ipc
