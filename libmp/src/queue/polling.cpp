// A queue among the objects of mp::wait, which sleeps in poll(2), and that sees no shared memory.
// So a queue has an eventfd as well, which is rung by those puts that somebody waits for in this
// way.
#include "queue/core.hpp"
#include "queue/parts.hpp"

namespace mp::queue {

Waitable Core::waitable() const {
  require_getter("wait");
  return {*this};
}

// Whatever get() would not wait for. `get` first, as in is_empty_now().
bool Core::is_ready() const {
  require_getter("wait");
  const std::uint64_t got = header_->get.count.load(kAcquire);
  return header_->put.count.load(kSeqCst) != got || header_->shut.load(kSeqCst) != Shut::No ||
         producers_are_gone();
}

// The word first, then the look: who puts does it the other way round. It is taken back by the one
// who rings, for there may be others who wait.
bool Core::watch() const {
  if (is_ready()) return true;
  header_->waits.polled.exchange(1, kSeqCst);
  return is_ready();
}

}  // namespace mp::queue
