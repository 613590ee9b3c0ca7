// Family: this process among its relatives: itself, who started it, whom it has started.
#pragma once

#include "os/lifeline.hpp"
#include "os/unique_fd.hpp"
#include "probe/lifecycle.hpp"
#include "proc/parcel.hpp"
#include "proc/process_core.hpp"
#include "proc/started_child.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace mp::proc {

// One per process, never destroyed: exit handlers ask it last of all.
// Threads: all functions may be called by any.
// fork: fork() below makes the child's own family. A child of a bare fork(2) still answers to its
//   parent's name, as in Python, but has none of its parent's children.
class Family {
 public:
  static Family& instance();

  std::shared_ptr<ProcessCore> self();
  std::shared_ptr<ProcessCore> parent();  // null in the first process of a tree

  // The children that have not ended, in the order of their starts. Reaps the others.
  std::vector<std::shared_ptr<ProcessCore>> living_children();

  // The puid of the child, or of the parent, whose sentinel this is; 0: nobody's.
  std::uint64_t puid_behind(int sentinel) noexcept;

  // What a child made now would be called and be given.
  Identity identity_of_next_child();

  // Forks, and notes the child as one of this process. Null in the child, whose self() is then
  // `as_child` and whose parent() is the process that called. Throws OSError; then there is no
  // child.
  std::shared_ptr<StartedChild> fork(std::shared_ptr<ProcessCore> child,
                                     std::shared_ptr<ProcessCore> as_child);

  // Makes a child that inherits nothing, by the given method, and notes it. Throws OSError,
  // RuntimeError (it cannot be sent, or the program is not made for it) and what packing the
  // arguments throws; then there is no child.
  std::shared_ptr<StartedChild> send(const std::shared_ptr<ProcessCore>& child,
                                     const Identity& identity, StartMethod method,
                                     const Process& handle);

  // In such a child, first thing. Returns its own self().
  std::shared_ptr<ProcessCore> become_sent_child(const Preparation& preparation,
                                                 detail::Luggage& luggage);
  void number_children_from_one();

  // The end of the tree's lifeline that helpers and children are to be tied to; this process's to
  // keep.
  int lifeline();

  // Forgets a child that has ended.
  void remove(const ProcessCore& child);

  // Has shut_down() called when this process ends in good order.
  void await_exit();

  // Before this process ends: waits for threads, runs finalizers, terminates the daemonic children
  // and waits for all. Daemons get two seconds.
  void shut_down();

 private:
  // Stays in the list until nobody has a use for its descriptors, which this process's own children
  // must not keep.
  struct Child {
    std::weak_ptr<StartedChild> watched;
    std::shared_ptr<StartedChild> started;  // until it is known to have ended, like all below
    std::shared_ptr<ProcessCore> core;
    std::shared_ptr<ProcessCore> as_child;  // what a forked one is to itself
    bool daemon = false;
    bool detached = false;

    [[nodiscard]] bool runs() const noexcept { return started != nullptr; }
  };

  Family();
  // noexcept: an exception here would bring the child up into what its parent was doing.
  void become_child(const probe::Birth& birth) noexcept;
  void make_own();
  // What every start needs: finished children reaped, a pidfd and a lifeline to hand out, exit
  // awaited.
  void prepare_start();
  Preparation prepare(const Identity& identity, StartMethod method, const probe::Birth& birth,
                      detail::Luggage& luggage);
  void prune();
  void end_children();

  std::mutex mutex_;  // guards the rest; held across fork, so that the child finds it sound
  std::shared_ptr<ProcessCore> self_;
  std::shared_ptr<ProcessCore> parent_;
  std::shared_ptr<ProcessCore> as_parent_;     // what this process is to those that it forks
  std::vector<Child> children_;                // in the order of their starts
  std::shared_ptr<ProcessCore> parents_self_;  // in a forked child: freed as little as those below
  std::vector<Child> left_behind_;             // of the process this one was forked from
  std::uint32_t children_made_ = 0;
  std::uint32_t owner_pid_ = 0;           // whose all this is; another pid than ours after a fork
  std::atomic<bool> exit_hooked_{false};  // inherited like the hook itself
  os::UniqueFd own_pidfd_;                // inherited by children: what they know their parent by
  // In the first process of a tree both ends, from its first child on; in the others what ties them
  // to it.
  os::Lifeline lifeline_;
};

}  // namespace mp::proc
