// Finalize: work that is done once, when its owner goes or when the process ends. Python's
// multiprocessing.util.Finalize; the owner is whoever holds the object.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace mp {

// Calls `callback` when it is destroyed, or when it is called, whichever is first, and never again.
//
// With an exit priority it is also called when the process ends in good order (a return from
// main(), std::exit(), the end of a child), highest priority first, of equals the newest first:
// those of 0 and more before the children of this process are waited for, the others after. One
// without a priority is left to its destructor, which a static object's owner runs.
//
// Exceptions of the callback pass through operator(); elsewhere they are reported on stderr and
// dropped. Threads: all functions, of any; the destructor waits for a call that another thread is
// in the middle of. fork: a child has none of its parent's finalizers;
// destroying or calling its copy does nothing. A killed process runs none.
class Finalize {
 public:
  Finalize() = default;  // nothing to do
  explicit Finalize(std::function<void()> callback, std::optional<int> exitpriority = std::nullopt);
  Finalize(Finalize&& other) noexcept = default;
  Finalize& operator=(Finalize&& other) noexcept;
  ~Finalize();

  // False when there was nothing left to do.
  bool operator()();
  void cancel() noexcept;  // it will not be called
  [[nodiscard]] bool still_active() const noexcept;

 private:
  struct Entry;
  friend struct Finalizers;
  std::shared_ptr<Entry> entry_;
};

// Has this process wait for the thread before it ends in good order, as Python waits for threads
// that are no daemons. A thread that nobody need wait for is detached instead. Throws ValueError
// for one that cannot be joined.
void join_at_exit(std::thread thread);

}  // namespace mp
