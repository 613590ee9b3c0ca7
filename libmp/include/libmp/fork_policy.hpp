// What a fork would leave behind in this process, and what is done about it. Python has the first
// part of it as a DeprecationWarning (3.12: "this process is multi-threaded, use of fork() may lead
// to deadlocks in the child").
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mp {

struct ForkHazards {
  int other_threads = 0;  // exist in the parent only: a mutex that one of them holds stays locked
                          // in the child
  std::vector<std::string> held_locks;  // of libmp, by name: the child does not own its copy
  std::vector<std::string> unflushed;   // stdout, stderr: flushing failed, both sides will print it
  std::vector<std::string> descriptors;  // without close-on-exec: every program started from the
                                         // child keeps them open. "7 (/var/log/x)"

  [[nodiscard]] bool any() const noexcept;
  [[nodiscard]] std::string text() const;  // one line
};

// As of now. Looks into /proc; locks are known while probes are on. Blocks for no lock. A thread
// that starts or ends meanwhile may be counted or not.
[[nodiscard]] ForkHazards fork_hazards();

// What start() does about them under the method fork; spawn and forkserver have none.
enum class ForkPolicy : std::uint8_t {
  Ignore,
  Tell,    // the default: the inspector is told of threads, locks and streams, once of each kind.
           // Costs nothing while nobody watches.
  Warn,    // a record of level WARNING to the handlers of the logger too, also of descriptors
  Refuse,  // RuntimeError before anything has happened; of descriptors alone it only warns
};

// Of this process and of the children it forks. Threads: any.
void set_fork_policy(ForkPolicy policy) noexcept;
[[nodiscard]] ForkPolicy get_fork_policy() noexcept;

}  // namespace mp
