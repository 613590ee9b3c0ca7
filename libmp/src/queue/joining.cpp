// What a joinable queue has besides: tasks, and who waits for their end.
#include "probe/lifecycle.hpp"
#include "queue/core.hpp"
#include "queue/parts.hpp"
#include <libmp/exceptions.hpp>

namespace mp::queue {

void Core::task_done() {
  sync::LazyWait wait(wire::ThreadState::Wait, probe_, os::Deadline::never());
  if (!tasks_->task_done(wait)) throw ValueError(text() + ": task_done() called too many times");
}

bool Core::join(os::Deadline deadline) {
  sync::LazyWait wait(wire::ThreadState::Wait, probe_, deadline);
  // Whoever shut it down may have been killed before everything was dropped.
  if (shut() == Shut::Now && !is_empty_now()) drop_rest();
  Tasks::Lost lost;
  switch (tasks_->join(deadline, wait, lost)) {
    case Tasks::Join::Done:
      wait.end(true);
      return true;
    case Tasks::Join::TimedOut:
      return false;
    case Tasks::Join::OwnerDied:
      break;
  }
  const probe::Obituary dead = probe::describe_death(sync::owner_id(lost.who));
  throw OwnerDied(text() + ": " + std::to_string(lost.count) + " task" +
                      (lost.count == 1 ? "" : "s") + " taken and not done",
                  static_cast<int>(sync::owner_pid(lost.who)), dead.name, dead.cause);
}

std::size_t Core::recover() {
  sync::LazyWait wait(wire::ThreadState::Wait, probe_, os::Deadline::never());
  return tasks_->recover(wait);
}

}  // namespace mp::queue
